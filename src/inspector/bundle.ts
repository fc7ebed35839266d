/** A trace as one file of HTML that opens from a disk, without server or network: the page itself, with everything that
 *  it would ask for inside. Modules become data: URLs under the names of an import map, since a data: URL has no
 *  neighbours to import from; style sheets and answers are inline. Not here: the page. @module */
import { decodeTrace } from '../core/trace.ts';
import { pageFiles } from './files.ts';
import type { PageFile } from './files.ts';
import { citationsOf, fileOf } from './page/citation.js';
import { sheets } from './sheets.ts';

/** Nothing is loaded from anywhere, and nothing can be sent. */
const policy = "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** Makes the file.
 *  @param trace the text of the trace
 *  @throws TraceError when it is none
 *  @example
 *  writeFileSync('trace.html', bundleOf(readFileSync('trace.jsonl', 'utf8'))); */
export function bundleOf(trace: string): string {
  const { header, steps } = decodeTrace(trace);
  const machines = new Set(steps.flatMap(({ transitions, begun = [] }) => [...transitions, ...begun].map(({ machine }) => machine)));
  const files = pageFiles({ isLive: false });
  const textOf = (path: string): string => files.get(path)?.body.toString() ?? '';
  const drawings = [...machines].map((machine) => `/machines/${machine}.svg`).filter((path) => files.has(path));
  const answers: Readonly<Record<string, string>> = {
    '/traces/given': trace, '/machines.json': JSON.stringify([...sheets.values()]), ...Object.fromEntries(drawings.map((path) => [path, textOf(path)])),
    ...sectionsOf([...(header.theorem?.spec ?? []), ...[...machines].flatMap(citedBy)], textOf),
  };
  const scripts = [
    `<script type="application/json" id="answers">${jsonText(answers)}</script>`,
    `<script type="importmap">${jsonText({ imports: Object.fromEntries([...files].filter(([path]) => path.endsWith('.js')).map(([path, file]) => [nameOf(path), moduleUrl(file)])) })}</script>`,
    `<script type="module">location.hash ||= '#/traces/given'; import('${nameOf('/app.js')}');</script>`,
  ];
  const [head = '', body = ''] = textOf('/').split('</head>');
  const inlined = head
    .replace('<meta charset="utf-8">', () => `<meta charset="utf-8">\n  <meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace('data-live="none"', 'data-live="none" data-shared')
    .replace(/<link rel="stylesheet" href="([^"]+)">/g, (_, path: string) => styleOf(`/${path}`, textOf(`/${path}`)))
    .replace(/ *<script [^>]*><\/script>\n/, '');
  const drawing = styleOf('/machines/machines.css', textOf('/machines/machines.css'));
  return `${inlined}  ${drawing}\n${scripts.map((script) => `  ${script}\n`).join('')}</head>${body}`.replaceAll('"icon.svg"', `"data:image/svg+xml;base64,${files.get('/icon.svg')?.body.toString('base64') ?? ''}"`);
}

/** What a machine cites. */
function citedBy(name: string): readonly string[] {
  const sheet = sheets.get(name);
  return sheet === undefined ? [] : [sheet.spec, ...sheet.states.flatMap(({ spec }) => spec), ...sheet.transitions.flatMap(({ spec }) => spec)];
}

/** The files of the sections that are cited, without the others. */
function sectionsOf(cited: readonly string[], textOf: (path: string) => string): Readonly<Record<string, string>> {
  const citations = cited.flatMap(citationsOf).filter((part) => typeof part !== 'string');
  const documents = Map.groupBy(citations, ({ document }) => `/sections/${fileOf(document)}.json`);
  return Object.fromEntries([...documents].filter(([path]) => textOf(path) !== '').map(([path, wanted]) => {
    const numbers = new Set(wanted.map(({ number }) => number));
    const { sections, ...file } = JSON.parse(textOf(path)) as { readonly sections: Readonly<Record<string, unknown>> };
    return [path, JSON.stringify({ ...file, sections: Object.fromEntries(Object.entries(sections).filter(([number]) => numbers.has(number))) })];
  }));
}

const styleOf = (path: string, text: string): string => `<style data-of="${path}">\n${text}</style>`;
const nameOf = (path: string): string => `page${path}`;

/** A module whose neighbours have names of the import map. */
function moduleUrl({ body }: PageFile): string {
  const text = body.toString().replace(/\b(from |import\()'\.\/([\w-]+\.js)'/g, (_, before: string, name: string) => `${before}'${nameOf(`/${name}`)}'`);
  return `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`;
}

/** JSON in which no tag can begin. */
const jsonText = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
