/** A whole server in simulated time: the real core, and what src/runtime/driver.ts and performer.ts do for
 *  it, with timers, SASL and a store that obey the agenda. It can crash and be started anew; the store
 *  stays. SASL is PLAIN, and every password is right. Not here: bytes (connection.ts). @module */
import type { BareJid } from '../../machines/vocabulary.ts';
import type { CoreConfig } from '../../src/core/config.ts';
import type { Effect } from '../../src/core/effect.ts';
import type { Channel, ConnectFailure, Input, StreamId } from '../../src/core/input.ts';
import type { Fate } from '../../src/core/kernel.ts';
import type { Census, Core } from '../../src/core/server.ts';
import type { Agenda } from './agenda.ts';
import { Connection } from './connection.ts';
import type { ConnectionParts } from './connection.ts';
import type { Line } from './line.ts';
import type { Options } from './options.ts';
import type { Reader } from './pipe.ts';
import type { Random } from './random.ts';
import type { Crash, Step } from './step.ts';
import type { SimulatedStore } from './store.ts';

/** Makes the core that is looked at, or what stands in for it. */
export type CoreMaker = (config: CoreConfig) => Core;

/** Whoever wants a connection to the server of a domain. */
export interface Dialling {
  readonly domain: string;
  /** Nobody has given it up. */
  isWanted(): boolean;
  failed(condition: ConnectFailure): void;
  opened(attach: Attach): void;
}

/** One end of a line between two servers. */
export interface Attach {
  /** What there is at first, and once TLS is established. */
  readonly channel: Channel;
  readonly secured: Channel;
  /** Makes the line to this end of it. */
  readonly connect: (end: Reader) => Line;
}

/** What a server needs of its world. */
export interface ServerParts {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly options: Options;
  readonly domain: string;
  readonly store: SimulatedStore;
  readonly makeCore: () => Core;
  /** A number for a step, or for a crash. */
  readonly nextNumber: () => number;
  /** Makes a connection to another server. */
  readonly dial: (dialling: Dialling) => void;
  readonly onStep: (step: Step | Crash) => void;
}

const channel: Channel = { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] };
/** How much more may wait for another server than for a client: one line carries what many clients hear. */
const PEER_QUEUES = 20;
/** 2026-01-01, when the clock on the wall begins. */
const EPOCH = 1_767_225_600_000;

