/** `waystate replay` and what it plays first of all: the trace of a property that failed.
 *  docs/reference/trace.md. Not here: the record of a server (record.test.ts). @module */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { answerFrom } from '../../src/cli/keys.ts';
import { replay } from '../../src/cli/replay.ts';
import type { Answer, ReplayContext } from '../../src/cli/replay.ts';
import type { Outcome } from '../../src/cli/outcome.ts';
import { decodeTrace, encodeTrace } from '../../src/core/trace.ts';
import type { Trace, TraceStep } from '../../src/core/trace.ts';
import { check } from '../../properties/theorem.ts';
import { theorems } from '../../properties/theorems.ts';
import { coreNamed, traceOf } from '../../properties/random-trace.ts';
import { waystate } from './command-line.ts';

const directory = mkdtempSync(join(tmpdir(), 'waystate-traces-'));
afterAll(() => rmSync(directory, { recursive: true }));
const root = join(import.meta.dirname, '../..');

/** Plays a trace, and keeps what is shown. */
async function played(trace: Trace | string, context: Partial<ReplayContext> = {}): Promise<Outcome & { readonly shown: string }> {
  const file = typeof trace === 'string' ? trace : join(directory, 'played.jsonl');
  if (typeof trace !== 'string') writeFileSync(file, encodeTrace(trace));
  const lines: string[] = [];
  const outcome = await replay(file, { print: (line) => void lines.push(line), colours: false, json: false, ...context });
  return { ...outcome, shown: lines.join('\n') };
}

const theorem = theorems.find(({ name }) => name === 'a stream ends with the resource\'s own goodbye');
if (theorem === undefined) throw new Error('the theorem has another name');
const { failure } = check(theorem, { runs: 500, seed: 6121, makeCore: coreNamed('no-goodbye') });
if (failure === undefined) throw new Error('the wrong core is not refuted');
const trace = traceOf(theorem, failure, { core: 'no-goodbye', again: 'waystate replay FILE' });

