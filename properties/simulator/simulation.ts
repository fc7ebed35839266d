/** One run: a world of one server or two is made from a seed, lives for a while with all its faults, is healed, and must
 *  come to rest; then everyone leaves. Observers watch every step. Same seed, same code, same run.
 *
 *  The end is the liveness mode of TigerBeetle's VOPR: nothing fails any more, nobody does anything of
 *  their own accord, and all must converge within a stated number of ticks. @module */
import type { BareJid } from '../../machines/vocabulary.ts';
import { standardFeatures } from '../../src/core/features/all.ts';
import { createCore } from '../../src/core/server.ts';
import { Agenda } from './agenda.ts';
import { Client } from './client.ts';
import { contentsOf } from '../world/contents.ts';
import type { Contents } from '../world/contents.ts';
import { Digest } from './digest.ts';
import { beginFaults } from './faults.ts';
import { Impostor } from './impostor.ts';
import { Internet } from './internet.ts';
import { bareOf } from './knowledge.ts';
import { Line } from './line.ts';
import type { Rest, Theorem } from './observer.ts';
import { observers } from './observers/all.ts';
import { configOf, drawOptions, roomsOf } from './options.ts';
import type { Options } from './options.ts';
import { Random } from './random.ts';
import { Server } from './server.ts';
import type { CoreMaker } from './server.ts';
import type { Crash, Step } from './step.ts';
import { SimulatedStore } from './store.ts';
import { Watchers } from './watchers.ts';

/** How many things may happen in each part of the end before all is quiet. */
export const QUIET_TICKS = 50_000;

/** What is not drawn from the seed. */
export interface SimulationOptions {
  readonly seed: number;
  /** How many things happen before everything is healed, instead of the number that is drawn. */
  readonly ticks?: number;
  /** How many servers there are, instead of what the seed gives. */
  readonly servers?: 1 | 2;
  /** Changes what was drawn. */
  readonly change?: (options: Options) => Options;
  /** Another core than ours, or another store. */
  readonly makeCore?: CoreMaker;
  readonly makeContents?: (accounts: readonly BareJid[]) => Contents;
}

/** What is wrong. */
export interface Failure {
  readonly theorem: Theorem;
  readonly fault: string;
}

/** What came of a run. */
export interface Outcome {
  readonly options: Options;
  readonly ticks: number;
  readonly steps: number;
  /** Milliseconds of the simulation. */
  readonly simulatedMs: number;
  /** The hash over everything that the core was given and has ordered. */
  readonly digest: string;
  /** How often each theorem was put to the test. */
  readonly premises: Readonly<Record<string, number>>;
  /** Undefined when everything held. */
  readonly failure: Failure | undefined;
  /** Whose stream is whose, by server and stream, as far as it is known at the end. */
  readonly names: ReadonlyMap<string, string>;
}

const quiet: Theorem = {
  name: 'a healed world comes to rest',
  statement: `Once nothing fails and nobody begins anything, nothing is under way after at most ${QUIET_TICKS} ticks.`,
  exempt: 'nothing',
  spec: ['DESIGN D5'],
};

/** Plays a run to its end.
 *  @param onStep told of every step
 *  @example
 *  simulate({ seed: 7 }).failure?.fault */
export function simulate(options: SimulationOptions, onStep?: (step: Step | Crash) => void): Outcome {
  const play = playing(options);
  for (;;) {
    const { value, done } = play.next();
    if (done === true) return value;
    onStep?.(value);
  }
}

/** Plays a run step by step. */
export function* playing(options: SimulationOptions): Generator<Step | Crash, Outcome> {
  const run = new Run(options);
  yield* run.play();
  return run.outcome();
}

/** A server and its store. */
interface Site {
  readonly server: Server;
  readonly store: SimulatedStore;
}

class Run {
  readonly #options: Options;
  readonly #agenda = new Agenda();
  readonly #digest = new Digest();
  readonly #watchers: Watchers;
  readonly #sites: readonly Site[];
  readonly #internet: Internet;
  readonly #clients: readonly Client[];
  readonly #endFaults: () => void;
  #unseen: (Step | Crash)[] = [];
  #steps = 0;

