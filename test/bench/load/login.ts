/** Log-ins: connection, stream, SASL, resource binding (RFC 6120 §4-§7). @module */
import { inParallel, closeAll, login } from './sessions.ts';
import type { Mechanism } from './client.ts';
import { localparts, loginCount } from './job.ts';
import type { Job, Measure } from './job.ts';
import { Latencies, measureOf } from './measurement.ts';
import { atRest, startWatch } from './process.ts';

const CONCURRENT = 50;

/** Measures log-ins with one mechanism, in CPU milliseconds each. A first round is not measured: it
 *  warms the server up and derives the generator's salted keys. */
export async function logins(job: Job, mechanism: Mechanism): Promise<Measure> {
  const users = localparts('user', 0, loginCount(job.seconds));
  await closeAll(await inParallel(CONCURRENT, users, (user) => login(job, user, mechanism)));
  await atRest(job.pid);
  const latencies = new Latencies();
  const read = startWatch(job.pid);
  const clients = await inParallel(CONCURRENT, users, async (user) => {
    const start = performance.now();
    const client = await login(job, user, mechanism);
    latencies.add(performance.now() - start);
    return client;
  });
  const measure = measureOf(read(), users.length, latencies);
  await closeAll(clients);
  return { ...measure, value: measure.value / 1000 };
}
