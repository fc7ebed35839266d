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
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/** Reads the folder of the page.
 *  @returns by the path under which each is served, such as `/live.js` or `/machines/route.svg` */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const folder = join(import.meta.dirname, 'page');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => types[extname(name)] !== undefined && name !== 'tsconfig.json');
  return new Map(names.map((name) => [name === 'index.html' ? '/' : `/${name}`, { type: types[extname(name)] ?? '', body: readFileSync(join(folder, name)) }]));
}
