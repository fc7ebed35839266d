/** Numbered payloads: every measured stanza carries one number, and a recipient must see its numbers
 *  without gap, repeat or swap (RFC 6120 §10.1, in-order processing). Looks for the numbers in raw
 *  bytes, so that counting costs next to nothing. @module */

const MARK = '~#';
const MARK_BYTES = Buffer.from(MARK);

/** How many digits a number has. */
export const DIGITS = 8;

/** The text that carries number `n`. */
export function numbered(n: number): string {
  return MARK + String(n).padStart(DIGITS, '0');
}

/** Where the digits begin in the text of `numbered`. */
export const DIGITS_AT = MARK.length;

/** Told how many numbers arrived at once, and the first of them. */
export type Arrivals = (count: number, first: number) => void;

/** Counts numbered payloads and throws at the first that is not the next. */
export class SequenceCounter {
  /** The number that must come next; also how many have come. */
  next = 0;
  readonly #onArrivals: Arrivals;
  /** The beginning of a payload that the last read cut in two. */
  #rest: Buffer | undefined;

  constructor(onArrivals: Arrivals) {
    this.#onArrivals = onArrivals;
  }

  /** Takes received bytes. Throws when a stanza was lost, repeated or reordered. */
  push(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    const first = this.next;
    let position = 0;
    for (;;) {
      const mark = bytes.indexOf(MARK_BYTES, position);
      if (mark < 0) {
        if (bytes.length > position && bytes.at(-1) === MARK_BYTES[0]) this.#rest = MARK_BYTES.subarray(0, 1);
        break;
      }
      const end = mark + MARK_BYTES.length + DIGITS;
      if (end > bytes.length) {
        this.#rest = Buffer.from(bytes.subarray(mark));
        break;
      }
      this.#expect(bytes, end - DIGITS);
      position = end;
    }
    if (this.next > first) this.#onArrivals(this.next - first, first);
  }

  #expect(bytes: Buffer, at: number): void {
    let number = 0;
    for (let i = at; i < at + DIGITS; i++) number = number * 10 + bytes.readUInt8(i) - 48;
    if (number !== this.next) {
      throw new Error(`stanza lost, repeated or reordered: expected number ${this.next}, got ${number}`);
    }
    this.next++;
  }
}
