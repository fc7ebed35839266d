/** Opens and closes many sessions at once. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.ts';
import type { Mechanism } from './client.ts';
import { localparts } from './job.ts';
import type { Job } from './job.ts';

const QUIET_LIMIT_MS = 60_000;

/** Works on all items, so many at a time, and keeps their order. */
export async function inParallel<T, R>(width: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

/** Creates the accounts that the job names. */
export async function register(job: Job): Promise<void> {
  for (const [prefix, count] of Object.entries(job.accounts)) {
    await inParallel(25, localparts(prefix, 0, count), (localpart) => new Client(job.port, job.domain).register(localpart));
  }
}

/** Opens one session; PLAIN, which costs the generator nothing, unless said otherwise. */
export function login(job: Job, localpart: string, mechanism: Mechanism = 'PLAIN'): Promise<Client> {
  return new Client(job.port, job.domain).login(localpart, mechanism);
}

/** Opens sessions and sends initial presence in each (RFC 6121 §4.2). */
export function online(job: Job, users: readonly string[], width = 20): Promise<Client[]> {
  return inParallel(width, users, async (localpart) => {
    const client = await login(job, localpart);
    client.send('<presence/>');
    return client;
  });
}

/** Closes all sessions in order. */
export async function closeAll(clients: readonly Client[]): Promise<void> {
  await inParallel(100, clients, (client) => client.close());
}

/** Waits until no client has received anything for a while. */
export async function quiet(clients: readonly Client[], ms = 400): Promise<void> {
  const limit = performance.now() + QUIET_LIMIT_MS;
  let last = performance.now();
  for (const client of clients) client.onStanza = () => { last = performance.now(); };
  while (performance.now() - last < ms) {
    if (performance.now() > limit) throw new Error('the server never went quiet');
    await sleep(50);
  }
  for (const client of clients) client.onStanza = undefined;
}
