/** Text of others as a terminal may be shown it. @module */

/** Characters that command a terminal, or turn the order of what it shows. */
const commanding = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A text that shows such characters and doesn't send them.
 *  @example
 *  printable('a\x1b[2J') // 'a\\u001b[2J' */
export const printable = (text: string): string =>
  text.replace(commanding, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
