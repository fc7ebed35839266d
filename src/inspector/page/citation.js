/** How sections are cited: `RFC 6120 §4.4`, `XEP-0045 §7.14`, `DESIGN D5`, and several of them in one text, where the
 *  name of the document is not said again: `RFC 6120 §4-§6, §10.4, DESIGN D1, D5`. Data in, data out: the page makes
 *  links of it, and whoever cuts the texts finds out by it what is cited. @module */

/** A section of a document; the number is empty where a whole document is meant.
 *  @typedef {{ readonly text: string, readonly document: string, readonly number: string }} Citation */

const one = /(?:(RFC \d+|XEP-\d{4})(?: §([A-Z\d]+(?:\.\d+)*))?)|§([A-Z\d]+(?:\.\d+)*)|(?:DESIGN )?\b(D\d+)\b/g;

/** Cuts a text into citations and what stands between them.
 *  @param {string} text
 *  @returns {readonly (string | Citation)[]} */
export function citationsOf(text) {
  /** @type {(string | Citation)[]} */
  const parts = [];
  let at = 0;
  let document = '';
  for (const match of text.matchAll(one)) {
    const [whole, named, ...numbers] = match;
    document = numbers[2] !== undefined ? 'DESIGN' : named ?? document;
    if (document === '') continue; // a number of nothing
    if (match.index > at) parts.push(text.slice(at, match.index));
    parts.push({ text: whole, document, number: numbers.find((number) => number !== undefined) ?? '' });
    at = match.index + whole.length;
  }
  return at < text.length ? [...parts, text.slice(at)] : parts;
}

/** The name of the file that has the sections of a document.
 *  @param {string} document */
export const fileOf = (document) => document.toLowerCase().replaceAll(' ', '');
