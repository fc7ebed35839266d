/** Reads the CPU profiles that Node writes and tells where the time went: by file or package, and by
 *  function. @module */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { table } from './report.ts';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

interface Profile {
  /** Microseconds of the monotonic clock, which is that of process.hrtime. */
  readonly startTime: number;
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const ROOT = new URL('../../', import.meta.url).href;
const SHOWN = 25;

/** Self-time of all threads in a folder of profiles, as two tables.
 *  @param since leaves out what was before, such as the start of the server: microseconds of process.hrtime */
export function summarize(directory: string, since = 0): string {
  const files = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.cpuprofile')) : [];
  if (files.length === 0) return `no profile was written to ${directory}: did the server end by a signal?`;
  const byPlace = new Map<string, number>();
  const byFunction = new Map<string, number>();
  let total = 0;
  for (const file of files) {
    for (const [node, micros] of selfTimes(JSON.parse(readFileSync(join(directory, file), 'utf8')) as Profile, since)) {
      const { functionName, url, lineNumber } = node.callFrame;
      if (functionName === '(idle)' || functionName === '(program)' || functionName === '(root)') continue;
      const place = placeOf(url);
      total += micros;
      add(byPlace, place, micros);
      add(byFunction, `${place}\0${functionName === '' ? '(anonymous)' : functionName}${url === '' ? '' : `:${lineNumber + 1}`}`, micros);
    }
  }
  const share = (micros: number): string[] => [(micros / 1000).toFixed(0), `${((100 * micros) / total).toFixed(1)} %`];
  const places = largest(byPlace).map(([place, micros]) => [place, ...share(micros)]);
  const functions = largest(byFunction).map(([key, micros]) => [...key.split('\0'), ...share(micros)]);
  return `${table(['file or package', 'self ms', 'share'], places)}\n\n${table(['file or package', 'function:line', 'self ms', 'share'], functions)}`;
}

/** Self-time by node, in microseconds: each sample is charged the time since the one before. */
function selfTimes({ nodes, samples, startTime, timeDeltas }: Profile, since: number): Map<ProfileNode, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const times = new Map<ProfileNode, number>();
  let now = startTime;
  samples.forEach((id, i) => {
    now += timeDeltas[i] ?? 0;
    const node = byId.get(id);
    if (node !== undefined && now >= since) times.set(node, (times.get(node) ?? 0) + (timeDeltas[i] ?? 0));
  });
  return times;
}

/** Our own file, the name of a package, a module of Node, or the engine. */
function placeOf(url: string): string {
  if (url === '') return 'V8 and system';
  const path = url.startsWith(ROOT) ? url.slice(ROOT.length) : url.startsWith('file:') ? fileURLToPath(url) : url;
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return inPackage ?? path;
}

function add(times: Map<string, number>, key: string, micros: number): void {
  times.set(key, (times.get(key) ?? 0) + micros);
}

function largest(times: ReadonlyMap<string, number>): [string, number][] {
  return [...times].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
}
