/** How much a browser loads before it shows something, and at the most for each view: compressed, as any server on the way
 *  may send it. What is loaded is found as a browser finds it: from the page's links, and from what each module imports. @module */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { pageFiles } from '../../src/inspector/files.ts';
import { sheets } from '../../src/inspector/sheets.ts';

const files = pageFiles({ isLive: true });
const KB = 1_000;
const textOf = (path: string): string => files.get(path)?.body.toString() ?? '';
const size = (paths: Iterable<string>): number => [...paths].reduce((sum, path) => sum + gzipSync(files.get(path)?.body ?? '').length, 0);
const machines = gzipSync(JSON.stringify([...sheets.values()])).length;

/** A module, and all that it imports before it runs. */
function withImports(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found;
  expect(files.has(path), path).toBe(true);
  found.add(path);
  for (const [, name = ''] of textOf(path).matchAll(/^(?:import|export) [^(]*?['"](\.[^'"]+)['"];$/gm)) withImports(new URL(name, `http://page${path}`).pathname, found);
  return found;
}

/** What `index.html` names. */
const linked = [...textOf('/').matchAll(/(?:href|src)="([^"#]+\.\w+)"/g)].map(([, path = '']) => `/${path}`);
const shell = new Set(['/', ...linked, ...withImports('/app.js')]);

/** The modules of views, which `app.js` loads when they are looked at. */
const views = [...textOf('/app.js').matchAll(/import\('(\.\/[^']+)'\)/g)].map(([, name = '']) => name.slice(1));

test('the first load is under 100 KB compressed: the page, its styles, the live view and what it needs', () => {
  expect(linked).toEqual(expect.arrayContaining(['/style.css', '/live.css', '/app.js']));
  const first = new Set([...shell, ...withImports('/live.js')]);
  expect([...first]).toEqual(expect.arrayContaining(['/dom.js', '/opened.js', '/sheets.js']));
  expect(size(first) + machines).toBeLessThan(100 * KB);
});

test('no view needs more than 300 KB compressed, all diagrams and all data of the page included', () => {
  expect(views).toEqual(expect.arrayContaining(['/live.js', '/machines.js']));
  // Diagrams and data are fetched by names that are known only when it runs: each view is charged with those beside its own module.
  const fetched = [...files.keys()].filter((path) => path.startsWith('/machines/'));
  for (const view of views) {
    const folder = view.replace(/\.js$/, '/');
    const own = [...files.keys()].filter((path) => path.startsWith(folder));
    expect(size(new Set([...shell, ...withImports(view), ...own, ...fetched])) + machines, view).toBeLessThan(300 * KB);
  }
});
