/** `npm run build`: the package as it is published, in `dist/`: JavaScript modules with declarations and source maps, and
 *  the files that are read at run time. The folders are those of the sources, so that every relative path stays what it is.
 *  `npm pack` runs it first. @module */
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');

/** What is published of the sources; commands of this checkout alone are not. */
const folders = ['machines', 'src', 'properties'];
/** Read at run time, and not imported. */
const isAsset = (file: string): boolean => file.startsWith('src/inspector/page/') && !file.endsWith('tsconfig.json');
/** Declarations of packages that have none, which TypeScript does not copy. */
const isAmbient = (file: string): boolean => file.endsWith('.d.ts');

/** Builds the package.
 *  @param out the folder, which is emptied first
 *  @throws Error with every complaint of the compiler */
export function build(out: string): void {
  rmSync(out, { recursive: true, force: true });
  const files = folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`));
  compile(files.filter((file) => file.endsWith('.ts')).map((file) => join(root, file)), out);
  for (const file of files.filter((name) => isAmbient(name) || (isAsset(name) && /\.[a-z]+$/.test(name)))) cpSync(join(root, file), join(out, file));
  for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.js.map')) change(join(out, name), nameSources);
    else if (name.endsWith('.d.ts')) change(join(out, name), nameModules);
  }
}

function compile(files: readonly string[], out: string): void {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: { compilerOptions: object } };
  const own = { noEmit: false, outDir: out, rootDir: root, declaration: true, sourceMap: true, inlineSources: true, rewriteRelativeImportExtensions: true, removeComments: false, stripInternal: true };
  const { options } = ts.parseJsonConfigFileContent({ compilerOptions: { ...config.compilerOptions, ...own }, files }, ts.sys, root);
  const program = ts.createProgram(files, options);
  const found = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  if (found.length === 0) return;
  throw new Error(ts.formatDiagnostics(found, { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => '\n' }));
}

/** A map carries the text of its source, which is not there itself: its name is enough. */
function nameSources(text: string): string {
  const { sources, ...rest } = JSON.parse(text) as { sources: readonly string[] };
  return JSON.stringify({ ...rest, sources: sources.map((source) => basename(source)) });
}

/** Declarations name the modules that are there, and the ambient ones beside them: TypeScript rewrites neither. */
function nameModules(text: string): string {
  return text
    .replaceAll(/(from |import\(|import )(['"])(\.{1,2}\/[^'"]+)\.ts\2/g, '$1$2$3.js$2')
    .replaceAll(/(<reference path=")(?:\.\.\/)+src\/(\w+\.d\.ts)" preserve="true"/g, '$1../$2"');
}

function change(file: string, by: (text: string) => string): void {
  writeFileSync(file, by(readFileSync(file, 'utf8')));
}

if (process.argv[1] === import.meta.filename) build(join(root, 'dist'));
