/** The near side of a store thread, with threads that do nothing but one thing. @module */
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { BatchedStore } from '../../src/stores/batched-store.ts';
import { juliet, record, romeo } from './fixtures.ts';

/** A thread that opens, and then does this with each `message`; it may wait at the gate. */
async function storeOf(onMessage: string, gate = new Int32Array(new SharedArrayBuffer(4))): Promise<BatchedStore> {
  const store = new BatchedStore(new Worker(`
    const { parentPort: port, workerData: gate } = require('node:worker_threads');
    port.on('message', (message) => { ${onMessage} });
    port.postMessage(null);`, { eval: true, workerData: gate }));
  await store.opened;
  return store;
}

/** A thread that replies with the size of the batch and with the key of the request. */
const telling = `
  if (message === null) port.close();
  else port.postMessage(message.map(({ key }) => ({ reply: message.length + ' ' + key })));`;
const read = (store: BatchedStore, key: string) => store.perform({ op: 'document.read', account: juliet, space: '', key });
const reads = (store: BatchedStore, keys: readonly string[]) => Promise.all(keys.map((key) => read(store, key)));

test('batches: the requests of one turn travel together, those of another turn apart', async () => {
  const store = await storeOf(telling);
  expect(await reads(store, ['a', 'b', 'c'])).toEqual(['3 a', '3 b', '3 c']);
  expect(await reads(store, ['d'])).toEqual(['1 d']);
  await store.close();
});

test('batches: what is asked for while a batch is under way gathers for the next one', async () => {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const store = await storeOf(`Atomics.wait(gate, 0, 0);${telling}`, gate);
  const first = read(store, 'a');
  const later: Promise<unknown>[] = [];
  for (const key of ['b', 'c', 'd']) {
    await new Promise((resolve) => setImmediate(resolve));
    later.push(read(store, key));
  }
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  expect(await first).toBe('1 a');
  expect(await Promise.all(later)).toEqual(['3 b', '3 c', '3 d']);
  await store.close();
});

test('batches: a crowd travels in several batches, in order', async () => {
  const store = await storeOf(telling);
  const keys = Array.from({ length: 600 }, (_, index) => `${index}`);
  expect(await reads(store, keys)).toEqual(keys.map((key, index) => `${index < 512 ? 256 : 88} ${key}`));
  await store.close();
});

test('batches: what is not plain data is rejected alone, and the rest keeps its order', async () => {
  const store = await storeOf(telling);
  const arrived: string[] = [];
  const ask = (key: string) => read(store, key).then(() => arrived.push(key));
  const first = ask('first');
  const refused = read(store, (() => 'x') as never);
  const keys = Array.from({ length: 300 }, (_, index) => `${index}`);
  const replies = keys.map(ask);
  await expect(refused).rejects.toThrow(/could not be cloned/);
  await Promise.all([first, ...replies]);
  expect(arrived).toEqual(['first', ...keys]);
  await store.close();
});

const ends: readonly (readonly [string, string, unknown])[] = [
  ['an error', "throw new Error('out of order')", expect.objectContaining({ message: 'out of order' })],
  ['an exit', 'process.exit(3)', 'exit code 3'],
];

test.each(ends)('thread: after %s every request fails with the cause, and closing does no harm', async (_, code, cause) => {
  const store = await storeOf(code);
  const write = () => store.perform({ op: 'roster.write', account: juliet, record: record(romeo) });
  const underway = write();
  await new Promise((resolve) => setImmediate(resolve));
  const results = await Promise.allSettled([underway, write(), write()]);
  results.push(...await Promise.allSettled([write()]));
  for (const result of results) {
    expect(result).toMatchObject({ status: 'rejected', reason: { message: 'the thread of the store has ended', cause } });
  }
  expect(await store.failure).toMatchObject({ cause });
  await store.close();
});

test('thread: one that ends because it is told to is no failure', async () => {
  const store = await storeOf(telling);
  await read(store, 'a');
  await store.close();
  expect(await Promise.race([store.failure, new Promise((resolve) => setImmediate(() => resolve('none')))])).toBe('none');
});

test('thread: one that fails while it closes says so to whoever closes', async () => {
  const store = await storeOf("throw new Error('no space left')");
  await expect(store.close()).rejects.toMatchObject({ cause: { message: 'no space left' } });
});

test('thread: one that ends before it has opened fails the opening', async () => {
  const store = new BatchedStore(new Worker("throw new Error('cannot open')", { eval: true }));
  await expect(store.opened).rejects.toThrow('cannot open');
  await expect(read(store, 'a')).rejects.toThrow('the thread of the store has ended');
});
