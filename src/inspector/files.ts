/** The files of the page: those that are there when the server starts, by name, so that no path is ever made of
 *  what a browser asks for. @module */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** One file. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads the folder of the page.
 *  @param isLive false where no server is looked at: the page then knows it from its first line, and asks for nothing of one
 *  @returns by the path under which each is served, such as `/live.js` or `/machines/route.svg` */
export function pageFiles({ isLive }: { readonly isLive: boolean }): ReadonlyMap<string, PageFile> {
  const folder = join(import.meta.dirname, 'page');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => types[extname(name)] !== undefined);
  const files = new Map(names.map((name) => [name === 'index.html' ? '/' : `/${name}`, { type: types[extname(name)] ?? '', body: readFileSync(join(folder, name)) }]));
  const page = files.get('/');
  if (page !== undefined && !isLive) files.set('/', { ...page, body: Buffer.from(page.body.toString().replace('<html ', '<html data-live="none" ')) });
  return files;
}
