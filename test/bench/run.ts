/** `npm run bench`: measures this server beside Prosody (and ejabberd) on this machine, in the same run,
 *  and compares CPU time per unit of work. Never part of `npm test`. The options are in USAGE, how to
 *  read the tables in README.md. @module */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Contestant } from './contestant.ts';
import type { Accounts } from './load/job.ts';
import { accountsFor, chosenScenarios, scenarios } from './plan.ts';
import type { Scenario, Sizes } from './plan.ts';
import { summarize } from './profile.ts';
import { comparison, indications, show } from './report.ts';
import type { Result } from './report.ts';
import { killAll, pinning } from './server.ts';
import type { Pin, Recipe } from './server.ts';
import { ejabberd } from './servers/ejabberd.ts';
import { prosody } from './servers/prosody.ts';
import { waystate } from './servers/waystate.ts';

const USAGE = `node test/bench/run.ts [options]
  --only LIST       scenarios, of: ${scenarios.map((scenario) => scenario.name).join(', ')}
  --runs N          repeat and show medians (default 1)
  --seconds S       how long a scenario measures (default 3); counts of log-ins and stored messages follow
  --full            idle sessions up to 5,000 instead of 3,000
  --memory          Waystate keeps accounts in memory instead of SQLite
  --servers LIST    of waystate, prosody, ejabberd (default waystate,prosody)
  --ejabberd        measure ejabberd as well
  --json FILE       write all results
  --profile         only Waystate, with a CPU profile of each scenario
`;

const settings = {
  only: { type: 'string' }, runs: { type: 'string', default: '1' }, seconds: { type: 'string', default: '3' },
  full: { type: 'boolean', default: false }, memory: { type: 'boolean', default: false },
  servers: { type: 'string', default: 'waystate,prosody' }, ejabberd: { type: 'boolean', default: false },
  json: { type: 'string' }, profile: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
} as const;

interface Bench {
  readonly chosen: readonly Scenario[];
  readonly sizes: Sizes;
  readonly accounts: Accounts;
  readonly runs: number;
  /** Everything that the servers write is in here, and goes with the process. */
  readonly folder: string;
  readonly pin: Pin;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function atLeast(least: number, option: string, text: string): number {
  const value = Number(text);
  if (!(value >= least)) throw new Error(`--${option} must be a number, at least ${least}`);
  return value;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'waystate-bench-'));
  process.once('exit', () => {
    killAll();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  return folder;
}

/** The servers of a list that can run here; says of the others why they can't. */
function usable(names: readonly string[], memory: boolean): Recipe[] {
  const known: Readonly<Record<string, Recipe>> = { waystate: waystate({ memory }), prosody, ejabberd };
  const recipes = names.map((name) => {
    const recipe = known[name];
    if (recipe === undefined) throw new Error(`no such server: ${name}; there are ${Object.keys(known).join(', ')}`);
    return recipe;
  });
  const found = recipes.filter((recipe) => {
    const missing = recipe.missing();
    if (missing !== undefined) say(`left out: ${missing}`);
    return missing === undefined;
  });
  if (found.length === 0) throw new Error('no server to measure');
  return found;
}

/** Runs one scenario; a failure is said, and costs only this measure and the exit status. */
async function measure(contestant: Contestant, scenario: Scenario, run: number, sizes: Sizes): Promise<Result[]> {
  try {
    const outcome = await contestant.run(scenario.name, sizes);
    const results = Object.entries(outcome).map(([name, figures]) => ({ server: contestant.name, run, measure: name, figures }));
    say(`  ${contestant.name}: ${results.map((result) => `${result.measure} ${show(result.figures.value)}`).join(', ')}`);
    return results;
  } catch (error) {
    say(`  ${contestant.name}: FAILED ${scenario.name}: ${(error as Error).message}`);
    process.exitCode = 1;
    await contestant.stop();
    return [];
  }
}

/** Runs every scenario on every server, alternating. `forgetful` names a server whose accounts end with
 *  its process. */
async function compare(bench: Bench, recipes: readonly Recipe[], forgetful: string | undefined): Promise<Result[]> {
  const { chosen, sizes, accounts, runs, folder, pin } = bench;
  const contestants = recipes.map((recipe) => new Contestant(recipe, folder, pin));
  for (const contestant of contestants) {
    say(`${contestant.name}: creating ${Object.values(accounts).reduce((sum, count) => sum + count, 0)} accounts`);
    await contestant.register(accounts, sizes);
  }
  const results: Result[] = [];
  for (let run = 1; run <= runs; run++) {
    for (const scenario of chosen) {
      say(`run ${run}: ${scenario.name} (${scenario.about})`);
      for (const contestant of contestants) {
        if (scenario.fresh === true) await contestant.stop();
        if (scenario.fresh === true && contestant.name === forgetful) await contestant.register(accounts, sizes);
        results.push(...await measure(contestant, scenario, run, sizes));
      }
    }
  }
  for (const contestant of contestants) await contestant.stop();
  return results;
}

/** Profiles Waystate, each scenario in a server of its own, so that nothing else is in its profile but
 *  the log-ins that it needs. */
async function profile({ chosen, sizes, accounts, folder, pin }: Bench): Promise<void> {
  const plain = new Contestant(waystate({ memory: false }), folder, pin);
  await plain.register(accounts, sizes);
  await plain.stop();
  for (const scenario of chosen) {
    const profiles = join(folder, 'profiles', scenario.name);
    const profiled = new Contestant(waystate({ memory: false, profiles }), folder, pin);
    say(`profile: ${scenario.name} (${scenario.about})`);
    await profiled.start();
    const since = Number(process.hrtime.bigint() / 1000n);
    await measure(profiled, scenario, 1, sizes);
    await profiled.stop();
    process.stdout.write(`\n## ${scenario.name}\n\n${summarize(profiles, since)}\n\n`);
  }
}

async function main(): Promise<void> {
  const { values: options } = parseArgs({ options: settings });
  if (options.help) return void process.stdout.write(USAGE);
  const chosen = chosenScenarios(options.only);
  const sizes: Sizes = { seconds: atLeast(0.5, 'seconds', options.seconds), idleSteps: options.full ? [2000, 5000] : [1000, 3000] };
  const runs = atLeast(1, 'runs', options.runs);
  const recipes = usable(options.profile ? ['waystate'] : [...new Set([...options.servers.split(','), ...(options.ejabberd ? ['ejabberd'] : [])])], options.memory);
  const { pin, warning } = pinning();
  if (warning !== undefined) say(`careful: ${warning}`);
  const bench: Bench = { chosen, sizes, accounts: accountsFor(chosen, sizes), runs, folder: temporaryFolder(), pin };
  if (options.profile) return profile(bench);
  const results = await compare(bench, recipes, options.memory ? 'Waystate' : undefined);
  const servers = recipes.map((recipe) => recipe.name);
  process.stdout.write(`\n${comparison(chosen, servers, results)}\n\n${indications(chosen, servers, results)}\n`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ node: process.version, sizes, results }, null, 2)}\n`);
}

try {
  await main();
} catch (error) {
  say((error as Error).message);
  process.exit(1);
}
