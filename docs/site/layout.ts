/** The frame of a page: title, navigation, search, contents, previous and next. @module */
import { posix } from 'node:path';
import { escape } from './highlight.ts';
import type { Heading } from './markdown.ts';
import type { Source } from './sources.ts';

/** What a page is framed by. */
export interface Frame {
  readonly address: string;
  readonly title: string;
  readonly body: string;
  readonly headings: readonly Heading[];
  /** All pages, in the order of reading. */
  readonly all: readonly Source[];
  /** Whether the API pages are there to be linked to. */
  readonly hasApi: boolean;
}

/** The whole page. */
export function framed({ address, title, body, headings, all, hasApi }: Frame): string {
  const to = (target: string): string => posix.relative(posix.dirname(address), target);
  const at = all.findIndex((source) => source.address === address);
  const beside = (step: -1 | 1): string => {
    const source = at < 0 ? undefined : all[at + step];
    return source === undefined ? '' : `<a rel="${step < 0 ? 'prev' : 'next'}" href="${to(source.address)}"><small>${step < 0 ? 'Previous' : 'Next'}</small>${escape(source.title)}</a>`;
  };
  const here = (source: Source): string => `<li><a href="${to(source.address)}"${source.address === address ? ' aria-current="page"' : ''}>${escape(source.title)}</a></li>`;
  const api = `<li><a href="${to('reference/api/index.html')}">API</a></li>`;
  const navigation = [...Map.groupBy(all, ({ section }) => section)].map(([section, sources]) => {
    const isOpen = sources.some((source) => source.address === address) || section === 'Start';
    return `<details${isOpen ? ' open' : ''}><summary>${section}</summary><ul>${sources.map(here).join('')}${section === 'Reference' && hasApi ? api : ''}</ul></details>`;
  }).join('\n');
  const contents = headings.filter(({ level }) => level === 2 || level === 3);
  return `<!doctype html>
<html lang="en" data-root="${to('.') || '.'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)} · Waystate</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${to('site.css')}">
<script defer src="${to('search-index.js')}"></script>
<script defer src="${to('ranking.js')}"></script>
<script defer src="${to('search.js')}"></script>
</head>
<body>
<a class="skip" href="#content">To the text</a>
<header class="top">
<a class="brand" href="${to('index.html')}">Waystate <span>documentation</span></a>
<search><input type="search" placeholder="Search (press /)" aria-label="Search the documentation" aria-controls="found" autocomplete="off"><ol id="found" hidden></ol></search>
</header>
<div class="columns">
<nav class="pages" aria-label="Pages"><details class="all" open><summary>Pages</summary>
${navigation}
</details></nav>
<main id="content" tabindex="-1">
${body}
<nav class="beside" aria-label="Previous and next">${beside(-1)}${beside(1)}</nav>
</main>
<nav class="contents" aria-label="On this page">${contents.length < 2 ? '' : `<p>On this page</p><ul>${contents.map(({ level, anchor, title: name }) => `<li class="level-${level}"><a href="#${anchor}">${escape(name)}</a></li>`).join('')}</ul>`}</nav>
</div>
</body>
</html>
`;
}
