/** Cuts sections out of a document that was read: those that are cited, and parts of them. @module */
import type { Block, Section } from '../../src/inspector/section.ts';

/** A section as it was found, with those inside of it. */
export interface Found {
  readonly number: string;
  readonly title: string;
  readonly anchor: string;
  readonly own: readonly Block[];
  readonly below: readonly Found[];
}

/** Up to so many letters a section has those inside of it: more of them where it says little itself. */
const most = { together: 3_000, little: 600, behindLittle: 8_000 };

/** Cuts what is cited out of a document. What is not there is left out, for a test to find. */
export function cut(all: readonly Found[], numbers: Iterable<string>): Readonly<Record<string, Section>> {
  const byNumber = new Map(flat(all).map((found) => [found.number, found]));
  const cited = [...numbers].flatMap((number) => byNumber.get(number) ?? []);
  const parts = cited.filter((found) => isLittle(found) && sectionOf(found).parts !== undefined).flatMap(({ below }) => below);
  const wanted = [...new Set([...cited, ...parts])].sort((a, b) => a.number.localeCompare(b.number, 'en', { numeric: true }));
  return Object.fromEntries(wanted.map((found) => [found.number, sectionOf(found)]));
}

/** Whether a section leaves nearly everything to those inside of it, which are cut with it then. */
const isLittle = ({ own }: Found): boolean => JSON.stringify(own).length <= most.little;

function sectionOf(found: Found): Section {
  const { title, anchor, own, below } = found;
  const whole = wholeOf(found);
  const length = JSON.stringify(whole).length;
  const isShort = length <= most.together || (isLittle(found) && length <= most.behindLittle);
  if (below.length === 0 || isShort) return { title, anchor, text: whole };
  return { title, anchor, text: own, parts: below.map((part) => [part.number, part.title]) };
}

const wholeOf = ({ own, below }: Found): readonly Block[] => [...own, ...below.flatMap((part) => [{ p: `${part.number} ${part.title}` }, ...wholeOf(part)])];
/** Every section in the order of the document. */
export const flat = (all: readonly Found[]): readonly Found[] => all.flatMap((found) => [found, ...flat(found.below)]);

/** Puts sections into those that they belong to, by their numbers.
 *  @param inOrder as they follow each other in the document */
export function nested(inOrder: readonly Omit<Found, 'below'>[]): readonly Found[] {
  const inside = (outer: string): readonly Found[] => inOrder.filter(({ number }) => number.slice(0, Math.max(0, number.lastIndexOf('.'))) === outer && number !== '')
    .map((found) => ({ ...found, below: inside(found.number) }));
  return [...inOrder.filter(({ number }) => number === '').map((found) => ({ ...found, below: [] })), ...inside('')];
}
