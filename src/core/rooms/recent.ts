/** A map that forgets the oldest of what it keeps, so that nobody makes it grow. @module */

/** Values by key, as many as the limit says; the oldest gives way. */
export class Recent<V> {
  readonly #limit: number;
  readonly #values = new Map<string, V>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  set(key: string, value: V): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#limit && oldest !== undefined) this.#values.delete(oldest);
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** Takes a value out. */
  take(key: string): V | undefined {
    const value = this.#values.get(key);
    this.#values.delete(key);
    return value;
  }
}
