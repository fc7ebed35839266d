/** A set of states of equal length, each a few bytes, numbered in the order in which they were added:
 *  one array for all of them and an open-addressed index, so that millions fit. @module */

/** Numbers states. */
export class StateSet {
  readonly #length: number;
  #bytes: Uint8Array;
  #index: Int32Array;
  #size = 0;

  /** @param length the bytes of one state */
  constructor(length: number, capacity = 1 << 12) {
    this.#length = length;
    this.#bytes = new Uint8Array(length * capacity);
    this.#index = new Int32Array(capacity * 2).fill(-1);
  }

  get size(): number {
    return this.#size;
  }

  /** What the states and their index take. */
  get memoryBytes(): number {
    return this.#bytes.byteLength + this.#index.byteLength;
  }

  /** Copies a state out.
   *  @param into at least as long as a state */
  read(number: number, into: Uint8Array): void {
    const from = number * this.#length;
    for (let i = 0; i < this.#length; i += 1) into[i] = this.#bytes[from + i] ?? 0;
  }

  /** Adds a state.
   *  @returns its number if it is new, or -1 - its number if it was there */
  add(state: Uint8Array): number {
    if ((this.#size + 1) * 2 > this.#index.length) this.#grow();
    const mask = this.#index.length - 1;
    let slot = this.#hash(state, 0) & mask;
    for (let number = this.#index[slot] ?? -1; number >= 0; number = this.#index[slot] ?? -1) {
      if (this.#equals(number, state)) return -1 - number;
      slot = (slot + 1) & mask;
    }
    this.#index[slot] = this.#size;
    this.#bytes.set(state.subarray(0, this.#length), this.#size * this.#length);
    this.#size += 1;
    return this.#size - 1;
  }

  #equals(number: number, state: Uint8Array): boolean {
    const from = number * this.#length;
    for (let i = 0; i < this.#length; i += 1) if (this.#bytes[from + i] !== state[i]) return false;
    return true;
  }

  /** FNV-1a, and a last stir, since the index takes the low bits. */
  #hash(bytes: Uint8Array, from: number): number {
    let hash = 0x811c9dc5;
    for (let i = from; i < from + this.#length; i += 1) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    return (hash ^ (hash >>> 15)) >>> 0;
  }

  #grow(): void {
    const capacity = this.#index.length;
    const bytes = new Uint8Array(this.#length * capacity);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#index = new Int32Array(capacity * 2).fill(-1);
    const mask = this.#index.length - 1;
    for (let number = 0; number < this.#size; number += 1) {
      let slot = this.#hash(bytes, number * this.#length) & mask;
      while ((this.#index[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
      this.#index[slot] = number;
    }
  }
}
