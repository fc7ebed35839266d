/** Every function, class and constant that the package exports has an example, which compiles under strict options, runs, and
 *  gives what it says (shown.ts has its two rules). Types need none; what they have is held to the same. @module */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compiled, faultsIn } from './compiled.ts';
import { exportsOfPackage } from './exports.ts';
import { root } from './pages.ts';
import { isAsSaid, moduleOf, run } from './shown.ts';

const examples = exportsOfPackage.flatMap(({ from, isValue, examples: own }) => own.map((example) => ({ from, isValue, ...example })));

// Each runs in an empty folder of its own.
const before = process.cwd();
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waystate-example-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

describe('docs: examples of exports', () => {
  test('every function, class and constant has one', () => {
    expect(exportsOfPackage.filter(({ isValue, examples: own }) => isValue && own.length === 0).map(({ from, name }) => `${from}: ${name}`)).toEqual([]);
    expect(exportsOfPackage.filter(({ isValue }) => isValue).length).toBeGreaterThan(70);
  });

  test('every one compiles', { timeout: 60_000 }, () => {
    const fileOf = (index: number): string => join(root, `example-${index}.ts`);
    const program = compiled(new Map(examples.map(({ from, text }, index) => [fileOf(index), moduleOf(text, from)])));
    expect(examples.flatMap(({ of }, index) => faultsIn(program, fileOf(index)).map((fault) => `${of}, ${fault}`))).toEqual([]);
  });

  test.each(examples)('$of of $from gives what its example says, and leaves nothing open', async ({ from, text, isValue }) => {
    const shown = await run(text, from);
    expect(shown.filter((each) => !isAsSaid(each))).toEqual([]);
    if (isValue) expect(shown).not.toEqual([]);
    await expect.poll(() => process.getActiveResourcesInfo().filter((what) => /^(?:TCP|TLS)|^MessagePort$/.test(what))).toEqual([]);
  });

  test.each([
    ['a value that is another', 'parseJid(\'juliet@capulet.lit\')?.local; // \'romeo\'', [{ line: 1, given: 'juliet', said: 'romeo' }]],
    ['the second of two', '1 + 1; // 2\n[1,\n 2]; // [2, 1]', [{ line: 3, given: [1, 2], said: [2, 1] }]],
  ])('what is not as it says is found out: %s', async (_what, text, faults) => {
    expect((await run(text, 'waystate/core')).filter((each) => !isAsSaid(each))).toEqual(faults);
  });

  test('what is said where nothing would check it is refused', async () => {
    await expect(run('const two = 1 + 1; // 3', 'waystate/core')).rejects.toThrow('line 1: the comment stands behind no expression');
  });
});
