/** One page's Markdown as HTML: anchors as GitHub gives them, links rewritten, code
 *  coloured. @module */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import MarkdownIt from 'markdown-it';
import type Token from 'markdown-it/lib/token.mjs';
import { escape, highlight } from './highlight.ts';
import { addressOf, root } from './sources.ts';
import type { Source } from './sources.ts';

/** A heading of a page, and what is written below it, for the table of contents and the search. */
export interface Heading {
  readonly level: number;
  readonly anchor: string;
  readonly title: string;
  /** The text up to the next heading. */
  text: string;
  /** The names in it: what its sentences and tables have as code. */
  readonly names: Set<string>;
  /** What it explains: words that it emphasizes. */
  readonly terms: Set<string>;
}

/** A page as HTML. */
export interface Rendered {
  readonly html: string;
  readonly headings: readonly Heading[];
  /** The files of the project, other than pages, that it links to; the site has to have them. */
  readonly files: readonly string[];
}

const markdown = new MarkdownIt({ html: false, linkify: false });
markdown.validateLink = () => true;

/** Renders one page.
 *  @param exported the address of the API page of a name; names in code lead there */
export function render({ path, address, text }: Source, exported: ReadonlyMap<string, string> = new Map()): Rendered {
  const headings: Heading[] = [];
  const files: string[] = [];
  const seen = new Map<string, number>();
  // HTML stays text, but for the two kinds that the pages use: comments, and pictures of a given height.
  const tokens = markdown.parse(text.replace(/<!--[\s\S]*?-->/g, '').replace(/<img src="([^"]*)" alt="([^"]*)"[^>]*>/g, '![$2]($1)'), {});
  tokens.forEach((token, at) => {
    const inline = tokens[at + 1];
    if (token.type === 'heading_open') {
      const title = (inline?.children ?? []).map(({ content }) => content).join('');
      const base = title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').trim().replaceAll(' ', '-');
      const times = seen.get(base) ?? 0;
      seen.set(base, times + 1);
      const anchor = times === 0 ? base : `${base}-${times}`;
      token.attrSet('id', anchor);
      headings.push({ level: Number(token.tag.slice(1)), anchor, title, text: '', names: new Set(), terms: new Set() });
    } else if (token.type === 'inline' || token.type === 'fence' || token.type === 'code_block') {
      const heading = headings.at(-1);
      token.children?.forEach(({ type, content }, index, all) => {
        if (type === 'code_inline') heading?.names.add(content);
        if (type === 'em_open') heading?.terms.add(all[index + 1]?.content ?? '');
      });
      if (heading !== undefined && tokens[at - 1]?.type !== 'heading_open') heading.text += ` ${textOf(token)}`;
    }
    for (const child of token.children ?? []) {
      for (const name of ['href', 'src']) {
        const target = child.attrGet(name);
        if (target !== null) child.attrSet(name, addressed(path, address, target, files));
      }
    }
  });
  const html = markdown.renderer.render(tokens, markdown.options, { pageOf: (name) => pageOf(name, address, exported) } satisfies Env)
    .replaceAll('<table>', '<div class="wide" tabindex="0"><table>').replaceAll('</table>', '</table></div>');
  return { html, headings, files };
}

/** What can be found in a token; a drawing as text says nothing that the page does not. */
function textOf({ type, info, content, children }: Token): string {
  if (type !== 'inline') return info === 'mermaid' ? '' : content;
  return (children ?? []).map((child) => (child.type === 'softbreak' ? ' ' : child.content)).join('');
}

/** What a rule of the renderer is told of the page. */
interface Env {
  readonly pageOf: (name: string) => string | undefined;
}

/** Where the page of an export is, seen from another. Only a name of two words or more is surely one: `Store` and `check` are words of the language, too. */
function pageOf(code: string, from: string, exported: ReadonlyMap<string, string>): string | undefined {
  const name = /^(\w*\p{Ll}\p{Lu}\w*)(?:\(.*\))?$/u.exec(code)?.[1];
  const found = name === undefined ? undefined : exported.get(name);
  return found === undefined ? undefined : posix.relative(posix.dirname(from), found);
}

/** A link of a page as the site has it. */
function addressed(path: string, address: string, link: string, files: string[]): string {
  if (/^[a-z]+:/.test(link) || link.startsWith('#')) return link;
  const [target = '', anchor] = link.split('#');
  const file = relative(root, join(root, dirname(path), target));
  const found = join(root, file);
  if (!existsSync(found)) throw new Error(`${path} links to ${link}, which is not there`);
  const isPage = file.endsWith('.md') && (file.startsWith('docs/') || !file.includes('/'));
  if (!isPage) files.push(file);
  const to = isPage ? addressOf(file) : placeOf(file);
  return posix.relative(posix.dirname(address), to) + (anchor === undefined ? '' : `#${anchor}`);
}

/** Whether the site has the file as it is. */
export const isPicture = (file: string): boolean => /\.(?:svg|png)$/.test(file);

/** Where the site has a file that is no page: a picture as it is, anything else as a page that shows it. */
export function placeOf(file: string): string {
  return isPicture(file) ? `files/${file}` : `files/${file}${statSync(join(root, file)).isDirectory() ? '/index' : ''}.html`;
}

// Mermaid stays text, as the pages say of it: the drawing is a picture above it.
markdown.renderer.rules['fence'] = (tokens, at) => {
  const { info = '', content = '' } = tokens[at] ?? {};
  const [language = ''] = info.split(' ');
  return `<pre tabindex="0"><code data-language="${escape(language)}">${highlight(content, language)}</code></pre>\n`;
};

// What is within a link leads where that does.
markdown.renderer.rules['code_inline'] = (tokens, at, _options, { pageOf: find }: Env) => {
  const { content = '' } = tokens[at] ?? {};
  const code = `<code>${escape(content)}</code>`;
  const isLinked = tokens.slice(0, at).filter(({ type }) => type === 'link_open').length > tokens.slice(0, at).filter(({ type }) => type === 'link_close').length;
  const page = isLinked ? undefined : find(content);
  return page === undefined ? code : `<a href="${escape(page)}">${code}</a>`;
};
