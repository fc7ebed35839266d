/** The exports of the entry points, and the examples that their comments have. @module */
import { join } from 'node:path';
import ts from 'typescript';
import packageFile from '../../package.json' with { type: 'json' };
import { compiled } from './compiled.ts';
import { root } from './pages.ts';

/** One export. */
export interface Export {
  /** The entry point, such as `waystate/core`. */
  readonly from: string;
  readonly name: string;
  /** Whether it is there when a program runs: a function, a class, a constant. */
  readonly isValue: boolean;
  /** Its examples, those of its members included. */
  readonly examples: readonly Example[];
}

/** One example, as it is written. */
export interface Example {
  /** What it is an example of: `parseJid`, `TestServer.interfere`. */
  readonly of: string;
  readonly text: string;
}

/** The sources of the entry points by their names. */
export const entryFiles: ReadonlyMap<string, string> = new Map(Object.entries(packageFile.exports)
  .flatMap(([name, target]) => (typeof target === 'string' ? [] : [[`waystate${name.slice(1)}`, join(root, target['waystate-source'])]])));

/** Every export, once: `waystate` has those of three others and none of its own. */
export const exportsOfPackage: readonly Export[] = read();

function read(): readonly Export[] {
  const program = compiled(new Map(), [...entryFiles.values()]);
  const checker = program.getTypeChecker();
  const seen = new Set<ts.Symbol>();
  return [...entryFiles].sort(([a], [b]) => b.length - a.length).flatMap(([from, file]) => {
    const source = program.getSourceFile(file);
    const entry = source && checker.getSymbolAtLocation(source);
    if (entry === undefined) throw new Error(`${file} is no module`);
    return checker.getExportsOfModule(entry).flatMap((each): Export[] => {
      const symbol = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
      if (seen.has(symbol)) return [];
      seen.add(symbol);
      const members = symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface) ? [...symbol.members?.values() ?? []] : [];
      const examples = [examplesOf(symbol, each.name), ...members.map((member) => examplesOf(member, `${each.name}.${member.name}`))].flat();
      return [{ from, name: each.name, isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0, examples }];
    });
  });

  function examplesOf(symbol: ts.Symbol, of: string): readonly Example[] {
    return symbol.getJsDocTags(checker).filter(({ name }) => name === 'example').map(({ text }) => ({ of, text: ts.displayPartsToString(text) }));
  }
}
