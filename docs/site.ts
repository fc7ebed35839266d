/** Builds the documentation as a site that needs no server and no network: `npm run site` writes it to
 *  `dist-site/`. What TypeDoc has written to `docs/reference/api` goes with it. @module */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { entriesOf, entriesOfExports, exportsIn } from './site/entries.ts';
import { escape, highlight } from './site/highlight.ts';
import { framed } from './site/layout.ts';
import { isPicture, placeOf, render } from './site/markdown.ts';
import { root, sources } from './site/sources.ts';
import { listOfExports } from './typedoc-plugin.ts';

/** Where the API pages are in it. */
const apiAddress = 'reference/api';

/** Writes the site.
 *
 *  @param out the folder that it goes to; what is there is removed
 *  @param api what TypeDoc has written, if it has; it goes with the site
 *  @returns the addresses of the pages, API pages apart
 *  @throws Error when a page links to something that is not there
 *  @example
 *  buildSite('dist-site'); // ['index.html', 'start.html', …] */
export function buildSite(out: string, api = join(root, 'docs/reference/api')): readonly string[] {
  const all = sources();
  const hasApi = existsSync(join(api, listOfExports));
  const write = (address: string, text: string): void => {
    mkdirSync(dirname(join(out, address)), { recursive: true });
    writeFileSync(join(out, address), text);
  };
  const exports = hasApi ? exportsIn(api, apiAddress) : [];
  const exported = new Map(exports.map(({ name, address }) => [name, address]));
  const rendered = all.map((source) => ({ source, ...render(source, exported) }));
  rmSync(out, { recursive: true, force: true });
  for (const { source: { address, title }, html, headings } of rendered) {
    const anchored = html.replaceAll(/<h([2-6]) id="([^"]*)">(.*?)<\/h\1>/g, '<h$1 id="$2">$3<a class="anchor" href="#$2" aria-label="Link to this heading">#</a></h$1>');
    write(address, framed({ address, title, body: anchored, headings, all, hasApi }));
  }
  const files = new Set(rendered.flatMap((page) => page.files));
  for (const file of files) {
    const place = placeOf(file);
    if (isPicture(file)) {
      mkdirSync(dirname(join(out, place)), { recursive: true });
      copyFileSync(join(root, file), join(out, place));
    } else write(place, framed({ address: place, title: file, body: `<h1><code>${escape(file)}</code></h1>\n${shown(file)}`, headings: [], all, hasApi }));
  }
  write('search-index.js', `globalThis.searchIndex = ${JSON.stringify([...entriesOf(rendered), ...entriesOfExports(exports)])};\n`);
  for (const name of ['site.css', 'ranking.js', 'search.js']) copyFileSync(join(root, 'docs/site', name), join(out, name));
  if (hasApi) copyApi(api, join(out, apiAddress));
  return [...all.map(({ address }) => address), ...[...files].map(placeOf).filter((place) => place.endsWith('.html'))];
}

/** The API pages, each with a way back to the rest. */
function copyApi(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  for (const name of readdirSync(to, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'))) {
    const back = relative(dirname(join(to, name)), join(to, '../../index.html'));
    writeFileSync(join(to, name), readFileSync(join(to, name), 'utf8').replace('<div id="tsd-toolbar-links">', `$&<a href="${back}">Documentation</a>`));
  }
}

/** A file's text, or the names in a folder. */
function shown(file: string): string {
  const path = join(root, file);
  const text = statSync(path).isDirectory() ? readdirSync(path).sort().join('\n') : readFileSync(path, 'utf8');
  return `<pre tabindex="0"><code>${highlight(text, extname(file).slice(1))}</code></pre>`;
}

if (process.argv[1] === import.meta.filename) {
  const out = join(root, 'dist-site');
  console.log(`${buildSite(out).length} pages in ${out}`);
}
