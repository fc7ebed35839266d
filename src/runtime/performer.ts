/** Carries out one effect: hands it to the connection, the SASL exchange, the store or a timer that it
 *  concerns, and gives the result back as an input. Spec: src/core/effect.ts says what each effect is.
 *  Not here: the order of inputs, and what becomes of a failure (driver.ts). @module */
import { availableParallelism } from 'node:os';
import type { Effect } from '../core/effect.ts';
import type { ConnectFailure, Input, StreamId } from '../core/input.ts';
import type { Credentials, Store } from '../core/store.ts';
import type { Authenticator, InTurn, SaslExchange, SaslOutcome } from './authenticator.ts';
import { FairQueue } from './fair-queue.ts';
import type { Log } from './log.ts';
import { Timers } from './timers.ts';
import type { NamedTimers } from './timers.ts';
import type { Transport } from './transport.ts';

/** Makes a connection to the server of a domain, and attaches it at the driver under the name that was asked for.
 *  @param signal ends the attempt
 *  @returns why there is none; undefined when it is attached, or the signal has come. */
export type Connect = (request: Extract<Effect, { type: 'connect' }>, signal: AbortSignal) => Promise<ConnectFailure | undefined>;

/** What effects are carried out with. */
export interface PerformerOptions {
  readonly store: Store;
  readonly authenticator: Authenticator;
  readonly deriveCredentials: (password: string) => Promise<Credentials>;
  readonly log: Log;
  readonly connect?: Connect;
  readonly timers?: NamedTimers;
  /** Takes a result; `cause` is the stream whose input asked for it. */
  readonly feed: (input: Input, cause: StreamId | undefined) => void;
}

/** A stream: its connection, and its SASL exchange while there is one. */
interface Attached {
  readonly transport: Transport;
  exchange: SaslExchange | undefined;
}

/** How many passwords are hashed at a time: two, or as many as the processor has cores, or the event loop
 *  goes short; and no more than Node's pool has threads, where it is first come, first served. */
const hashesAtATime = Math.min(Math.max(2, availableParallelism()), Number(process.env['UV_THREADPOOL_SIZE']) || 4);

/** Carries out effects. */
export class Performer {
  readonly #options: PerformerOptions;
  readonly #timers: NamedTimers;
  readonly #attached = new Map<StreamId, Attached>();
  /** Connections that are being made. */
  readonly #connecting = new Map<StreamId, AbortController>();
  readonly #hashing = new FairQueue(hashesAtATime);
  /** Requests to the store, and derivations, without an answer yet. */
  #asked = 0;

  constructor(options: PerformerOptions) {
    this.#options = options;
    this.#timers = options.timers ?? new Timers();
  }

  /** How many streams there are. */
  get streams(): number {
    return this.#attached.size;
  }

  /** Whether no stream is left or being made, and no answer is owed. */
  get idle(): boolean {
    return this.#attached.size === 0 && this.#connecting.size === 0 && this.#asked === 0;
  }

  /** From now on effects of this stream go to this transport. */
  attach(stream: StreamId, transport: Transport): void {
    this.#connecting.delete(stream);
    this.#attached.set(stream, { transport, exchange: undefined });
  }

  /** Effects of this stream have nowhere to go any more. */
  forget(stream: StreamId): void {
    this.#abort(stream);
    this.#attached.delete(stream);
  }

  /** Ends the connection of this stream without another word, or of every stream and every attempt. */
  destroy(stream?: StreamId): void {
    if (stream !== undefined) {
      this.#giveUp(stream);
      this.#attached.get(stream)?.transport.destroy();
      return;
    }
    for (const { transport } of this.#attached.values()) transport.destroy();
    for (const asked of [...this.#connecting.keys()]) {
      this.#giveUp(asked);
      this.#options.feed({ type: 'connect.failed', stream: asked, condition: 'remote-server-timeout' }, asked);
    }
  }

  cancelTimers(): void {
    this.#timers.cancelAll();
  }

  /** Carries out one effect. Throws what a transport or an authenticator throws.
   *  @param cause the stream whose input the effect comes from */
  perform(effect: Effect, cause: StreamId | undefined): void {
    switch (effect.type) {
      case 'startTimer': return this.#startTimer(effect.timer, effect.delayMs, cause);
      case 'cancelTimer': return this.#timers.cancel(effect.timer);
      case 'store': return this.#ask(effect, cause);
      case 'deriveCredentials': return this.#derive(effect, cause);
      case 'report': return this.#options.log.error({ err: effect.error, stream: effect.stream }, 'an invariant is broken');
      case 'abort': return this.#abort(effect.stream);
      case 'connect': return this.#connect(effect);
      default: {
        const attached = this.#attached.get(effect.stream);
        // The transport may have died after the core decided; there is nobody left to tell.
        if (attached !== undefined) this.#performOn(attached, effect);
        else if (effect.type === 'disconnect') this.#giveUp(effect.stream);
      }
    }
  }

  #performOn(attached: Attached, effect: Exclude<Extract<Effect, { stream: StreamId }>, { type: 'abort' | 'connect' | 'report' }>): void {
    const { transport } = attached;
    switch (effect.type) {
      case 'send': return transport.send(effect.xml);
      case 'open': return transport.open(effect.header);
      case 'close': return transport.close();
      case 'disconnect': return transport.disconnect();
      case 'startTls': return transport.startTls();
      case 'restart': return transport.restart();
      case 'authenticate': return this.#authenticate(effect.stream, attached, effect.mechanism, effect.data);
      case 'respond': return this.#respond(effect.stream, attached, effect.data);
      case 'trust': return transport.trust();
      case 'pause': return transport.pause();
      case 'resume': return transport.resume();
    }
  }

  #connect(request: Extract<Effect, { type: 'connect' }>): void {
    const { connect, feed, log } = this.#options;
    const { stream } = request;
    const attempt = new AbortController();
    this.#connecting.set(stream, attempt);
    const settle = (condition: ConnectFailure | undefined): void => {
      // Given up: nobody waits for the answer. Attached: that was the answer.
      if (this.#connecting.get(stream) !== attempt) return;
      this.#connecting.delete(stream);
      feed({ type: 'connect.failed', stream, condition: condition ?? 'remote-server-not-found' }, stream);
    };
    (connect?.(request, attempt.signal) ?? Promise.resolve(undefined)).then(settle, (error: unknown) => {
      log.error({ err: error, stream }, 'a connection could not be made');
      settle('remote-server-timeout');
    });
  }

  /** Makes no connection under this name after all. */
  #giveUp(stream: StreamId): void {
    this.#connecting.get(stream)?.abort(new Error('given up'));
    this.#connecting.delete(stream);
  }

