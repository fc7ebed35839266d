/** The decisions of this project, from the page that has them; where one refers to a chapter of another page, the
 *  chapter's rules stand with it. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cut } from './section.ts';
import type { Block, SectionFile } from '../../src/inspector/section.ts';

const folder = join(import.meta.dirname, '..', 'explanation');
const read = (name: string): readonly string[] => readFileSync(join(folder, name), 'utf8').split('\n');

/** Cuts the decisions that are cited.
 *  @param numbers such as `D5` */
export function designSections(numbers: Iterable<string>): SectionFile {
  const decisions = read('design.md').map((line) => /^\| (D\d+) \| (.*?) \| (.*?) \|$/.exec(line)).filter((match) => match !== null);
  return {
    document: 'DESIGN', title: 'The decisions of Waystate', authors: '', source: 'docs/explanation/design.md', notice: [],
    sections: cut(decisions.map(([, number = '', text = '', today = '']) => ({
      number, title: `Decision ${number}`, anchor: '', below: [],
      own: [{ p: plain(text) }, ...linked(text), { p: `Today: ${plain(today)}.` }],
    })), numbers),
  };
}

/** The tables of the chapters that a text refers to. */
function linked(text: string): readonly Block[] {
  return [...text.matchAll(/\]\((\w+\.md)#([\w-]+)\)/g)].flatMap(([, name = '', anchor = '']) => {
    const lines = read(name);
    const from = lines.findIndex((line) => /^#+ /.test(line) && anchorOf(line) === anchor) + 1;
    const length = lines.slice(from).findIndex((line) => /^##? /.test(line));
    const rows = lines.slice(from, length < 0 ? undefined : from + length).filter((line) => line.startsWith('|') && !/^\|(-+\|)+$/.test(line));
    return rows.length === 0 ? [] : [{ table: rows.map((row) => row.split('|').slice(1, -1).map((cell) => plain(cell.trim()))) }];
  });
}

const anchorOf = (line: string): string => line.replace(/^#+ /, '').toLowerCase().replaceAll(/[^\w\s-]/g, '').replaceAll(' ', '-');
const plain = (text: string): string => text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');
