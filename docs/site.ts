/** Builds the documentation as a site that needs no server and no network: `npm run site` writes it to
 *  `dist-site/`. What TypeDoc has written to `docs/reference/api` goes with it. @module */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { escape, highlight } from './site/highlight.ts';
import { framed } from './site/layout.ts';
import { isPicture, placeOf, render } from './site/markdown.ts';
import { root, sources } from './site/sources.ts';

/** Writes the site.
 *
 *  @param out the folder that it goes to; what is there is removed
 *  @returns the addresses of the pages, API pages apart
 *  @throws Error when a page links to something that is not there
 *  @example
 *  buildSite('dist-site'); // ['index.html', 'start.html', …] */
export function buildSite(out: string): readonly string[] {
  const all = sources();
  const api = join(root, 'docs/reference/api');
  const hasApi = existsSync(join(api, 'index.html'));
  const write = (address: string, text: string): void => {
    mkdirSync(dirname(join(out, address)), { recursive: true });
    writeFileSync(join(out, address), text);
  };
  const rendered = all.map((source) => ({ source, ...render(source) }));
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
  const index = rendered.flatMap(({ source: { address, title }, headings }) => headings.map((heading) =>
    [`${address}${heading.level === 1 ? '' : `#${heading.anchor}`}`, title, heading.title, heading.text.replace(/\s+/g, ' ').trim()]));
  write('search-index.js', `globalThis.searchIndex = ${JSON.stringify(index)};\n`);
  for (const name of ['site.css', 'search.js']) copyFileSync(join(root, 'docs/site', name), join(out, name));
  if (hasApi) cpSync(api, join(out, 'reference/api'), { recursive: true });
  return [...all.map(({ address }) => address), ...[...files].map(placeOf).filter((place) => place.endsWith('.html'))];
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
