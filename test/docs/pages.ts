/** The pages that people read: README, CHANGELOG and everything under docs but the API pages, which are
 *  made by TypeDoc and kept by nobody. @module */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';

/** Where the project is. */
export const root = join(import.meta.dirname, '../..');

/** A page, and its text. */
export interface Page {
  /** Its path from the root. */
  readonly path: string;
  readonly text: string;
}

/** A code block of a page. */
export interface CodeBlock {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  /** What follows the language; of a `ts` block the file that it is an excerpt of. */
  readonly note: string;
  readonly code: string;
}

/** Every page. */
export const pages: readonly Page[] = [
  'README.md', 'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('reference/api/')).map((name) => `docs/${name}`).sort(),
].map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

const markdown = new MarkdownIt();

/** Every code block of every page. One that is indented has no language: it holds commands. */
export const codeBlocks: readonly CodeBlock[] = pages.flatMap(({ path, text }) =>
  markdown.parse(text, {}).filter(({ type }) => type === 'fence' || type === 'code_block').map(({ info, map, content }) => {
    const [language = '', ...note] = info.split(' ');
    return { page: path, line: (map?.[0] ?? 0) + 1, language, note: note.join(' '), code: content };
  }));

/** A page's text without its code blocks. */
export const proseOf = ({ text }: Page): string => text.replace(/^```[\s\S]*?^```$/gm, '');
