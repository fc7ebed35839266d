/** How wide a text is, and where it breaks: by a table of the widths that Helvetica, Arial and Liberation
 *  Sans share, so that no font has to be at hand and every machine computes the same. @module */

/** Advance widths in thousandths of the font's size, from the space to the tilde. */
const widths = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
  1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
  333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
] as const;

/** A size, and whether it is bold; one for each class of text in the drawing. */
export interface Face {
  readonly size: number;
  readonly isBold?: boolean;
}

/** A browser's own sans-serif may be a little wider than the table; bold is. */
const SLACK = 1.03;
const BOLD = 1.07;

/** The width of a text, in pixels. */
export function widthOf(text: string, { size, isBold = false }: Face): number {
  const units = [...text].reduce((sum, letter) => sum + (widths[(letter.codePointAt(0) ?? 0) - 32] ?? 600), 0);
  return (units / 1000) * size * SLACK * (isBold ? BOLD : 1);
}

/** Joins words into lines no wider than `most`; a word that is wider has a line of its own. */
export function wrap(words: readonly string[], face: Face, most: number): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last === undefined || widthOf(longer, face) > most) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
