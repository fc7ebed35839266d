/** What goes wrong in a simulated world, and when: lines that are cut or clogged, clients or servers that are cut off
 *  together, a store that stalls or fails, a server that crashes and comes back, a clock that jumps.
 *  Each kind comes by itself, in times drawn around its mean. Not here: how often (options.ts), faults of
 *  a single request or a single write (store.ts, pipe.ts). @module */
import type { Agenda } from './agenda.ts';
import type { Client } from './client.ts';
import type { Impostor } from './impostor.ts';
import type { Internet } from './internet.ts';
import type { Options } from './options.ts';
import type { Random } from './random.ts';
import type { Server } from './server.ts';
import type { SimulatedStore } from './store.ts';

/** What there is to go wrong. */
export interface FaultParts {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly options: Options;
  readonly clients: readonly Client[];
  readonly sites: readonly { readonly server: Server; readonly store: SimulatedStore }[];
  readonly internet: Internet;
  readonly impostor: Impostor;
}

/** Begins with the faults.
 *  @returns what ends them all */
export function beginFaults(parts: FaultParts): () => void {
  const { agenda, random, options: { network, store, server, links, servers }, internet, impostor } = parts;
  let isOver = false;
  const every = (mean: number, happen: () => void): void => {
    if (mean === 0) return;
    agenda.after(random.around(mean), () => {
      if (isOver) return;
      happen();
      every(mean, happen);
    });
  };
  every(network.cutEvery, () => random.pick(parts.clients).line?.cut());
  every(network.clogEvery, () => clog(parts));
  every(network.partitionEvery, () => partition(parts));
  for (const site of parts.sites) {
    every(store.stallEvery, () => site.store.stall(random.around(2_000)));
    every(store.outageEvery, () => site.store.fail(random.around(2_000)));
    every(server.jumpEvery, () => void (site.server.ahead += random.around(3_600_000)));
    every(server.crashEvery, () => {
      if (site.server.census === undefined) return;
      site.server.crash();
      agenda.after(random.around(2_000), () => {
        if (site.server.census === undefined) site.server.start();
      });
    });
  }
  if (servers > 1) {
    every(links.cutEvery, () => internet.cut());
    every(links.clogEvery, () => internet.clog(random.around(3_000)));
    every(links.partitionEvery, () => internet.partition(random.around(10_000)));
    every(links.impostorEvery, () => impostor.appear());
  }
  return () => void (isOver = true);
}

/** One direction of one line. */
function clog({ agenda, random, clients }: FaultParts): void {
  const { line } = random.pick(clients);
  const pipe = random.chance(0.5) ? line?.up : line?.down;
  pipe?.stall();
  agenda.after(random.around(3_000), () => pipe?.release());
}

/** Some clients together; they come back one by one. */
function partition({ agenda, random, clients }: FaultParts): void {
  for (const client of clients) {
    if (random.chance(0.5)) continue;
    client.partition();
    agenda.after(random.around(10_000), () => client.release());
  }
}
