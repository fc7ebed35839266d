/** The normative statements of a document: each sentence with a word of RFC 2119 in capitals, numbered in its section.
 *  What is printed as an example is no sentence. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { flat } from '../sections/section.ts';
import { sectionsOf, withoutPages } from '../sections/rfc.ts';
import { xepSectionsOf } from '../sections/xep.ts';
import { fileOf } from '../../src/inspector/page/citation.js';
import type { Block } from '../../src/inspector/section.ts';

/** A statement as the document has it. */
export interface Statement {
  /** Such as `RFC 6120 §4.3.5 #2`: the second of its section. */
  readonly id: string;
  /** The strictest of the words in it. */
  readonly keyword: string;
  readonly sentence: string;
  readonly title: string;
}

/** Which sections of which documents are traced: numbers of sections with all that is in them. */
export const traced: Readonly<Record<string, readonly string[]>> = {
  'RFC 6120': ['4', '5', '6', '7', '8', '9', '10'],
  'RFC 6121': ['2', '3', '4', '8', 'A'],
  'XEP-0016': [''], 'XEP-0045': ['7'], 'XEP-0160': [''], 'XEP-0191': [''], 'XEP-0198': [''],
};

/** From the strictest to the mildest. */
const keywords = ['MUST NOT', 'MUST', 'SHALL NOT', 'SHALL', 'REQUIRED', 'SHOULD NOT', 'NOT RECOMMENDED', 'SHOULD', 'RECOMMENDED', 'MAY', 'OPTIONAL'];

/** Reads every traced document.
 *  @param folder with `rfc` and `xep`, as `docs/sections.ts` takes it */
export function extract(folder: string): readonly Statement[] {
  return Object.entries(traced).flatMap(([document, within]) => sections(folder, document)
    .filter(({ number }) => within.some((outer) => isWithin(number, outer)))
    .flatMap(({ number, title, own }) => statements(own).map((sentence, index) => ({
      id: `${document} §${number} #${index + 1}`, keyword: keywordOf(sentence) ?? '', sentence, title,
    }))));
}

/** Whether a section is another, or lies in it; every one lies in the document, whose number is empty. */
export const isWithin = (number: string, outer: string): boolean => outer === '' || number === outer || number.startsWith(`${outer}.`);

function sections(folder: string, document: string): readonly { readonly number: string; readonly title: string; readonly own: readonly Block[] }[] {
  const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');
  return document.startsWith('RFC')
    ? sectionsOf(withoutPages(read('rfc', `${fileOf(document)}.txt`).split('\n')))
    : flat(xepSectionsOf(read('xep', `${fileOf(document)}.xml`), read('xep', 'xep.ent')));
}

const statements = (blocks: readonly Block[]): readonly string[] => blocks.flatMap(textsOf).flatMap(sentencesOf).filter((sentence) => keywordOf(sentence) !== undefined);

function textsOf(block: Block): readonly string[] {
  if ('p' in block) return [block.p];
  if ('item' in block) return [block.item];
  return 'table' in block ? block.table.map((row) => row.join(' | ')) : [];
}

/** A full stop, and then a capital; behind an abbreviation a sentence goes on. */
export const sentencesOf = (text: string): readonly string[] => text.split(/(?<=[.!?]["')\]]*)(?<!\b(?:e\.g|i\.e|cf|vs|etc)\.)\s+(?=["'(<[]?[A-Z<])/);

/** The strictest word of RFC 2119 in a sentence. */
export function keywordOf(sentence: string): string | undefined {
  return keywords.find((keyword) => new RegExp(`\\b${keyword}\\b`).test(sentence));
}
