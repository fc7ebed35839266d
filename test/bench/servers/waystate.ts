/** Waystate itself, as users run it: `waystate serve` with the embedded store, in a temporary folder.
 *  @module */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Recipe } from '../server.ts';

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

/** How to start Waystate. */
export interface WaystateOptions {
  /** Keep accounts in memory instead of SQLite; they then end with the server. */
  readonly memory: boolean;
  /** Where to write CPU profiles; no profile when it is left out. */
  readonly profiles?: string;
  /** Whether it can be looked at; as it is by default for `localhost` when left out. */
  readonly inspector?: boolean;
  readonly name?: string;
}

/** How `npm start` runs Node: what the young generation may take is a session's largest cost in memory. */
const asStarted = ['--max-semi-space-size=8'];

/** This repository's server. */
export function waystate({ memory, profiles, inspector, name = 'Waystate' }: WaystateOptions): Recipe {
  return {
    name,
    missing: () => (existsSync(MAIN) ? undefined : 'Waystate has no src/cli/main.ts'),
    prepare(directory, port) {
      const config = join(directory, 'waystate.json');
      writeFileSync(config, JSON.stringify({ ...configuration(port, directory, memory), ...(inspector !== undefined && { inspector: { enabled: inspector } }) }));
      const profiling = profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${profiles}`];
      return { argv: [process.execPath, ...asStarted, ...profiling, MAIN, 'serve', '--config', config] };
    },
  };
}

/** The rates are as good as off, like the shapers of the peers: a benchmark measures the server, not
 *  its patience. */
function configuration(port: number, directory: string, memory: boolean): object {
  return {
    domain: 'localhost',
    host: '127.0.0.1',
    ports: { c2s: port, c2sTls: false, http: false, https: false },
    ...(memory ? { memory } : { data: join(directory, 'data') }),
    openRegistration: true,
    insecurePlain: true,
    limits: { stanzasPerSecond: 1_000_000, bytesPerSecond: 1_000_000_000 },
    logLevel: 'warn',
  };
}
