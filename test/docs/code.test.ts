/** The TypeScript in the pages is TypeScript: a block that names a file is an excerpt of it, word for
 *  word; every other one compiles under the project's own strict options. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compiled, faultsIn } from './compiled.ts';
import { codeBlocks, root } from './pages.ts';
import type { CodeBlock } from './pages.ts';

const blocks = codeBlocks.filter(({ language }) => language === 'ts');
const nameOf = ({ page, line }: CodeBlock): string => `${page}:${line}`;

/** Where a block is compiled: beside nothing, so that it must import what it needs. */
const fileOf = (block: CodeBlock): string => join(root, `${nameOf(block).replaceAll(/[/:]/g, '_')}.ts`);

describe('docs: code', () => {
  test.each(blocks.filter(({ note }) => note !== '').map((block) => ({ name: nameOf(block), ...block })))('$name is what $note says', ({ note, code }) => {
    expect(readFileSync(join(root, note), 'utf8')).toContain(code);
  });

  test('every other block compiles', { timeout: 60_000 }, () => {
    const own = blocks.filter(({ note }) => note === '');
    const program = compiled(new Map(own.map((block) => [fileOf(block), block.code])));
    expect(own.flatMap((block) => faultsIn(program, fileOf(block)).map((fault) => `${nameOf(block)}, ${fault}`))).toEqual([]);
    expect(own.length).toBeGreaterThan(3);
  });
});
