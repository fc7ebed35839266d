/** The load generator: takes one job as JSON, runs it against a server on loopback and prints the
 *  outcome as one line of JSON. A lost, repeated or reordered stanza, an unexpected error or a closed
 *  connection ends it with status 1 and the reason. Started by ../run.ts; by hand:
 *  `node test/bench/load/main.ts '{"scenario":"chat","port":5222,…}'`. @module */
import { chat, latency } from './chat.ts';
import { idle } from './idle.ts';
import type { Job, Outcome } from './job.ts';
import { logins } from './login.ts';
import { offline } from './offline.ts';
import { presence } from './presence.ts';
import { room } from './room.ts';
import { register } from './sessions.ts';

const LATENCY_PER_SECOND = 2_000;

const scenarios: Readonly<Record<string, (job: Job) => Promise<Outcome>>> = {
  register: async (job) => (await register(job), {}),
  chat: async (job) => ({ chat: await chat(job, { window: 20 }) }),
  'chat-w1': async (job) => ({ 'chat-w1': await chat(job, { window: 1 }) }),
  'chat-bare': async (job) => ({ 'chat-bare': await chat(job, { window: 20, bare: true }) }),
  latency: async (job) => ({ latency: await latency(job, LATENCY_PER_SECOND) }),
  presence: async (job) => ({ presence: await presence(job) }),
  room: async (job) => ({ room: await room(job) }),
  'login-scram': async (job) => ({ 'login-scram': await logins(job, 'SCRAM-SHA-1') }),
  'login-plain': async (job) => ({ 'login-plain': await logins(job, 'PLAIN') }),
  offline,
  idle,
};

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const job = JSON.parse(process.argv[2] ?? '{}') as Job;
const scenario = scenarios[job.scenario];
if (scenario === undefined) fail(new Error(`no such scenario: ${job.scenario}; there are ${Object.keys(scenarios).join(', ')}`));
const outcome = JSON.stringify(await scenario(job));
process.stdout.write(`${outcome}\n`, () => process.exit(0));
