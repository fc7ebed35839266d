/** Who may log in, and how: offers the SASL mechanisms that a channel allows and runs their exchanges.
 *  Spec: RFC 6120 §6, §13.8; RFC 4422. @module */
import { randomBytes } from 'node:crypto';
import type { Store } from '../../core/store.ts';
import type { Authenticator, InTurn, SaslChannel } from '../authenticator.ts';
import { anonymous } from './anonymous.ts';
import { usualIterations } from './credentials.ts';
import { runExchange } from './exchange.ts';
import type { Step } from './exchange.ts';
import { byKeys, plain, suitsPlain } from './plain.ts';
import { scram } from './scram.ts';
import { verifiersOf } from './verifier.ts';

/** Every mechanism there is, best first: those that bind to the channel before those that don't. */
export const saslMechanisms = [
  'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN', 'ANONYMOUS',
] as const;

/** The name of a mechanism. */
export type SaslMechanism = (typeof saslMechanisms)[number];

/** What an authenticator is made of. */
export interface SaslOptions {
  /** Where the credentials are. */
  readonly store: Store;
  /** Offer ANONYMOUS; off unless asked for (XEP-0175 §3). */
  readonly anonymous?: boolean;
  /** Offer no other mechanisms than these. */
  readonly mechanisms?: readonly string[];
  /** The iteration count with which passwords are hashed here; an account that does not exist pretends to
   *  have it, so it should be the one given to `deriveCredentials`. */
  readonly iterations?: number;
  /** Makes unpredictable bytes; the system's own source unless given. */
  readonly entropy?: (bytes: number) => Uint8Array;
}

/** Makes an authenticator. Its exchanges reject when the store fails, or keeps keys that are none.
 *  @param options The store, and what to offer.
 *  @spec RFC 6120 §6
 *  @example
 *  const authenticator = saslAuthenticator({ store: memoryStore() });
 *  const channel: SaslChannel = { secure: true, insecurePlain: false, domain: 'capulet.lit', bindings: new Map() };
 *  authenticator.mechanisms(channel); // ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']
 *  const exchange = authenticator.begin(channel, 'SCRAM-SHA-256');
 *  const outcome = await exchange?.respond(btoa('n,,n=juliet,r=fyko+d2lbbFgONRv9qkxdawL'));
 *  outcome?.type; // 'challenge' */
export function saslAuthenticator(options: SaslOptions): Authenticator {
  const { store, iterations = usualIterations, entropy = randomBytes } = options;
  const findVerifier = verifiersOf(store, entropy(32), iterations);
  const nonce = (): string => Buffer.from(entropy(18)).toString('base64');
  const offered = (channel: SaslChannel): readonly SaslMechanism[] =>
    saslMechanisms.filter((name) => (options.mechanisms?.includes(name) ?? true) && suits(name, channel, options));

  const stepsOf = (name: SaslMechanism, channel: SaslChannel, plusOffered: boolean, inTurn: InTurn): Step => {
    const common = { plusOffered, channel, findVerifier, nonce };
    switch (name) {
      case 'SCRAM-SHA-256-PLUS': return scram({ family: 'SCRAM-SHA-256', plus: true, ...common });
      case 'SCRAM-SHA-1-PLUS': return scram({ family: 'SCRAM-SHA-1', plus: true, ...common });
      case 'SCRAM-SHA-256': return scram({ family: 'SCRAM-SHA-256', plus: false, ...common });
      case 'SCRAM-SHA-1': return scram({ family: 'SCRAM-SHA-1', plus: false, ...common });
      case 'PLAIN': return plain(channel, byKeys(findVerifier, inTurn));
      case 'ANONYMOUS': return anonymous(channel, entropy);
    }
  };

  return {
    mechanisms: offered,
    begin(channel, mechanism, inTurn = (task) => task()) {
      const names = offered(channel);
      const name = names.find((candidate) => candidate === mechanism);
      return name && runExchange(stepsOf(name, channel, names.some(isPlus), inTurn));
    },
  };
}

function isPlus(name: SaslMechanism): boolean {
  return name.endsWith('-PLUS');
}

/** Whether a mechanism may be offered on a channel: binding needs something to bind to (RFC 5802 §6),
 *  and a password is shown only where nobody overhears it (RFC 6120 §13.8.3). */
function suits(name: SaslMechanism, channel: SaslChannel, options: SaslOptions): boolean {
  if (isPlus(name)) return channel.bindings.size > 0;
  if (name === 'PLAIN') return suitsPlain(channel);
  return name !== 'ANONYMOUS' || options.anonymous === true;
}
