/** Makes the traces that the inspector offers to try: `src/inspector/page/traces/NAME.jsonl`. `docs/generate.ts` writes
 *  them. The first is played on a real core, with a clock and a store that are fixed; the others are what the checker
 *  finds of two wrong servers. @module */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composedCheck } from '../properties/checker/scopes.ts';
import { Composed } from '../properties/checker/composed.ts';
import { explore } from '../properties/checker/explore.ts';
import { traceOf } from '../properties/checker/trace.ts';
import { negativeControls } from '../properties/checker/variants.ts';
import { encodeTrace } from '../src/core/trace.ts';
import type { Trace } from '../src/core/trace.ts';
import { articleTrace } from './article.ts';

const directory = join(import.meta.dirname, '..', 'src', 'inspector', 'page', 'traces');

/** Every example, by file name. */
export async function examples(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['article.jsonl', encodeTrace(await articleTrace())],
    ['openfire-no-route.jsonl', encodeTrace(controlTrace('openfire-route-on-initial-presence', 'A server that makes the route only when presence comes: a message to somebody who is connected is put away'))],
    ['openfire-route-removed.jsonl', encodeTrace(controlTrace('openfire-4.6.0-route-removed-on-unavailable, in a room', 'A server that removes the route when presence goes: what the room says never arrives'))],
  ]);
}

/** The shortest way in which a wrong server is found out. */
function controlTrace(name: string, title: string): Trace {
  const control = negativeControls.find((each) => each.name === name);
  const way = control && explore(new Composed(control.scope, control.variant), { until: control.refutes }).broken.get(control.refutes);
  if (control === undefined || way === undefined) throw new Error(`${name} is no negative control, or is not refuted any more`);
  const trace = traceOf(composedCheck, control.name, way, { variant: name, broken: control.refutes });
  return { ...trace, header: { ...trace.header, title } };
}

/** The names of the examples that are missing, out of date, or left over; none when all is in order. */
export async function staleExamples(): Promise<readonly string[]> {
  const fresh = await examples();
  const kept = new Set(readdirSync(directory));
  const changed = [...fresh].filter(([name, text]) => !kept.has(name) || readFileSync(join(directory, name), 'utf8') !== text);
  return [...changed.map(([name]) => name), ...[...kept].filter((name) => !fresh.has(name))];
}

/** Writes them all. */
export async function writeExamples(): Promise<void> {
  const fresh = await examples();
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of fresh) writeFileSync(join(directory, name), text);
}
