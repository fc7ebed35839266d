/** Who the other end of a stream has proved to be: one domain by its certificate, and pairs of domains by dialback.
 *  Spec: XEP-0178 §3, XEP-0220 §2.2, §2.5. Not here: what is said of it on the stream (inbound.ts). @module */
import type { StanzaErrorCondition } from '../../../machines/vocabulary.ts';
import type { FederationConfig } from '../config.ts';
import type { Channel } from '../input.ts';
import { mayFederate } from '../routing.ts';
import { vouchesFor } from './certificate.ts';
import type { Pair } from './dialback.ts';

/** Pairs of domains that one stream may carry, and keys of one stream that may wait for a verdict. */
const MOST_PAIRS = 100;
const MOST_KEYS = 10;

/** What is proved on one stream, and what is about to be. */
export class Proofs {
  readonly #federation: FederationConfig;
  readonly #isHosted: (domain: string) => boolean;
  readonly #pairs = new Set<string>();
  readonly #keys = new Map<string, object>();
  /** The domain that the certificate has proved; it may speak to any domain here. */
  certified: string | undefined;

  constructor(federation: FederationConfig, isHosted: (domain: string) => boolean) {
    this.#federation = federation;
    this.#isHosted = isHosted;
  }

  /** Whether stanzas may come from one domain to another (RFC 6120 §8.1.2.2). */
  maySpeak({ from, to }: Pair): boolean {
    return from === this.certified || this.#pairs.has(nameOf({ from, to }));
  }

  /** What is to be said about a key at once, or undefined when the other server must be asked (XEP-0220 §2.5). */
  judge(pair: Pair, channel: Channel): 'valid' | StanzaErrorCondition | undefined {
    const { from, to } = pair;
    const isCertified = channel.secure && vouchesFor(channel.certified, from);
    if (!this.#isHosted(to)) return 'item-not-found';
    if (from === '' || this.#isHosted(from) || !mayFederate(this.#federation, from)) return 'not-allowed';
    if (this.#federation.tlsRequired && !channel.secure) return 'policy-violation';
    if (!this.#federation.dialback && !isCertified) return 'not-authorized';
    if (isCertified || this.#pairs.has(nameOf(pair))) return 'valid';
    if (this.#keys.has(nameOf(pair))) return 'unexpected-request';
    return this.#keys.size >= MOST_KEYS || this.#pairs.size >= MOST_PAIRS ? 'resource-constraint' : undefined;
  }

  /** The other server is being asked about a key.
   *  @returns whether its verdict is still awaited; asked once */
  await(pair: Pair): () => boolean {
    const name = nameOf(pair);
    const asked = {};
    this.#keys.set(name, asked);
    return () => this.#keys.get(name) === asked && this.#keys.delete(name);
  }

  /** The pair is proved. */
  add(pair: Pair): void {
    this.#pairs.add(nameOf(pair));
  }

  /** Nobody waits for the keys that were given: they are of one stream, and that begins anew (RFC 6120 §5.4.3.3, §6.4.6). */
  forget(): void {
    this.#keys.clear();
  }
}

const nameOf = ({ from, to }: Pair): string => `${from} ${to}`;
