/** What the pages point to is there: other pages and their headings, files, scripts. @module */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { pages, proseOf, root } from './pages.ts';

/** The anchor that a heading gets. */
const anchorOf = (heading: string): string =>
  heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').trim().replaceAll(' ', '-');

const anchorsIn = (file: string): string[] =>
  [...readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** What is wrong with a relative link, if anything is. */
function faultOf(from: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? join(root, from) : join(root, dirname(from), path);
  if (!existsSync(file)) return `${link} is not there`;
  return anchor !== undefined && !anchorsIn(file).includes(anchor) ? `${link} has no such heading` : undefined;
}

describe('docs: links', () => {
  test.each(pages)('$path: every relative link leads somewhere', (page) => {
    const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));
    expect(links.map((link) => faultOf(page.path, link)).filter(Boolean)).toEqual([]);
  });

  test('every page under docs can be reached from docs/README.md', () => {
    const reached = new Set<string>();
    const follow = (path: string): void => {
      const page = pages.find((candidate) => candidate.path === path);
      if (page === undefined || reached.has(path)) return;
      reached.add(path);
      for (const [, link = ''] of proseOf(page).matchAll(/\]\(([^)\s#]+\.md)[^)]*\)/g)) follow(relative(root, join(root, dirname(path), link)));
    };
    follow('docs/README.md');
    expect(pages.map(({ path }) => path).filter((path) => path.startsWith('docs/') && !reached.has(path))).toEqual([]);
  });

  test.each(pages)('$path: every file that it names is there', (page) => {
    const files = [...page.text.matchAll(/`((?:machines|src|test|docs)\/[\w./-]+\.(?:ts|txt|md|json))`/g)].map(([, file = '']) => file);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test.each(pages)('$path: every npm script that it names is one', ({ text }) => {
    const scripts = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script);
    expect(scripts.filter((script) => !(script in packageFile.scripts))).toEqual([]);
  });
});
