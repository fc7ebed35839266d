/** Memory of sessions that only exist: bound, available, silent. The server must be fresh. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import { localparts } from './job.ts';
import type { Job, Outcome } from './job.ts';
import { atRest, residentKiB } from './process.ts';
import { closeAll, online, quiet } from './sessions.ts';

/** Collectors give memory back some time after the last log-in. */
const SETTLE_MS = 3_000;

/** Reads the resident size at each step. `idle` is all growth over all sessions; `idle, each further`
 *  is the growth between the steps, free of what a server allocates once. */
export async function idle(job: Job): Promise<Outcome> {
  await atRest(job.pid);
  const empty = residentKiB(job.pid);
  const clients: Client[] = [];
  const sizes: number[] = [];
  for (const step of job.idleSteps) {
    clients.push(...await online(job, localparts('user', clients.length, step), 50));
    await quiet(clients, 1000);
    await sleep(SETTLE_MS);
    await atRest(job.pid);
    if (clients.some((client) => client.ended)) throw new Error('the server dropped idle sessions');
    sizes.push(residentKiB(job.pid));
  }
  await closeAll(clients);
  const [first = 0, last = first] = [sizes[0], sizes.at(-1)];
  const [few = 0, many = few] = [job.idleSteps[0], job.idleSteps.at(-1)];
  return {
    'empty server': { value: empty / 1024 },
    idle: { value: (last - empty) / many },
    ...(many > few ? { 'idle, each further': { value: (last - first) / (many - few) } } : {}),
  };
}
