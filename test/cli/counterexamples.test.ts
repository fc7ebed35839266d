/** Counterexamples on demand: in a thread, in turn, and within a time. @module */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { counterexamples } from '../../src/cli/counterexamples.ts';
import { replay } from '../../src/cli/replay.ts';
import { TraceError, decodeTrace } from '../../src/core/trace.ts';

const folder = mkdtempSync(join(tmpdir(), 'waystate-counterexamples-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sources = counterexamples();

describe('counterexamples on demand', () => {
  test.each([
    ['mutant', 'route: open on drain.begun #2: double closeRoute'],
    ['mutant', 'stream: negotiating.opened on header.received #1: drop the transition'],
    ['mutant', 'subscription: none on outbound.subscribe: drop the transition'],
    ['control', 'no-drain'],
  ] as const)('%s:%s is a trace, and `waystate replay` finds its fault again', async (kind, name) => {
    const file = join(folder, 'trace.jsonl');
    writeFileSync(file, (await sources[kind](name)) ?? '');
    const { exitCode, complaint } = await replay(file, { print: () => {}, colours: false, json: true });
    expect([exitCode, complaint]).toEqual([0, expect.stringContaining('The fault is still there.')]);
  });

  test.each([['mutant', 'route'], ['mutant', 'route: open: smile'], ['mutant', '__proto__: x: y'], ['mutant', 'route: constructor: y'], ['mutant', ''], ['control', 'no-server'], ['control', '']] as const)('%s:%s is nothing', async (kind, name) => {
    expect(await sources[kind](name)).toBeUndefined();
  });

  test('a mutant that nothing refutes says so', async () => {
    await expect(sources.mutant('subscription: to on inbound.subscribe #1: swap pushItem and sendAvailable')).rejects.toThrow(new TraceError('There is no counterexample: the fate of this mutant is "survivor".'));
  });

  test('a search that takes too long is ended, and the next has its turn', async () => {
    const hasty = counterexamples({ timeoutMs: 0, waiting: 8 });
    await expect(hasty.control('no-drain')).rejects.toThrow(new TraceError('It was not found within 0 s.'));
    await expect(hasty.control('no-drain')).rejects.toThrow(TraceError);
  });

  test('they are had one after the other, and too many who wait are sent away', async () => {
    const narrow = counterexamples({ timeoutMs: 10_000, waiting: 2 });
    const [one, other, third] = await Promise.allSettled([narrow.control('no-drain'), narrow.control('silent-deadline'), narrow.control('no-deadline')]);
    expect([one.status, other.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(third).toMatchObject({ status: 'rejected', reason: { message: 'Others are being looked for already: try again in a moment.' } });
    expect(decodeTrace(await narrow.control('no-deadline') ?? '').header.theorem?.name).toBe('T2.e');
  });
});
