/** Micro-benchmarks: one step of each machine, and the XML that goes in and out, on one core without
 *  a socket. `node test/bench/micro.ts [WORD]` runs those whose name contains the word.
 *  @module */
import { catalogue } from '../../machines/catalogue.ts';
import type { CatalogueEntry } from '../../machines/catalogue.ts';
import { StreamReader } from '../../src/core/xml/reader.ts';
import { fanOut, serialize } from '../../src/core/xml/writer.ts';
import { parseJid } from '../../src/core/jid.ts';
import { defaultLimits } from '../../src/runtime/limits.ts';
import { numbered } from './load/sequence.ts';
import { show, table } from './report.ts';

const ROUND_MS = 100;
const ROUNDS = 5;
/** States of one machine that are looked at; a context may have no end of values. */
const STATES = 200;

/** Work to measure; each call does so many units of it. */
interface Work {
  readonly name: string;
  readonly units: number;
  readonly run: () => unknown;
}

/** Where results go, so that the engine can't leave the work out. */
let sink: unknown;

/** CPU time of so many calls, in milliseconds: other work on the machine, which wall time would count,
 *  is not our cost, and the collector's is. */
function cpuMs(run: () => unknown, calls: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) sink = run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The median of a few rounds, in nanoseconds per unit. Finding how many calls make a round warms up. */
function nanoseconds({ units, run }: Work): number {
  let calls = 1;
  while (cpuMs(run, calls) < ROUND_MS) calls *= 2;
  const rounds = Array.from({ length: ROUNDS }, () => cpuMs(run, calls)).sort((a, b) => a - b);
  return ((rounds[ROUNDS >> 1] ?? NaN) * 1e6) / (calls * units);
}

type State = CatalogueEntry['step']['initial'];
type Event = Parameters<CatalogueEntry['step']>[1];

/** The cells of a machine, state × event, in the order in which they are reached. */
function cellsOf({ step, alphabet }: CatalogueEntry): { readonly taken: [State, Event][]; readonly ignored: [State, Event][] } {
  const keyOf = (state: State): string => JSON.stringify([state.value, state.context]);
  const states = new Map<string, State>([[keyOf(step.initial), step.initial]]);
  const taken: [State, Event][] = [];
  const ignored: [State, Event][] = [];
  for (const state of states.values()) {
    for (const event of alphabet) {
      const next = step(state, event);
      (next.ignored ? ignored : taken).push([state, event]);
      if (states.size < STATES) states.set(keyOf(next.state), states.get(keyOf(next.state)) ?? next.state);
    }
  }
  return { taken, ignored };
}

function* machineWorks(): Generator<Work> {
  for (const entry of catalogue) {
    const { taken, ignored } = cellsOf(entry);
    const over = (cells: readonly [State, Event][]) => (): unknown => {
      let last: unknown;
      for (const [state, event] of cells) last = entry.step(state, event);
      return last;
    };
    yield { name: `step ${entry.name}, transition`, units: taken.length, run: over(taken) };
    if (ignored.length > 0) yield { name: `step ${entry.name}, ignored`, units: ignored.length, run: over(ignored) };
  }
}

const HEADER = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>";
const MESSAGE = `<message to='user1@localhost/bench' type='chat' id='m00000000'><body>${numbered(0).padEnd(80, ' x')}</body></message>`;

/** A reader that has seen the stream's header. */
function openReader(): StreamReader {
  const { maxStanzaBytes, maxDepth, maxAttributes } = defaultLimits;
  const reader = new StreamReader({ maxStanzaBytes, maxDepth, maxAttributes });
  reader.push(Buffer.from(HEADER));
  return reader;
}

function* xmlWorks(): Generator<Work> {
  for (const batch of [1, 20]) {
    const reader = openReader();
    const bytes = Buffer.from(MESSAGE.repeat(batch));
    yield { name: `StreamReader.push, ${batch} of ${MESSAGE.length} bytes`, units: batch, run: () => reader.push(bytes) };
  }
  const element = openReader().push(Buffer.from(MESSAGE)).find((event) => event.type === 'element')?.element;
  if (element === undefined) throw new Error('the reader gave no element');
  yield { name: 'serialize, the same message', units: 1, run: () => serialize(element) };
  const recipients = Array.from({ length: 200 }, (_, i) => `user${i}@localhost/bench`);
  yield {
    name: 'fanOut, to 200 recipients',
    units: recipients.length,
    run: () => {
      const write = fanOut(element);
      return recipients.reduce((length, to) => length + write(to).length, 0);
    },
  };
}

function* jidWorks(): Generator<Work> {
  let n = 0;
  yield { name: 'parseJid, seen before', units: 1, run: () => parseJid('user1@localhost/bench') };
  yield { name: 'parseJid, new', units: 1, run: () => parseJid(`user${n++}@localhost/bench`) };
}

const word = process.argv[2] ?? '';
const works = [...machineWorks(), ...xmlWorks(), ...jidWorks()].filter((work) => work.name.includes(word));
const rows = works.map((work) => [work.name, `${work.units} a call`, show(nanoseconds(work))]);
process.stdout.write(`${table(['work', 'units', 'ns per unit'], rows)}\n`);
if (sink === undefined) process.stdout.write('nothing was measured\n');