describe('replay: a history that fails', () => {
  test('plays the same again, fault included, and again', async () => {
    const first = await played(trace);
    expect(first).toMatchObject({ exitCode: 0, output: `The replay went as recorded: all ${trace.steps.length} steps. The fault is still there.` });
    expect(first.shown).toContain(theorem.statement);
    expect(first.shown).toContain('presence of romeo@localhost/a: available → ended [session.ended] broadcastUnavailable, endDirected');
    expect(first.shown).toContain(`✗ ${theorem.name}`);
    expect(await played(trace)).toEqual(first);
  });

  test('with --json it prints a trace again, the same', async () => {
    const { shown, complaint } = await played(trace, { json: true });
    expect(decodeTrace(shown)).toEqual(decodeTrace(encodeTrace(trace)));
    expect(complaint).toContain('went as recorded');
  });

  test('on the real core the fault is gone, and that is a difference', async () => {
    const { core: _, ...real } = trace.header.replay;
    const { exitCode, complaint } = await played({ ...trace, header: { ...trace.header, replay: real } });
    expect([exitCode, complaint?.split('\n').at(-1)]).toEqual([1, 'The replay differs from the trace. The fault is not there any more.']);
  });

  const tampered = (at: number, change: (step: TraceStep) => TraceStep): Trace => ({ ...trace, steps: trace.steps.map((step, index) => (index === at ? change(step) : step)) });
  test.each<[string, Trace, RegExp]>([
    ['what came out', tampered(1, (step) => ({ ...step, shown: [{ to: 'romeo@localhost/a', what: '<presence/>' }] })), /^Step 2 \(romeo\/a: available, priority 0\) differs in what comes out:\n {2}recorded {2}\{"to":"romeo@localhost\/a","what":"<presence\/>"\}\n {2}now {7}\{"to":"romeo@localhost\/a","what":"<presence to=/],
    ['a transition', tampered(0, (step) => ({ ...step, transitions: step.transitions.slice(1) })), /^Step 1 \(romeo\/a connects\) differs in what the machines do:\n {2}recorded .*auth\.requested/],
    ['a label', tampered(1, (step) => ({ ...step, label: 'nothing' })), /^Step 2 .* differs in what happens:\n {2}recorded {2}"nothing"\n/],
    ['what is broken', tampered(trace.steps.length - 1, ({ broken: _, ...step }) => step), /differs in what is broken:\n {2}recorded {2}nothing\n/],
    ['a step less', { ...trace, steps: trace.steps.slice(0, -1) }, new RegExp(`^Step ${trace.steps.length} is played`)],
    ['a step more', { ...trace, steps: [...trace.steps, { step: trace.steps.length + 1, label: 'then', transitions: [], shown: [] }] }, /is recorded \(then\), and is not played\./],
  ])('a file that was tampered with is found out: %s', async (_what, file, difference) => {
    const { exitCode, complaint } = await played(file);
    expect(exitCode).toBe(1);
    expect(complaint).toMatch(difference);
  });

  test.each<[string, object, string]>([
    ['no history', { replay: {} }, 'line 1: replay.history must be a list of acts, each with by and deed'],
    ['a theorem of another build', { theorem: { name: 'all is well', statement: '' } }, 'line 1: this build has no theorem "all is well"'],
    ['a core of another build', { replay: { ...trace.header.replay, core: 'x' } }, 'there is no wrong core "x"; there are '],
    ['a session without configuration', { kind: 'session' }, 'line 1: replay must have config, features and keepBodies'],
  ])('what can\'t be played ends with 2: %s', async (_what, header, message) => {
    const { exitCode, complaint } = await played({ ...trace, header: { ...trace.header, ...header } });
    expect([exitCode, complaint?.slice(complaint.indexOf(': ') + 2)]).toEqual([2, expect.stringContaining(message)]);
  });

  test('step by step it waits after each step but the last; a shows the rest, q ends', async () => {
    const asked = async (answers: Answer[]): Promise<readonly [string | undefined, number]> => {
      const given = [...answers];
      const { output } = await played(trace, { ask: () => Promise.resolve(given.shift() ?? 'quit') });
      return [output?.split('.')[0], answers.length - given.length];
    };
    const all = `The replay went as recorded: all ${trace.steps.length} steps`;
    expect(await asked(trace.steps.map(() => 'next'))).toEqual([all, trace.steps.length - 1]);
    expect(await asked(['next', 'all', 'quit'])).toEqual([all, 2]);
    expect(await asked(['next', 'quit', 'next'])).toEqual(['The replay went as recorded: the first 2 steps', 2]);
  });

  test('what comes from a peer can\'t command the terminal', async () => {
    const { shown } = await played(tampered(0, (step) => step), { colours: true });
    expect(shown).toContain('\x1b[');
    const evil = await played({ ...trace, header: { ...trace.header, title: 'a\x1b[2J\u009b\u202eb' } });
    expect(evil.shown.split('\n')[0]).toBe('a\\u001b[2J\\u009b\\u202eb');
  });
});

test.each<[string, Answer]>([['\r', 'next'], [' ', 'next'], ['xa', 'all'], ['q', 'quit'], ['\x03', 'quit']])('replay: the keys %j mean %s', async (keys, answer) => {
  const raw: boolean[] = [];
  const terminal = Object.assign(new PassThrough(), { setRawMode: (mode: boolean) => (raw.push(mode), terminal) });
  const answered = answerFrom(terminal as unknown as Parameters<typeof answerFrom>[0]);
  for (const key of keys) {
    terminal.write(key);
    await new Promise(setImmediate);
  }
  expect([await answered, raw]).toEqual([answer, [true, false]]);
});

test('replay: keys typed ahead answer one question each', async () => {
  const terminal = Object.assign(new PassThrough(), { setRawMode: () => terminal });
  terminal.write('\r?aq');
  const asked = async (): Promise<Answer> => answerFrom(terminal as unknown as Parameters<typeof answerFrom>[0]);
  expect([await asked(), await asked(), await asked()]).toEqual(['next', 'all', 'quit']);
});

describe('replay: from the command line', () => {
  test('a property that fails prints a command, and the command plays the failure again', { timeout: 60_000 }, async () => {
    const run = spawn(process.execPath, ['properties/run.ts', '--runs', '300', '--seed', '6121', '--only', theorem.name, '--core', 'no-goodbye', '--traces', directory], { cwd: root });
    const [output, [code]] = await Promise.all([text(run.stdout), once(run, 'exit')]);
    expect([code, output]).toEqual([1, expect.stringMatching(/FAILED {2}romeo@localhost\/a is closed without having heard its own goodbye\n {4}1 {2}romeo\/a connects\n {4}2 {2}romeo\/a: available, priority 0\n/)]);
    for (const words of [theorem.name, theorem.statement, theorem.formula]) expect(output).toContain(words);
    const command = /again: (npm run waystate -- replay .+)$/m.exec(output)?.[1] ?? '';
    expect(command).toContain(/trace: (.+)$/m.exec(output)?.[1]);
    // Rejects when the command ends with anything but 0.
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: root });
    expect(stdout.trim().split('\n').at(-1)).toBe(`The replay went as recorded: all ${trace.steps.length} steps. The fault is still there.`);
  });

  test('a file that is no trace ends with 2 and its line', async () => {
    const file = join(directory, 'no.jsonl');
    writeFileSync(file, '{}\n');
    expect(await waystate(['replay', file])).toEqual({ code: 2, stdout: '', stderr: `waystate: ${file}: line 1: this is not the header of a trace\n` });
    expect((await waystate(['replay', '/no/such.jsonl'])).stderr).toBe('waystate: /no/such.jsonl: it cannot be read (ENOENT)\n');
  });

  test('who has read enough ends it without a word', async () => {
    const file = join(directory, 'long.jsonl');
    writeFileSync(file, encodeTrace(trace));
    const child = spawn(process.execPath, ['src/cli/main.ts', 'replay', file], { cwd: root });
    child.stdout.destroy();
    const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([code, complaint]).toEqual([0, '']);
  });
});

