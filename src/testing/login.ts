/** Log-ins that are refused, or take their time, when a test wants it. @module */
import type { SaslFailureCondition } from '../../machines/vocabulary.ts';
import type { Authenticator, InTurn, SaslChannel, SaslExchange, SaslOutcome } from '../runtime/authenticator.ts';
import { Lane } from './lane.ts';

/** The faults of logging in.
 *  @public
 *  @example
 *  const server = await startTestServer({ accounts: { juliet: 'secret' } });
 *  // Juliet's next attempt fails, though her password is right.
 *  server.logins.refuseNext('temporary-auth-failure');
 *  await server.stop(); */
export interface TestLogins {
  /** Refuses the next log-in, whoever it is.
   *  @param condition `not-authorized` unless given (RFC 6120 §6.5) */
  refuseNext(condition?: SaslFailureCondition): void;
  /** Answers no message of a log-in from now on. */
  hold(): void;
  /** Answers what has waited, and goes on. */
  release(): void;
}

/** Another authenticator, with faults. */
export class FaultyLogins implements Authenticator, TestLogins {
  /** Messages that are being judged; those that are held are not among them. */
  pending = 0;
  readonly #inner: Authenticator;
  readonly #lane = new Lane();
  readonly #refusals: SaslFailureCondition[] = [];

  constructor(inner: Authenticator) {
    this.#inner = inner;
  }

  mechanisms(channel: SaslChannel): readonly string[] {
    return this.#inner.mechanisms(channel);
  }

  begin(channel: SaslChannel, mechanism: string, inTurn?: InTurn): SaslExchange | undefined {
    const exchange = this.#inner.begin(channel, mechanism, inTurn);
    return exchange && { respond: (data) => this.#respond(exchange, data) };
  }

  async #respond(exchange: SaslExchange, data: string | undefined): Promise<SaslOutcome> {
    await new Promise<void>((passed) => this.#lane.pass(passed));
    const condition = this.#refusals.shift();
    if (condition !== undefined) return { type: 'failure', condition };
    this.pending += 1;
    try {
      return await exchange.respond(data);
    } finally {
      this.pending -= 1;
    }
  }

  refuseNext(condition: SaslFailureCondition = 'not-authorized'): void {
    this.#refusals.push(condition);
  }

  hold(): void {
    this.#lane.hold();
  }

  release(): void {
    this.#lane.release();
  }
}