/** The server and all of its incarnations. */
export class Server {
  readonly #parts: ServerParts;
  #core: Core | undefined;
  #connections = new Map<StreamId, { readonly connection: Connection; readonly line: Line }>();
  /** Connections to other servers that are being made. */
  #dialling = new Map<StreamId, symbol>();
  #timers = new Map<string, symbol>();
  #exchanges = new Map<StreamId, symbol>();
  #waiting: Input[] = [];
  #isStepping = false;
  #fates: Fate[] = [];
  #streams = 0;
  /** How far the clock on the wall has jumped ahead. */
  ahead = 0;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.start();
  }

  get domain(): string {
    return this.#parts.domain;
  }

  /** The line that a stream goes over. */
  lineOf(stream: StreamId): Line | undefined {
    return this.#connections.get(stream)?.line;
  }

  /** Undefined while the server is down. */
  get census(): Census | undefined {
    return this.#core?.census();
  }

  start(): void {
    this.#core = this.#parts.makeCore();
    this.#core.observe({ onFate: (fate) => void this.#fates.push(fate) });
  }

  /** Forgets everything but what the store keeps. */
  crash(): void {
    this.#core = undefined;
    for (const { line } of this.#connections.values()) line.cut();
    this.#connections = new Map();
    this.#dialling = new Map();
    this.#timers = new Map();
    this.#exchanges = new Map();
    this.#parts.onStep({ site: this.domain, number: this.#parts.nextNumber(), at: this.#parts.agenda.now, crash: true });
    this.#parts.store.crash();
  }

  /** Takes in the connection of a client.
   *  @param connect makes the line to the server's end of it
   *  @returns undefined while the server is down */
  accept(connect: (end: Reader) => Line): Line | undefined {
    if (this.#core === undefined) return undefined;
    const stream = this.#nextStream();
    const connection = this.#connectionOf(stream, { peer: 'client' });
    const line = connect(connection);
    connection.attach(line.atServer);
    this.#connections.set(stream, { connection, line });
    this.#feed({ type: 'stream.opened', stream, channel, origin: '::1' });
    return line;
  }

  /** Takes in the connection of another server.
   *  @returns undefined while the server is down */
  acceptPeer({ channel: offered, secured, connect }: Attach): Line | undefined {
    if (this.#core === undefined) return undefined;
    const stream = this.#nextStream();
    const connection = this.#connectionOf(stream, { peer: 'server', tls: { channel: secured, isOpener: false } });
    const line = connect(connection);
    connection.attach(line.atServer);
    this.#connections.set(stream, { connection, line });
    this.#feed({ type: 'stream.opened', stream, channel: offered, origin: '::2', peer: 'server' });
    return line;
  }

  #nextStream(): StreamId {
    this.#streams += 1;
    return `c${this.#streams}`;
  }

  #connectionOf(stream: StreamId, how: Pick<ConnectionParts, 'peer' | 'tls'>): Connection {
    const { agenda, random, options } = this.#parts;
    const connection: Connection = new Connection({ agenda, stream, queue: options.network.queue * (how.peer === 'server' ? PEER_QUEUES : 1), entropy: () => random.text(32), feed: (input) => this.#feedOf(stream, connection, input), ...how });
    return connection;
  }

  /** What comes of a connection of an earlier incarnation concerns nobody; the core may have given its name again. */
  #feedOf(stream: StreamId, connection: Connection, input: Input): void {
    if (this.#connections.get(stream)?.connection === connection) this.#feed(input);
  }

  /** As the driver does: what comes of a step is an input after it. */
  #feed(input: Input): void {
    this.#waiting.push(input);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#step(next);
    this.#isStepping = false;
  }

  #step(input: Input): void {
    if (this.#core === undefined) return;
    const { agenda, nextNumber, onStep } = this.#parts;
    this.#fates = [];
    const effects = this.#core.step(input, EPOCH + agenda.now + this.ahead);
    onStep({ site: this.domain, number: nextNumber(), at: agenda.now, input, effects, fates: this.#fates });
    const written = new Set<StreamId>();
    for (const effect of effects) {
      this.#perform(effect);
      if ('stream' in effect && effect.stream !== undefined) written.add(effect.stream);
    }
    for (const stream of written) this.#connections.get(stream)?.connection.flush();
    if (input.type === 'stream.lost') {
      this.#connections.delete(input.stream);
      this.#exchanges.delete(input.stream);
    }
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'startTimer': return this.#startTimer(effect.timer, effect.delayMs);
      case 'cancelTimer': return void this.#timers.delete(effect.timer);
      case 'store': return this.#ask(effect);
      case 'authenticate': return this.#authenticate(effect.stream, effect.data);
      case 'abort': return void this.#exchanges.delete(effect.stream);
      case 'connect': return this.#dial(effect);
      case 'report':
      case 'deriveCredentials':
      case 'respond':
      case 'trust': return;
      default: {
        const connection = this.#connections.get(effect.stream)?.connection;
        if (connection !== undefined) performOn(connection, effect);
        else if (effect.type === 'disconnect') this.#dialling.delete(effect.stream);
      }
    }
  }

  /** As src/runtime/performer.ts: nobody waits for the answer to what was given up. */
  #dial({ stream, domain }: Extract<Effect, { type: 'connect' }>): void {
    const attempt = Symbol(stream);
    this.#dialling.set(stream, attempt);
    this.#parts.dial({
      domain,
      isWanted: () => this.#dialling.get(stream) === attempt,
      failed: (condition) => {
        this.#dialling.delete(stream);
        this.#feed({ type: 'connect.failed', stream, condition });
      },
      opened: ({ channel: offered, secured, connect }) => {
        this.#dialling.delete(stream);
        const connection = this.#connectionOf(stream, { peer: 'server', tls: { channel: secured, isOpener: true } });
        const line = connect(connection);
        connection.attach(line.atOpener);
        this.#connections.set(stream, { connection, line });
        this.#feed({ type: 'stream.opened', stream, channel: offered });
      },
    });
  }

  #startTimer(timer: string, delayMs: number): void {
    const { agenda, random, options: { server } } = this.#parts;
    const token = Symbol(timer);
    const core = this.#core;
    this.#timers.set(timer, token);
    const fire = (): void => {
      if (this.#core === core) this.#feed({ type: 'timer.fired', timer });
    };
    agenda.after(delayMs + random.below(server.timerLate + 1), () => {
      if (this.#timers.get(timer) !== token) return;
      this.#timers.delete(timer);
      // It has run out, and what cancels it may come before the core is told.
      if (random.chance(server.timerRace)) agenda.after(0, fire);
      else fire();
    });
  }

  #ask({ request, operation, after }: Extract<Effect, { type: 'store' }>): void {
    const core = this.#core;
    const fail = (): void => {
      if (this.#core === core) this.#feed({ type: 'store.failed', request });
    };
    const ask = (): void => this.#parts.store.ask(operation, (reply) => {
      if (reply === undefined) fail();
      else this.#feed({ type: 'store.replied', request, reply });
    });
    if (after === undefined) return ask();
    const connection = this.#connections.get(after)?.connection;
    if (connection === undefined) return this.#parts.agenda.after(0, fail);
    connection.whenSent((isSent) => {
      if (this.#core === core) this.#parts.agenda.after(0, isSent ? (() => (this.#core === core ? ask() : undefined)) : fail);
    });
  }

  /** PLAIN (RFC 4616): what comes between the two zeros is the account. */
  #authenticate(stream: StreamId, data: string | undefined): void {
    const { agenda, random, options } = this.#parts;
    const token = Symbol(stream);
    this.#exchanges.set(stream, token);
    const account = `${atob(data ?? '').split('\0')[1] ?? ''}@${this.domain}` as BareJid;
    const isRefused = random.chance(options.clients.refused);
    agenda.after(random.below(options.store.latency + 1), () => {
      if (this.#exchanges.get(stream) !== token) return;
      this.#exchanges.delete(stream);
      this.#feed(isRefused ? { type: 'sasl.failed', stream, condition: 'temporary-auth-failure' } : { type: 'sasl.succeeded', stream, account });
    });
  }
}

type OfConnection = Extract<Effect, { type: 'open' | 'send' | 'close' | 'disconnect' | 'startTls' | 'restart' | 'pause' | 'resume' }>;

function performOn(connection: Connection, effect: OfConnection): void {
  switch (effect.type) {
    case 'open': return connection.open(effect.header);
    case 'send': return connection.send(effect.xml);
    case 'close': return connection.close();
    case 'disconnect': return connection.disconnect();
    case 'startTls': return connection.startTls();
    case 'restart': return connection.restart();
    case 'pause': return connection.pause();
    case 'resume': return connection.resume();
  }
}
