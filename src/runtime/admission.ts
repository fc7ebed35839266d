/** Who gets in: counts the connections of all listeners, in all and by address. Spec: RFC 6120 §13.12
 *  rule 1, XEP-0205 §4.1. Not here: what a connection may do once it is in (connection.ts). @module */
import { networkOf } from './address.ts';
import type { Limits } from './limits.ts';

/** Why a connection isn't let in. */
export type Refusal = 'too many connections' | 'too many connections of this address';

/** Counts connections.
 *  @example
 *  const refusal = admission.enter(address);
 *  if (refusal === undefined) socket.once('close', () => admission.leave(address)); */
export class Admission {
  readonly #limits: Limits;
  readonly #byNetwork = new Map<string, number>();
  #all = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Counts a connection in, unless there are too many; undefined when it is in. */
  enter(address: string): Refusal | undefined {
    const network = networkOf(address);
    const count = this.#byNetwork.get(network) ?? 0;
    if (this.#all >= this.#limits.maxConnections) return 'too many connections';
    if (count >= this.#limits.maxConnectionsPerAddress) return 'too many connections of this address';
    this.#byNetwork.set(network, count + 1);
    this.#all += 1;
    return undefined;
  }

  /** Counts a connection out that had come in from the address. */
  leave(address: string): void {
    const network = networkOf(address);
    const count = this.#byNetwork.get(network) ?? 0;
    if (count > 1) this.#byNetwork.set(network, count - 1);
    else this.#byNetwork.delete(network);
    this.#all -= 1;
  }
}
