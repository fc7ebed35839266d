/** `node test/bench/inspector.ts`: what the inspector costs a server that is at work: CPU time per message without it,
 *  with it while nobody looks, and with a page that looks at the list and at a busy session. All servers run at the same
 *  time and are measured in turn; what is compared are figures that follow one another. A second server without it shows
 *  by how much equal ones differ; each round has new processes, since those differ too. @module */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Contestant } from './contestant.ts';
import { PAIRS } from './load/job.ts';
import { table } from './report.ts';
import { killAll, pinning } from './server.ts';
import { waystate } from './servers/waystate.ts';
import { Watcher } from './watcher.ts';

const { values: { rounds, turns, seconds, profile } } = parseArgs({ options: { rounds: { type: 'string', default: '3' }, turns: { type: 'string', default: '5' }, seconds: { type: 'string', default: '2' }, profile: { type: 'string' } } });

/** Marks are the project's own, in percent more than without. */
const ways = [
  { name: 'without', inspector: false, mark: undefined },
  { name: 'without, again', inspector: false, mark: undefined },
  { name: 'nobody looks', inspector: true, mark: 2 },
  { name: 'a page looks', inspector: true, mark: 15 },
] as const;
type Way = (typeof ways)[number];
const looked = ways[3];

const sizes = { seconds: Number(seconds), idleSteps: [] };
const folder = mkdtempSync(join(tmpdir(), 'waystate-bench-'));
process.once('exit', () => {
  killAll();
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
const { pin, warning } = pinning();
const say = (line: string): void => void process.stderr.write(`${line}\n`);
if (warning !== undefined) say(`careful: ${warning}`);

const contestants = new Map(ways.map((way) => [way, new Contestant(waystate({ memory: false, inspector: way.inspector, name: way.name, ...(profile !== undefined && { profiles: join(profile, way.name) }) }), folder, pin)]));

/** CPU time per message, in microseconds. */
async function measured(contestant: Contestant, address: string | undefined): Promise<number> {
  const watcher = address === undefined ? undefined : await Watcher.at(address);
  const watching = watcher?.watch('user0@localhost/');
  const { chat } = await contestant.run('chat', sizes);
  watcher?.close();
  await watching;
  if (watcher?.events === 0) throw new Error('the page saw nothing');
  return chat?.value ?? NaN;
}

/** All that the server has printed, of each start one. */
function addressesOf({ name }: Way): readonly string[] {
  const output = join(folder, name, 'output.txt');
  return existsSync(output) ? readFileSync(output, 'utf8').match(/http:\S+\?token=\S+/g) ?? [] : [];
}

/** A port that can be connected to is there a moment before the address is printed. */
async function addressOf(way: Way, before: number): Promise<string> {
  for (const limit = performance.now() + 10_000; performance.now() < limit; await sleep(20)) {
    const address = addressesOf(way)[before];
    if (address !== undefined) return address;
  }
  throw new Error('the server has printed no address of an inspector');
}

for (const contestant of contestants.values()) {
  await contestant.register({ user: 2 * PAIRS }, sizes);
  await contestant.stop();
}
const figures = new Map<Way, number[]>(ways.map((way) => [way, []]));
for (let round = 0; round < Number(rounds); round += 1) {
  const before = addressesOf(looked).length;
  for (const contestant of contestants.values()) await contestant.start();
  const address = await addressOf(looked, before);
  for (let turn = 0; turn < Number(turns); turn += 1) {
    // None is always the first, or always after the same one.
    for (const way of [...ways.slice(turn % ways.length), ...ways.slice(0, turn % ways.length)]) {
      const contestant = contestants.get(way);
      if (contestant !== undefined) figures.get(way)?.push(await measured(contestant, way === looked ? address : undefined));
    }
    say(`round ${round + 1}.${turn + 1}: ${ways.map((way) => `${way.name} ${figures.get(way)?.at(-1)?.toFixed(2)} µs`).join(', ')}`);
  }
  for (const contestant of contestants.values()) await contestant.stop();
}

const sorted = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
const at = (values: readonly number[], share: number): number => sorted(values)[Math.round((values.length - 1) * share)] ?? NaN;
const percent = (ratio: number): string => `${((ratio - 1) * 100).toFixed(1)} %`;
const base = figures.get(ways[0]) ?? [];
const rows = ways.map((way) => {
  const own = figures.get(way) ?? [];
  const ratios = own.map((value, round) => value / (base[round] ?? NaN));
  const more = at(ratios, 0.5);
  const verdict = way.mark === undefined ? '' : (more - 1) * 100 <= way.mark ? 'yes' : 'NO';
  const least = at(own, 0) / at(base, 0);
  return [way.name, at(own, 0.5).toFixed(2), percent(more), `${percent(at(ratios, 0.25))} to ${percent(at(ratios, 0.75))}`, percent(least), way.mark === undefined ? '' : `≤ ${way.mark} %`, verdict];
});
process.stdout.write(`\n${table(['inspector', 'µs per message', 'more, median', 'quartiles', 'least to least', 'mark', 'met'], rows)}\n`);
