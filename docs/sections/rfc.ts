/** The sections of an RFC, from its plain text: no word is changed; page headers and footers are taken out, and lines
 *  that were broken to fit a page are put together. @module */
import { cut, nested } from './section.ts';
import type { Found } from './section.ts';
import type { Block, SectionFile } from '../../src/inspector/section.ts';

/** Reads an RFC, and cuts out what is cited.
 *  @param text as it was published
 *  @param numbers which sections */
export function rfcSections(document: string, text: string, numbers: Iterable<string>): SectionFile {
  const lines = withoutPages(text.split('\n'));
  const head = lines.slice(0, lines.findIndex((line) => /^Table of Contents/.test(line)));
  const named = (title: string): readonly string[] => paragraphsOf(blocksOf(below(head, title)));
  const name = document.toLowerCase().replace(' ', '');
  return {
    document,
    title: head.filter((line) => /^ {6,59}\S/.test(line)).map((line) => line.trim()).join(' '),
    authors: authorsOf(head),
    source: `https://www.rfc-editor.org/rfc/${name}`,
    notice: [...named('Status of This Memo'), ...named('Copyright Notice')],
    sections: cut(nested([...sectionsOf(lines), { number: '', title: 'Abstract', anchor: '', own: blocksOf(below(head, 'Abstract')) }]), numbers),
  };
}

const heading = /^(?:Appendix )?([A-Z]|[A-Z]?\.?\d*(?:\.\d+)*)\.? {1,2}(\S.*)$/;

/** Every section, as they follow each other. */
export function sectionsOf(lines: readonly string[]): readonly Omit<Found, 'below'>[] {
  const start = lines.findIndex((line) => /^1\. {1,2}Introduction/.test(line));
  const found: { number: string; title: string; lines: string[] }[] = [];
  for (const line of lines.slice(start)) {
    const [, number = '', title = ''] = heading.exec(line) ?? [];
    if (number !== '' && /^[A-Z]?[.\d]*$/.test(number)) found.push({ number, title, lines: [] });
    else found.at(-1)?.lines.push(line);
  }
  return found.map(({ number, title, lines: own }) => ({ number, title, anchor: /^\d/.test(number) ? `section-${number}` : `appendix-${number}`, own: blocksOf(own) }));
}

/** What stands under a title of the front page. */
function below(lines: readonly string[], title: string): readonly string[] {
  const from = lines.findIndex((line) => line.toLowerCase() === title.toLowerCase()) + 1;
  const length = lines.slice(from).findIndex((line) => /^\S/.test(line));
  return lines.slice(from, length < 0 ? undefined : from + length);
}

/** Who stands at the right of the front page's first lines. */
const authorsOf = (head: readonly string[]): string => head.flatMap((line) => /\S {4,}([A-Z]\. [A-Z][\w-]+)$/.exec(line)?.[1] ?? []).join(', ');

/** Takes the seams of the pages out. Whether a paragraph ended where its page did is told by whether the next word
 *  would still have had room in its line. */
export function withoutPages(lines: readonly string[]): readonly string[] {
  const out: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (!/\[Page \d+\]\s*$/.test(lines[at] ?? '')) {
      out.push((lines[at] ?? '').replace('\f', ''));
      continue;
    }
    while (out.at(-1)?.trim() === '') out.pop();
    at += 1;
    while (at < lines.length && ((lines[at] ?? '').replace('\f', '').trim() === '' || /^\f?RFC \d+ .*\d{4}$/.test(lines[at] ?? ''))) at += 1;
    if (at < lines.length && isEnd(out.at(-1) ?? '', lines[at] ?? '')) out.push('');
    at -= 1;
  }
  return out;
}

function isEnd(last: string, next: string): boolean {
  if (/^\S|^ *(o|\d+\.|\[\d+\]) /.test(next)) return true;
  if (/^ *[<|+]|^ *[A-Z]: </.test(last) && /^ *[<|+]|^ {6}/.test(next)) return false;
  const word = next.trim().split(' ', 1)[0] ?? '';
  return last.length + 1 + word.length <= 72 || (/[.:?!>]$/.test(last) && /^ *["A-Z<]/.test(next));
}

const item = /^( *)(o|\*|\d+\.|[a-z]\.|\(\d+\)|\[\d+\]) {1,3}(\S.*)$/;

/** Paragraphs, lists, and what stays as it was printed. */
export function blocksOf(lines: readonly string[]): readonly Block[] {
  const chunks: string[][] = [[]];
  for (const line of lines) {
    if (line.trim() === '') chunks.push([]);
    else chunks.at(-1)?.push(line);
  }
  const blocks: Block[] = [];
  for (const chunk of chunks) for (const block of chunkBlocks(chunk)) {
    const last = blocks.at(-1);
    // An example goes on behind an empty line.
    if (last !== undefined && 'pre' in block && 'pre' in last) blocks.splice(-1, 1, { pre: `${last.pre}\n\n${block.pre}` });
    else blocks.push(block);
  }
  return blocks.map((block) => ('pre' in block ? { pre: dedented(block.pre) } : block));
}

function chunkBlocks(chunk: readonly string[]): readonly Block[] {
  if (chunk.length === 0) return [];
  if (chunk.some((line) => item.test(line)) && item.test(chunk[0] ?? '')) return itemsOf(chunk);
  if (isHanging(chunk)) return [{ item: joined(chunk), mark: '', depth: 0 }];
  return isProse(chunk) ? [{ p: joined(chunk) }] : [{ pre: chunk.join('\n') }];
}

/** Items that follow each other without an empty line between them. */
function itemsOf(chunk: readonly string[]): readonly Block[] {
  const items: string[][] = [];
  for (const line of chunk) {
    if (item.test(line)) items.push([line]);
    else items.at(-1)?.push(line);
  }
  return items.map(([first = '', ...rest]) => {
    const [, indent = '', mark = '', text = ''] = item.exec(first) ?? [];
    return { item: joined([text, ...rest]), mark, depth: Math.max(0, Math.round((indent.length - 3) / 3)) };
  });
}

/** A term with what it means, whose other lines stand further in. */
function isHanging([first = '', ...rest]: readonly string[]): boolean {
  return /^ *\w[^<:]+: {1,2}\w/.test(first) && rest.length > 0 && rest.every((line) => indentOf(line) > indentOf(first) && indentOf(line) === indentOf(rest[0] ?? ''));
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Prose has one margin, and fills its lines; markup, dialogues, tables and drawings don't. */
function isProse(chunk: readonly string[]): boolean {
  const [first = ''] = chunk;
  const margin = indentOf(first);
  if (chunk.some((line) => Math.abs(indentOf(line) - margin) > 0 || /\S {3,}\S/.test(line) || /^ *[|+]/.test(line))) return false;
  return !(/^ *([CSRIE]\d?|\w{1,3}): ?</.test(first) || (/^ *</.test(first) && /[>]$/.test(chunk.at(-1) ?? '')));
}

/** Lines of a paragraph as one: a word that was parted at its hyphen is whole again. */
const joined = (lines: readonly string[]): string => lines.map((line) => line.trim()).reduce((text, line) => (/\w-$/.test(text) && !/^(and|or) /.test(line) ? text + line : `${text} ${line}`)).replace(/ {2,}/g, ' ');

function dedented(text: string): string {
  const lines = text.split('\n');
  const margin = Math.min(...lines.filter((line) => line.trim() !== '').map(indentOf));
  return lines.map((line) => line.slice(margin).trimEnd()).join('\n');
}

const paragraphsOf = (blocks: readonly Block[]): readonly string[] => blocks.flatMap((block) => ('p' in block ? [block.p] : []));
