/** All chance of a simulation, from one seed: xoshiro128** (Blackman, Vigna), its state filled by a
 *  splitmix of 32 bits. The same seed gives the same numbers on every machine. Not here: entropy; the
 *  command draws a seed when it is given none. @module */

/** A source of numbers that look random and are not.
 *  @example
 *  new Random(7).below(6) === new Random(7).below(6); // true */
export class Random {
  readonly #state: Uint32Array;

  /** @param seed any integer that a number holds exactly */
  constructor(seed: number) {
    const low = splitmix(seed >>> 0);
    const high = splitmix(Math.floor(seed / 0x1_0000_0000) ^ 0x5851_f42d);
    this.#state = Uint32Array.from({ length: 4 }, () => low() ^ high());
  }

  /** An integer of 32 bits. */
  next(): number {
    const s = this.#state as Uint32Array & { 0: number; 1: number; 2: number; 3: number };
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 11);
    return result;
  }

  /** At least 0 and less than 1. */
  fraction(): number {
    return this.next() / 0x1_0000_0000;
  }

  /** True this often. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** An integer from 0 to below the bound. */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  /** An integer from the first to the last. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** A whole number of at least 1 around the mean, as the time to the next of many independent events. */
  around(mean: number): number {
    return 1 + Math.round(-Math.log(1 - this.fraction()) * mean);
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }

  /** One of a list, each as often as its weight says. */
  weighted<T>(list: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.fraction() * list.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of list) {
      left -= weight;
      if (left < 0) return value;
    }
    throw new RangeError('nothing to pick from');
  }

  /** This many characters of [a-z0-9]. */
  text(length: number): string {
    return Array.from({ length }, () => this.below(36).toString(36)).join('');
  }

  /** Another source, which goes on by itself. */
  fork(): Random {
    return new Random(this.next() * 0x1000 + (this.next() & 0xfff));
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function splitmix(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
