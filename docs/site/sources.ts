/** What the site is made of: the pages in the order in which they are read, and the address of each.
 *  Not here: the API pages, which TypeDoc makes. @module */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where the project is. */
export const root = join(import.meta.dirname, '../..');

/** A page before it is one. */
export interface Source {
  /** Its path from the root of the project. */
  readonly path: string;
  /** Its address from the root of the site. */
  readonly address: string;
  readonly section: string;
  readonly title: string;
  readonly text: string;
}

const sections = [['guides', 'Guides'], ['explanation', 'Explanation'], ['decisions', 'Decisions'], ['reference', 'Reference'], ['reference/machines', 'Machines']] as const;

/** Every page: the start, then section by section in the order of the map, `docs/README.md`. */
export function sources(): readonly Source[] {
  const map = readFileSync(join(root, 'docs/README.md'), 'utf8');
  const placeOf = (path: string): number => {
    const place = map.indexOf(`](${path.slice('docs/'.length)})`);
    return place < 0 ? Infinity : place;
  };
  const of = (folder: string): readonly string[] => readdirSync(join(root, 'docs', folder)).filter((name) => name.endsWith('.md')).map((name) => `docs/${folder}/${name}`)
    .sort((a, b) => Number(b.endsWith('README.md')) - Number(a.endsWith('README.md')) || compare(placeOf(a), placeOf(b)) || compare(a, b));
  return [
    ...['docs/README.md', 'docs/start.md', 'README.md', 'CHANGELOG.md'].map((path) => sourceOf(path, 'Start')),
    ...sections.flatMap(([folder, name]) => of(folder).map((path) => sourceOf(path, name))),
  ];
}

/** The address of a Markdown page in the site. */
export function addressOf(path: string): string {
  if (path === 'README.md' || path === 'CHANGELOG.md') return `${path.slice(0, -'.md'.length).toLowerCase()}.html`;
  return path.slice('docs/'.length).replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html');
}

function sourceOf(path: string, section: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const title = (/^# (.+)$/m.exec(text)?.[1] ?? path).replaceAll('`', '');
  return { path, address: addressOf(path), section, title, text };
}

const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : Number(a > b));
