/** One server during the benchmark, and the generator that drives it: each a process on a core of its
 *  own. @module */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Accounts, Job, Outcome } from './load/job.ts';
import type { Sizes } from './plan.ts';
import { spawnChild, start } from './server.ts';
import type { Pin, Recipe, Running } from './server.ts';

const GENERATOR = fileURLToPath(new URL('load/main.ts', import.meta.url));
const DEADLINE_MS = 300_000;

/** A server that is started when it is needed and keeps its folder until the end. */
export class Contestant {
  readonly name: string;
  readonly #recipe: Recipe;
  readonly #directory: string;
  readonly #pin: Pin;
  #running: Running | undefined;

  constructor(recipe: Recipe, folder: string, pin: Pin) {
    this.name = recipe.name;
    this.#recipe = recipe;
    this.#directory = join(folder, recipe.name);
    this.#pin = pin;
  }

  /** Starts the server unless it runs. */
  async start(): Promise<Running> {
    this.#running ??= await start(this.#recipe, this.#directory, this.#pin);
    return this.#running;
  }

  /** Creates accounts over the wire (XEP-0077). */
  async register(accounts: Accounts, sizes: Sizes): Promise<void> {
    await this.#generate('register', accounts, sizes);
  }

  /** Carries out a scenario. Rejects with the generator's reason when it fails. */
  run(scenario: string, sizes: Sizes): Promise<Outcome> {
    return this.#generate(scenario, {}, sizes);
  }

  /** Ends the server; the next scenario finds a fresh one with the same accounts. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  async #generate(scenario: string, accounts: Accounts, sizes: Sizes): Promise<Outcome> {
    const { pid, port } = await this.start();
    return generate(this.#pin, { scenario, port, pid, domain: 'localhost', accounts, ...sizes });
  }
}

function generate(pin: Pin, job: Job): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const argv = [...pin('generator'), process.execPath, GENERATOR, JSON.stringify(job)];
    const child = spawnChild(argv, { stdio: ['ignore', 'pipe', 'pipe'], timeout: DEADLINE_MS });
    let output = '';
    let complaint = '';
    child.stdout?.on('data', (data: Buffer) => { output += data.toString(); });
    child.stderr?.on('data', (data: Buffer) => { complaint += data.toString(); });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(output) as Outcome);
      else reject(new Error(complaint.trim() || `the generator ended with ${signal ?? code}`));
    });
  });
}
