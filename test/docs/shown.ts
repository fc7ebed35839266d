/** An example of an API page as a program. Two rules make it one: what the package exports is there without an import,
 *  and what stands behind an expression, in a comment on its last line, is what the expression gives. @module */
import { isDeepStrictEqual } from 'node:util';
import ts from 'typescript';
import { entryFiles, exportsOfPackage } from './exports.ts';

/** The text as a module: the imports of what it has from the package stand before its first line. Where two entry points have a name,
 *  it is that of the one that the example belongs to.
 *  @param at that entry point */
export function moduleOf(text: string, at: string): string {
  const source = parsed(text);
  const own = new Set<string>();
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) (isDeclared(node) ? own : used).add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const ours = exportsOfPackage.filter(({ from }) => from === at).map(({ name }) => name);
  const imports = exportsOfPackage.filter(({ from, name }) => used.has(name) && !own.has(name) && (from === at || !ours.includes(name)))
    .map(({ from, name, isValue }) => `import ${isValue ? '' : 'type '}{ ${name} } from '${from}'; `);
  return `${imports.join('')}export {}; ${text}`;
}

/** A name that the text itself gives to something, or that is a property of something else. */
function isDeclared({ parent, text }: ts.Identifier): boolean {
  const { name } = parent as { readonly name?: ts.Node };
  const isNamed = name !== undefined && ts.isIdentifier(name) && name.text === text;
  return isNamed && (ts.isVariableDeclaration(parent) || ts.isFunctionDeclaration(parent) || ts.isClassDeclaration(parent) || ts.isImportSpecifier(parent) || ts.isParameter(parent) || ts.isBindingElement(parent));
}

/** What an expression gave, and what the comment behind it says. */
export interface Shown {
  readonly line: number;
  readonly given: unknown;
  readonly said: unknown;
}

/** Runs a text, and gives all that it shows.
 *  @throws whatever it throws */
export async function run(text: string, at: string): Promise<readonly Shown[]> {
  const module = parsed(moduleOf(text, at));
  const names = module.statements.filter(ts.isImportDeclaration).map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text);
  const modules = new Map(await Promise.all(names.map(async (name) => [name, await import(/* @vite-ignore */ entryFiles.get(name) ?? name) as object] as const)));
  const { outputText } = ts.transpileModule(showing(module), { compilerOptions: { target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.CommonJS, verbatimModuleSyntax: false } });
  const found: Shown[] = [];
  const show = (line: number, given: unknown, said: unknown): void => void found.push({ line, given, said });
  // A function, so that its imports come through `require`, and it is in this process: an entry point is loaded once for all of them.
  const body = new AsyncFunction('exports', 'require', '$show', outputText);
  await body({}, (name: string) => modules.get(name), show);
  return found;
}

/** Whether what was given is what is said. */
export const isAsSaid = ({ given, said }: Shown): boolean => isDeepStrictEqual(given, said);

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...parameters: string[]) => (...values: unknown[]) => Promise<void>;

const parsed = (text: string): ts.SourceFile => ts.createSourceFile('example.ts', text, ts.ScriptTarget.ESNext, true);

/** The text with each `expression; // value` as a call that tells of both.
 *  @throws Error for a comment at the end of any other line: nobody would check what it says */
function showing(source: ts.SourceFile): string {
  const changes: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const comment = node === source ? undefined : ts.getTrailingCommentRanges(source.text, node.end)?.[0];
    if (comment === undefined) return ts.forEachChild(node, visit);
    const line = source.getLineAndCharacterOfPosition(node.end).line + 1;
    if (!ts.isExpressionStatement(node)) throw new Error(`line ${line}: the comment stands behind no expression`);
    const said = source.text.slice(comment.pos + '//'.length, comment.end).trim();
    changes.push({ from: node.getStart(), to: comment.end, text: `$show(${line}, ${node.expression.getText()}, (${said}));` });
  };
  visit(source);
  return changes.reduceRight((text, { from, to, text: call }) => text.slice(0, from) + call + text.slice(to), source.text);
}
