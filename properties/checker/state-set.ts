/** A set of states of equal length, each a few bytes, numbered in the order in which they were added:
 *  arrays for all of them and an open-addressed index, so that hundreds of millions fit. @module */

/** Numbers states. */
export class StateSet {
  readonly #length: number;
  /** In blocks, so that it grows without being copied. */
  readonly #blocks: Uint8Array[] = [];
  #index: Int32Array;
  #size = 0;

  /** @param length the bytes of one state */
  constructor(length: number, capacity = 1 << 12) {
    this.#length = length;
    this.#index = new Int32Array(capacity * 2).fill(-1);
  }

  get size(): number {
    return this.#size;
  }

  /** What the states and their index take. */
  get memoryBytes(): number {
    return this.#blocks.length * BLOCK * this.#length + this.#index.byteLength;
  }

  /** Copies a state out.
   *  @param into at least as long as a state */
  read(number: number, into: Uint8Array): void {
    const block = this.#blocks[number >>> BITS] ?? NO_BYTES;
    const from = (number & MASK) * this.#length;
    for (let i = 0; i < this.#length; i += 1) into[i] = block[from + i] ?? 0;
  }

  /** Adds a state.
   *  @returns its number if it is new, or -1 - its number if it was there */
  add(state: Uint8Array): number {
    if ((this.#size + 1) * 5 > this.#index.length * 3) this.#grow();
    const mask = this.#index.length - 1;
    let slot = this.#hash(state, 0) & mask;
    for (let number = this.#index[slot] ?? -1; number >= 0; number = this.#index[slot] ?? -1) {
      if (this.#equals(number, state)) return -1 - number;
      slot = (slot + 1) & mask;
    }
    this.#index[slot] = this.#size;
    if ((this.#size & MASK) === 0) this.#blocks.push(new Uint8Array(this.#length * BLOCK));
    const block = this.#blocks[this.#size >>> BITS] ?? NO_BYTES;
    const from = (this.#size & MASK) * this.#length;
    for (let i = 0; i < this.#length; i += 1) block[from + i] = state[i] ?? 0;
    this.#size += 1;
    return this.#size - 1;
  }

  #equals(number: number, state: Uint8Array): boolean {
    const block = this.#blocks[number >>> BITS] ?? NO_BYTES;
    const from = (number & MASK) * this.#length;
    for (let i = 0; i < this.#length; i += 1) if (block[from + i] !== state[i]) return false;
    return true;
  }

  /** FNV-1a, and a last stir, since the index takes the low bits. */
  #hash(bytes: Uint8Array, from: number): number {
    let hash = 0x811c9dc5;
    for (let i = from; i < from + this.#length; i += 1) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 13)) >>> 0;
  }

  #grow(): void {
    this.#index = new Int32Array(this.#index.length * 2).fill(-1);
    const mask = this.#index.length - 1;
    for (let number = 0; number < this.#size; number += 1) {
      let slot = this.#hash(this.#blocks[number >>> BITS] ?? NO_BYTES, (number & MASK) * this.#length) & mask;
      while ((this.#index[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
      this.#index[slot] = number;
    }
  }
}

const BITS = 16;
const BLOCK = 1 << BITS;
const MASK = BLOCK - 1;
const NO_BYTES = new Uint8Array();
