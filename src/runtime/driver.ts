/** The loop around the core: input → step → effects, one queue for the whole server, after the contract
 *  of etcd/raft. A batch is carried out in its order; what comes of it (a reply of the store, the
 *  outcome of a SASL exchange, a timer) is an input of its own later on, never a call back into the
 *  step. Spec: DESIGN §2.
 *
 *  Not here: how an effect is carried out (performer.ts); bytes, sockets and limits (connection.ts,
 *  listener.ts); every rule of XMPP (src/core). @module */
import { randomBytes } from 'node:crypto';
import type { Effect } from '../core/effect.ts';
import type { Input, StreamHeader, StreamId } from '../core/input.ts';
import type { Core } from '../core/server.ts';
import type { Credentials, Store } from '../core/store.ts';
import type { Authenticator } from './authenticator.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { Performer } from './performer.ts';
import type { Connect } from './performer.ts';
import type { NamedTimers } from './timers.ts';
import type { Transport } from './transport.ts';
import { Turn } from './turn.ts';

/** Told of every step once its effects are under way. The effects may hold a new
 *  password (`deriveCredentials`), which whoever records them leaves out. */
export type TraceListener = (input: Input, at: number, effects: readonly Effect[]) => void;

/** What a driver needs.
 *  @public */
export interface DriverOptions {
  readonly core: Pick<Core, 'step'>;
  readonly store: Store;
  readonly authenticator: Authenticator;
  /** Makes what is kept of a password. */
  readonly deriveCredentials: (password: string) => Promise<Credentials>;
  readonly log: Log;
  /** Milliseconds since the epoch; `Date.now` unless given. */
  readonly clock?: () => number;
  /** The core's timers; the event loop's unless given. They and `clock` go together. */
  readonly timers?: NamedTimers;
  readonly onTrace?: TraceListener;
  /** Makes unpredictable bytes, of which the ids of streams are made (RFC 6120 §4.7.3); the system's own source unless given. */
  readonly entropy?: (bytes: number) => Uint8Array;
  /** Counts what happens. */
  readonly metrics?: Metrics;
  /** Makes connections to other servers; without it there are none to be had. */
  readonly connect?: Connect;
}

/** The driver, as connections and listeners see it.
 *  @public */
export interface Driver {
  /** The turn of the event loop that is going on. */
  readonly turn: Turn;
  /** How many streams there are. */
  readonly streams: number;
  /** Takes in a connection under a name that is never used again, tells it the name, then opens its
   *  stream. From then on exactly one `stream.lost` is owed, as the stream's last input.
   *  @param asked the name under which the core has asked for it, in place of a new one */
  attach(transport: Transport, named: (stream: StreamId) => void, asked?: StreamId): void;
  /** Steps the core at once or, while a batch is carried out, right after it. Never throws. */
  feed(input: Input): void;
  /** Feeds the header of a peer's stream, with fresh entropy. */
  feedHeader(stream: StreamId, header: StreamHeader): void;
  /** Asks the core to say goodbye, waits until every stream has ended and the store has answered, at
   *  most for the grace, then ends what is left. Nothing is stepped afterwards. */
  stop(graceMs: number): Promise<void>;
}

/** Makes the one caller of `core.step`.
 *  @public
 *  @example
 *  const driver = createDriver({ core, store, authenticator, deriveCredentials, log }); */
export function createDriver(options: DriverOptions): Driver {
  return new CoreDriver(options);
}

/** How long a destroyed socket may take to say that it is gone. */
const destroyedGraceMs = 1_000;

/** An input that waits, and the stream whose input asked for it. */
interface Waiting {
  readonly input: Input;
  readonly cause: StreamId | undefined;
}

class CoreDriver implements Driver {
  readonly turn: Turn;
  readonly #options: DriverOptions;
  readonly #performer: Performer;
  #waiting: Waiting[] = [];
  #stepping = false;
  #stopped = false;
  #names = 0;
  #onIdle: (() => void) | undefined;

