/** A DNS of the test's own. @module */
import type { Resolver, SrvRecord } from '../../src/runtime/resolver.ts';

/** What is known; what isn't, doesn't exist, and what is silent gives no answer. */
export interface Zone {
  readonly srv?: Readonly<Record<string, readonly SrvRecord[] | 'silent'>>;
  readonly addresses?: Readonly<Record<string, readonly string[] | 'silent' | 'endless'>>;
}

export class FakeResolver implements Resolver {
  /** The questions so far. */
  readonly asked: string[] = [];
  readonly #zone: Zone;

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  srv(name: string): Promise<readonly SrvRecord[]> {
    return this.#answer(name, this.#zone.srv?.[name]);
  }

  addresses(name: string): Promise<readonly string[]> {
    return this.#answer(name, this.#zone.addresses?.[name]);
  }

  local(name: string): Promise<readonly string[]> {
    return this.#answer(`local ${name}`, this.#zone.addresses?.[name]);
  }

  #answer<T>(name: string, known: readonly T[] | 'silent' | 'endless' | undefined): Promise<readonly T[]> {
    this.asked.push(name);
    if (known === 'endless') return new Promise(() => {});
    return known === 'silent' ? Promise.reject(new Error('no answer')) : Promise.resolve(known ?? []);
  }
}
