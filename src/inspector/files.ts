/** The files of the page: those that are there when the server starts, by name, so that no path is ever made of
 *  what a browser asks for. @module */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { sheets } from './sheets.ts';

/** One file. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/** Reads the folder of the page, and the sources of the machines.
 *  @param isLive false where no server is looked at: the page then knows it from its first line, and asks for nothing of one
 *  @returns by the path under which each is served, such as `/live.js` or `/machines/route.svg` */
export function pageFiles({ isLive }: { readonly isLive: boolean }): ReadonlyMap<string, PageFile> {
  const folder = join(import.meta.dirname, 'page');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => types[extname(name)] !== undefined && name !== 'tsconfig.json');
  const page = names.map((name) => [name === 'index.html' ? '/' : `/${name}`, { type: types[extname(name)] ?? '', body: readFileSync(join(folder, name)) }] as const);
  const files = new Map([...page, ...machineTexts()]);
  const first = files.get('/');
  if (first !== undefined && !isLive) files.set('/', { ...first, body: Buffer.from(first.body.toString().replace('<html ', '<html data-live="none" ')) });
  return files;
}

/** The source of each machine of the catalogue, `/machines/NAME.ts`, and its page of the documentation, `/machines/NAME.md`,
 *  as far as they are installed. */
function machineTexts(): readonly (readonly [string, PageFile])[] {
  const root = join(import.meta.dirname, '..', '..');
  return [...sheets.keys()].flatMap((name) => [[`${name}.ts`, join(root, 'machines')], [`${name}.md`, join(root, 'docs', 'reference', 'machines')]] as const)
    .filter(([name, folder]) => existsSync(join(folder, name)))
    .map(([name, folder]) => [`/machines/${name}`, { type: 'text/plain; charset=utf-8', body: readFileSync(join(folder, name)) }]);
}
