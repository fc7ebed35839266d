/** The TypeScript in the pages is TypeScript: a block that names a file is an excerpt of it, word for
 *  word; every other one compiles under the project's own strict options. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { codeBlocks, root } from './pages.ts';
import type { CodeBlock } from './pages.ts';

const blocks = codeBlocks.filter(({ language }) => language === 'ts');
const nameOf = ({ page, line }: CodeBlock): string => `${page}:${line}`;

/** Where a block is compiled: beside nothing, so that it must import what it needs. */
const fileOf = (block: CodeBlock): string => join(root, `${nameOf(block).replaceAll(/[/:]/g, '_')}.ts`);

function compile(sources: ReadonlyMap<string, string>): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, root);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.readFile = (file) => sources.get(file) ?? readFile(file);
  host.getSourceFile = (file, language, ...rest) => {
    const source = sources.get(file);
    return source === undefined ? getSourceFile(file, language, ...rest) : ts.createSourceFile(file, source, language);
  };
  // `waystate` is this package itself: its sources, by the condition that the options name.
  return ts.createProgram([...sources.keys(), join(root, 'src/ltx.d.ts'), join(root, 'src/tr46.d.ts')], { ...options, noUnusedLocals: false }, host);
}

describe('docs: code', () => {
  test.each(blocks.filter(({ note }) => note !== '').map((block) => ({ name: nameOf(block), ...block })))('$name is what $note says', ({ note, code }) => {
    expect(readFileSync(join(root, note), 'utf8')).toContain(code);
  });

  test('every other block compiles', { timeout: 60_000 }, () => {
    const own = blocks.filter(({ note }) => note === '');
    const program = compile(new Map(own.map((block) => [fileOf(block), block.code])));
    const faults = own.flatMap((block) => {
      const source = program.getSourceFile(fileOf(block));
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return found.map(({ messageText }) => `${nameOf(block)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    });
    expect(faults).toEqual([]);
    expect(own.length).toBeGreaterThan(3);
  });
});