  constructor(options: DriverOptions) {
    const { store, authenticator, deriveCredentials, log, connect, timers } = options;
    this.#options = options;
    this.turn = new Turn(options.clock ?? Date.now, log);
    this.#performer = new Performer({
      store, authenticator, deriveCredentials, log, feed: (input, cause) => this.#feed(input, cause),
      ...(connect && { connect }), ...(timers && { timers }),
    });
  }

  get streams(): number {
    return this.#performer.streams;
  }

  attach(transport: Transport, named: (stream: StreamId) => void, asked?: StreamId): void {
    const stream = asked ?? `c${(this.#names += 1).toString(36)}`;
    this.#performer.attach(stream, transport);
    named(stream);
    const { channel, origin, peer = 'client' } = transport;
    // What this server has asked for is no stranger's doing, and named by the other side.
    this.feed({ type: 'stream.opened', stream, channel, ...(asked === undefined && { origin, entropy: this.#fresh() }), ...(peer !== 'client' && { peer }) });
  }

  feedHeader(stream: StreamId, header: StreamHeader): void {
    this.feed({ type: 'stream.header', stream, header, entropy: this.#fresh() });
  }

  #fresh(): string {
    return Buffer.from((this.#options.entropy ?? randomBytes)(24)).toString('base64url');
  }

  feed(input: Input): void {
    this.#feed(input, undefined);
  }

  async stop(graceMs: number): Promise<void> {
    this.feed({ type: 'server.stopping' });
    await this.#untilIdle(graceMs);
    this.#performer.destroy();
    // Sockets report their end in a later turn; the core learns of it before it is left alone.
    await this.#untilIdle(destroyedGraceMs);
    this.#stopped = true;
    this.#performer.cancelTimers();
  }

  async #untilIdle(graceMs: number): Promise<void> {
    if (this.#performer.idle) return;
    await new Promise<void>((resolve) => {
      const deadline = setTimeout(resolve, graceMs);
      this.#onIdle = () => {
        clearTimeout(deadline);
        resolve();
      };
    });
    this.#onIdle = undefined;
  }

  #feed(input: Input, cause: StreamId | undefined): void {
    if (this.#stopped) return;
    if (this.#stepping) {
      this.#waiting.push({ input, cause });
      return;
    }
    this.#stepping = true;
    this.#step(input, cause);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const next of batch) this.#step(next.input, next.cause);
    }
    this.#stepping = false;
    if (this.#onIdle !== undefined && this.#performer.idle) this.#onIdle();
  }

  #step(input: Input, cause: StreamId | undefined): void {
    const at = this.turn.now();
    let effects: readonly Effect[] = [];
    try {
      effects = this.#options.core.step(input, at);
    } catch (error) {
      this.#fail(error, input, causeOf(input, cause), 'the core failed at an input');
    }
    for (const effect of effects) {
      try {
        this.#performer.perform(effect, causeOf(input, cause));
      } catch (error) {
        this.#fail(error, input, 'stream' in effect ? effect.stream : causeOf(input, cause), `the effect ${effect.type} failed`);
      }
    }
    this.#options.metrics?.step(input, effects);
    this.#trace(input, at, effects);
    if (input.type === 'stream.lost') this.#performer.forget(input.stream);
  }

  /** A failure of ours ends the stream that it concerns, and no other (RFC 6120 §4.9.3.8). */
  #fail(error: unknown, input: Input, stream: StreamId | undefined, sentence: string): void {
    this.#options.log.error({ err: error, stream, inputType: input.type }, sentence);
    if (stream === undefined || input.type === 'stream.lost') return;
    // Failing at the error itself leaves nothing that could be said to the peer.
    if (input.type === 'stream.broken') this.#performer.destroy(stream);
    else this.feed({ type: 'stream.broken', stream, condition: 'internal-server-error' });
  }

  #trace(input: Input, at: number, effects: readonly Effect[]): void {
    try {
      this.#options.onTrace?.(input, at, effects);
    } catch (error) {
      this.#options.log.error({ err: error }, 'the trace listener failed');
    }
  }
}

/** The stream that an input is about or, for a reply or a timer, the one that asked for it. */
function causeOf(input: Input, cause: StreamId | undefined): StreamId | undefined {
  return cause ?? ('stream' in input ? input.stream : undefined);
}
