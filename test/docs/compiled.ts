/** Compiles texts as if they were files of this project, under its own strict options; `waystate` is this package itself.
 *  Not here: which texts (code.test.ts, examples-of-exports.test.ts). @module */
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './pages.ts';

/** A program of the texts, by file, and of whatever they import.
 *  @param files files of the project that belong to it too */
export function compiled(sources: ReadonlyMap<string, string>, files: readonly string[] = []): ts.Program {
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
  const all = [...sources.keys(), ...files, join(root, 'src/ltx.d.ts'), join(root, 'src/tr46.d.ts')];
  // What is shown need not be used; plain JavaScript is checked too.
  return ts.createProgram(all, { ...options, noUnusedLocals: false, checkJs: true }, host);
}

/** What the compiler has to say of one file, each with its line there. */
export function faultsIn(program: ts.Program, file: string): readonly string[] {
  const source = program.getSourceFile(file);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ messageText, start = 0 }) => {
    const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
    return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
