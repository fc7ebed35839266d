/** The queue of heavy work. Spec: RFC 6120 §13.12. @module */
import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../src/runtime/fair-queue.ts';

const turn = (): Promise<void> => new Promise(setImmediate);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** A queue whose tasks note their beginning and end when they are told to. */
function queueing(width: number) {
  const queue = new FairQueue(width);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (network: string, name: string, wanted = (): boolean => true): Promise<string | undefined> =>
    queue.run(network, wanted, () => {
      begun.push(name);
      return new Promise((resolve) => ends.push(() => resolve(name)));
    });
  const endOne = (): Promise<void> => (ends.shift()?.(), turn());
  return { queue, begun, ask, endOne };
}

describe('fair queue', () => {
  it('fair queue: no more is under way than its width, however much is asked for (RFC 6120 §13.12)', async () => {
    const { ask, begun, endOne } = queueing(3);
    for (const n of upTo(10)) void ask('192.0.2.1', `${n}`);
    expect(begun).toEqual(['0', '1', '2']);
    await endOne();
    expect(begun).toEqual(['0', '1', '2', '3']);
    for (let n = 0; n < 10; n += 1) await endOne();
    expect(begun).toEqual(upTo(10).map(String));
  });

  it('fair queue: a flood of one network delays another by no more than one task of each', async () => {
    const { ask, begun, endOne } = queueing(1);
    for (const n of upTo(1_000)) void ask('192.0.2.1', `flood ${n}`);
    void ask('192.0.2.2', 'juliet');
    void ask('192.0.2.2', 'romeo');
    for (let n = 0; n < 4; n += 1) await endOne();
    expect(begun).toEqual(['flood 0', 'flood 1', 'juliet', 'flood 2', 'romeo']);
  });

  it('fair queue: what nobody wants any more is dropped, and what is behind it takes its place', async () => {
    const { ask, begun, endOne } = queueing(1);
    void ask('192.0.2.1', 'first');
    const dropped = [ask('192.0.2.1', 'gone', () => false), ask('192.0.2.3', 'gone', () => false)];
    const last = ask('192.0.2.1', 'last');
    await endOne();
    await endOne();
    expect(await Promise.all([...dropped, last])).toEqual([undefined, undefined, 'last']);
    expect(begun).toEqual(['first', 'last']);
  });

  it.each<[string, () => Promise<never>]>([
    ['rejects', async () => { throw new Error('no memory'); }],
    ['throws', () => { throw new Error('no memory'); }],
  ])('fair queue: a task that %s makes room for the next one', async (_, task) => {
    const { queue } = queueing(1);
    const failing = queue.run('192.0.2.1', () => true, task);
    const next = queue.run('192.0.2.1', () => true, async () => 'done');
    await expect(failing).rejects.toThrow('no memory');
    expect(await next).toBe('done');
  });
});