  constructor({ seed, ticks, servers, change = (options) => options, makeCore = (config) => createCore(config, standardFeatures), makeContents = contentsOf }: SimulationOptions) {
    const options = change(drawOptions(seed, ticks, servers));
    const random = new Random(seed + 1).fork();
    const agenda = this.#agenda;
    const domains = options.servers === 1 ? ['localhost'] : ['verona.test', 'mantua.test'];
    const people = ['juliet', 'romeo', 'nurse', 'tybalt'].slice(0, options.accounts).map((localpart, index) => ({ localpart, domain: domains[index % domains.length] ?? '' }));
    const accountsOf = (domain: string): readonly BareJid[] => people.filter((each) => each.domain === domain).map(({ localpart }) => `${localpart}@${domain}` as BareJid);
    const resourceparts = ['balcony', 'orchard', 'chamber'].slice(0, options.resources);
    this.#options = options;
    const contents = new Map(domains.map((domain) => [domain, makeContents(accountsOf(domain))]));
    const servedBy = new Map<string, Server>();
    this.#watchers = new Watchers([...contents].map(([domain, of]) => ({ domain, contents: of, lineOf: (stream) => servedBy.get(domain)?.lineOf(stream) })), observers);
    this.#internet = new Internet({ agenda, random: random.fork(), options, servers: servedBy });
    this.#sites = [...contents].map(([domain, of]) => {
      const store = new SimulatedStore({ agenda, random: random.fork(), options: options.store, contents: of, onPerformed: (request, reply) => this.#watchers.performed(domain, request, reply) });
      const server = new Server({
        agenda, random: random.fork(), options, domain, store, makeCore: () => makeCore(configOf(options, domain)),
        nextNumber: () => (this.#steps += 1), onStep: (step) => this.#see(step), dial: (dialling) => this.#internet.dial(dialling, [domain, roomsOf(domain)]),
      });
      servedBy.set(domain, server);
      servedBy.set(roomsOf(domain), server);
      return { server, store };
    });
    let number = 0;
    const cast = { accounts: domains.flatMap(accountsOf), domains, rooms: options.clients.rooms === 0 ? [] : domains.flatMap((domain) => ['hall', 'crypt'].map((room) => `${room}@${roomsOf(domain)}`)), resourceparts, next: () => (number += 1) };
    const ofLines = random.fork();
    this.#clients = people.flatMap(({ localpart, domain }) => resourceparts.map((resourcepart) => new Client({
      agenda, random: random.fork(), options, cast, localpart, domain, resourcepart,
      connect: (end) => servedBy.get(domain)?.accept((serverEnd) => new Line(agenda, ofLines, options.network, serverEnd, end, false)),
    })));
    const impostor = new Impostor({ random: random.fork(), internet: this.#internet, servers: this.#sites.map(({ server }) => server), usersOf: accountsOf });
    this.#endFaults = beginFaults({ agenda, random: random.fork(), options, clients: this.#clients, sites: this.#sites, internet: this.#internet, impostor });
  }

  *play(): Generator<Step | Crash> {
    while (this.#agenda.ticks < this.#options.ticks && this.#watchers.failure === undefined && this.#agenda.tick()) yield* this.#take();
    const parts = [() => this.#heal(), () => this.#settle(), () => this.#announce(), () => this.#leaveSome(), () => this.#leave()];
    for (const begin of parts) {
      if (this.#watchers.failure !== undefined) return;
      begin();
      yield* this.#untilQuiet();
    }
    this.#rest('alone');
  }

  outcome(): Outcome {
    const names = new Map([...this.#watchers.knowledge.values()].flatMap(({ domain, streams }) => [...streams.values()].map(({ stream, jid }): [string, string] => [`${domain} ${stream}`, jid ?? stream])));
    return {
      options: this.#options, ticks: this.#agenda.ticks, steps: this.#steps, simulatedMs: this.#agenda.now,
      digest: this.#digest.value, premises: this.#watchers.premises, failure: this.#watchers.failure, names,
    };
  }

  #see(step: Step | Crash): void {
    this.#digest.add(step);
    this.#unseen.push(step);
    this.#watchers.see(step);
  }

  *#take(): Generator<Step | Crash> {
    const unseen = this.#unseen;
    this.#unseen = [];
    yield* unseen;
  }

  *#untilQuiet(): Generator<Step | Crash> {
    for (let left = QUIET_TICKS; this.#watchers.failure === undefined; left -= 1) {
      if (!this.#agenda.tick()) return;
      yield* this.#take();
      if (left === 0) this.#watchers.fail(quiet, 'something is under way without end');
    }
  }

  /** Nothing fails any more, and everyone comes back. */
  #heal(): void {
    this.#endFaults();
    this.#internet.heal();
    for (const { store, server } of this.#sites) {
      store.heal();
      if (server.census === undefined) server.start();
    }
    for (const client of this.#clients) client.calm();
  }

  /** Nobody tries again to read what the store has failed to read, before there is an occasion: a new
   *  presence session is one. All others must have what is theirs by now; those whose presence or request for
   *  the roster has failed say it again. */
  #settle(): void {
    const owing = new Set(this.#sites.flatMap(({ store }) => [...store.owing]));
    for (const client of this.#clients) {
      // What was lost between the servers is said again, and asked for again, in a new presence session.
      if (this.#options.servers > 1 || owing.has(bareOf(client.jid) as BareJid)) client.announce(true);
      client.calm();
    }
  }

  /** A subscription that was half made when something failed shows when presence is sent again. */
  #announce(): void {
    for (const client of this.#clients) client.announce(false);
  }

  /** Every second client goes, some of them without a word, so that it can be seen who is told. */
  #leaveSome(): void {
    this.#rest('together');
    this.#clients.forEach((client, index) => {
      if (index % 2 === 0) client.leave(index % 4 === 0);
    });
  }

  #leave(): void {
    this.#rest('fewer');
    for (const client of this.#clients) client.leave(false);
  }

  #rest(when: Rest['when']): void {
    const everyone = this.#clients;
    const censusOf = (site: string): Rest['census'] => this.#sites.find(({ server }) => server.domain === site)?.server.census;
    this.#watchers.rested(when, everyone, (site) => ({ when, everyone, clients: everyone.filter(({ domain }) => domain === site), census: censusOf(site) }));
  }
}