  #authenticate(stream: StreamId, attached: Attached, mechanism: string, data: string | undefined): void {
    const { authenticator, feed } = this.#options;
    const { saslChannel, origin } = attached.transport;
    const inTurn: InTurn = (task) => this.#hashing.run(origin, () => attached.exchange === exchange, task);
    const exchange = authenticator.begin(saslChannel, mechanism, inTurn);
    attached.exchange = exchange;
    if (exchange === undefined) feed({ type: 'sasl.failed', stream, condition: 'invalid-mechanism' }, stream);
    else this.#respond(stream, attached, data);
  }

  #respond(stream: StreamId, attached: Attached, data: string | undefined): void {
    const { exchange } = attached;
    if (exchange === undefined) return;
    const conclude = (outcome: SaslOutcome): void => {
      // Aborted, replaced, or its stream is gone: the outcome belongs to nobody.
      if (attached.exchange !== exchange) return;
      if (outcome.type !== 'challenge') attached.exchange = undefined;
      this.#options.feed(inputOf(stream, outcome), stream);
    };
    attempt(() => exchange.respond(data)).then(conclude, (error: unknown) => {
      this.#options.log.error({ err: error, stream }, 'a SASL exchange failed');
      conclude({ type: 'failure', condition: 'temporary-auth-failure' });
    });
  }

  #abort(stream: StreamId): void {
    const attached = this.#attached.get(stream);
    if (attached !== undefined) attached.exchange = undefined;
  }

  #ask({ request, operation, after }: Extract<Effect, { type: 'store' }>, cause: StreamId | undefined): void {
    const ask = async (): Promise<Input> => {
      if (after !== undefined && !(await this.#sent(after))) return { type: 'store.failed', request };
      return { type: 'store.replied', request, reply: await this.#options.store.perform(operation) };
    };
    this.#answer(request, operation.op, cause, attempt(ask));
  }

  /** Whether all that was sent over a stream has left the process; false when the stream ended first. */
  #sent(stream: StreamId): Promise<boolean> {
    const transport = this.#attached.get(stream)?.transport;
    return transport === undefined ? Promise.resolve(false) : new Promise((resolve) => transport.whenSent(resolve));
  }

  #derive({ request, password }: Extract<Effect, { type: 'deriveCredentials' }>, cause: StreamId | undefined): void {
    const origin = (cause !== undefined && this.#attached.get(cause)?.transport.origin) || '';
    const wanted = (): boolean => cause === undefined || this.#attached.has(cause);
    const answer = this.#hashing.run(origin, wanted, () => this.#options.deriveCredentials(password)).then((credentials): Input =>
      credentials === undefined ? { type: 'store.failed', request } : { type: 'credentials.derived', request, credentials });
    this.#answer(request, 'deriveCredentials', cause, answer);
  }

  #answer(request: number, operation: string, cause: StreamId | undefined, answer: Promise<Input>): void {
    this.#asked += 1;
    const settle = (input: Input): void => {
      this.#asked -= 1;
      this.#options.feed(input, cause);
    };
    answer.then(settle, (error: unknown) => {
      this.#options.log.error({ err: error, stream: cause, operation }, 'the store failed');
      settle({ type: 'store.failed', request });
    });
  }

  #startTimer(timer: string, delayMs: number, cause: StreamId | undefined): void {
    this.#timers.start(timer, delayMs, () => this.#options.feed({ type: 'timer.fired', timer }, cause));
  }
}

/** Runs a task so that throwing and rejecting are one; it begins before this returns. */
async function attempt<T>(task: () => Promise<T>): Promise<T> {
  return task();
}

function inputOf(stream: StreamId, outcome: SaslOutcome): Input {
  switch (outcome.type) {
    case 'challenge': return { type: 'sasl.challenged', stream, data: outcome.data };
    case 'success': {
      const { account, data } = outcome;
      return { type: 'sasl.succeeded', stream, account, ...(data !== undefined && { data }) };
    }
    case 'failure': {
      const { condition, text } = outcome;
      return { type: 'sasl.failed', stream, condition, ...(text !== undefined && { text }) };
    }
  }
}
