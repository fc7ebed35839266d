/** The end of a turn. @module */
import { expect, it } from 'vitest';
import { Turn } from '../../src/runtime/turn.ts';
import { KeptLog } from './running.ts';

it('turn: an item that throws is destroyed and logged, and the others are written all the same', async () => {
  const log = new KeptLog();
  const turn = new Turn(() => 0, log);
  const did: string[] = [];
  const item = (name: string, flush = (): void => void did.push(`${name} written`)) => ({ flush, destroy: () => void did.push(`${name} destroyed`) });
  turn.flushAtEnd(item('first'));
  turn.flushAtEnd(item('second', () => { throw new Error('write after end'); }));
  turn.flushAtEnd(item('third'));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(did).toEqual(['first written', 'second destroyed', 'third written']);
  expect(log.lines).toMatchObject([{ level: 'error', facts: { err: { message: 'write after end' } } }]);
});
