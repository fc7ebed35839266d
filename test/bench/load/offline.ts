/** Messages to accounts that are offline, then their log-in and the replay (XEP-0160). @module */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import { localparts, OFFLINE_EACH, offlineAccounts } from './job.ts';
import type { Job, Measure, Outcome } from './job.ts';
import { measureOf } from './measurement.ts';
import { atRest, startWatch } from './process.ts';
import { numbered, SequenceCounter } from './sequence.ts';
import { closeAll, inParallel, login, quiet } from './sessions.ts';

const BODY_BYTES = 80;
const BATCH = 50;
const REPLAY_LIMIT_MS = 60_000;

/** Measures the store and the replay. */
export async function offline(job: Job): Promise<Outcome> {
  const accounts = localparts('off', 0, offlineAccounts(job.seconds));
  const sender = await login(job, 'user0');
  sender.send('<presence/>');
  await quiet([sender]);
  sender.onStanza = (xml) => {
    if (xml.startsWith('<message')) throw new Error(`the sender got a message back: ${xml}`);
  };
  const stored = await store(job, sender, accounts);
  const clients = await inParallel(20, accounts, (account) => login(job, account));
  await quiet(clients);
  const replayed = await replay(job, clients);
  await closeAll([sender, ...clients]);
  return { 'offline store': stored, 'offline replay': replayed };
}

async function store(job: Job, sender: Client, accounts: readonly string[]): Promise<Measure> {
  const count = accounts.length * OFFLINE_EACH;
  // The answer of the server itself shows that it took the batch before; two batches are under way.
  const fence = (): Promise<string> => sender.iq('get', "<query xmlns='http://jabber.org/protocol/disco#info'/>", job.domain);
  await fence();
  await atRest(job.pid);
  const read = startWatch(job.pid);
  let before: Promise<string> | undefined;
  let batch = '';
  for (let i = 0; i < count; i++) {
    const body = numbered(Math.floor(i / accounts.length)).padEnd(BODY_BYTES, ' x');
    batch += `<message to='${accounts[i % accounts.length]}@${job.domain}' type='chat' id='o${i}'><body>${body}</body></message>`;
    if ((i + 1) % BATCH !== 0) continue;
    sender.send(batch);
    batch = '';
    const fenced = fence();
    await before;
    before = fenced;
  }
  await before;
  const { perSecond, ...measure } = measureOf(read(), count);
  // A server may answer before it has written: that work belongs to the store as well.
  await atRest(job.pid);
  return { ...measure, value: measureOf(read(), count).value, ...(perSecond === undefined ? {} : { perSecond }) };
}

async function replay(job: Job, clients: readonly Client[]): Promise<Measure> {
  const count = clients.length * OFFLINE_EACH;
  const { promise: complete, resolve, reject } = Promise.withResolvers<Measure>();
  let arrived = 0;
  const limit = setTimeout(() => reject(new Error(`${arrived} of ${count} offline messages were replayed`)), REPLAY_LIMIT_MS);
  const counters = clients.map((client) => {
    const counter = new SequenceCounter((some) => {
      arrived += some;
      if (arrived === count) resolve(measureOf(read(), count));
    });
    client.onBytes = (bytes) => counter.push(bytes);
    return counter;
  });
  const read = startWatch(job.pid);
  for (const client of clients) client.send('<presence/>');
  const measure = await complete;
  clearTimeout(limit);
  await sleep(300); // time for a repeated message to show itself
  for (const [i, counter] of counters.entries()) {
    if (counter.next !== OFFLINE_EACH) throw new Error(`${clients[i]?.jid}: ${counter.next} of ${OFFLINE_EACH} messages replayed`);
  }
  return measure;
}
