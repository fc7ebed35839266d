/** The part of the core that everything else stands on: what there is (streams, accounts), the
 *  effects of the step at hand, requests to the store and the tasks that wait for them, timers, and
 *  the one place where a machine is advanced. It decides nothing. @module */
import type { Element } from 'ltx';
import type { AnyStateMachine, EventFrom, SnapshotFrom } from 'xstate';
import type { PresenceEvent } from '../../machines/presence.ts';
import type { RouteEvent } from '../../machines/route.ts';
import type { SessionEvent } from '../../machines/session.ts';
import type { StreamEvent } from '../../machines/stream.ts';
import type { BareJid, FullJid, MessageType } from '../../machines/vocabulary.ts';
import type { Wire } from '../../machines/wires.ts';
import type { Step, Stepper, TimerEvent } from '../../machines/step.ts';
import type { CoreConfig, Delays } from './config.ts';
import type { Decision } from './decision.ts';
import type { Effect } from './effect.ts';
import type { Feature, Host } from './feature.ts';
import type { Farewell } from './farewell-state.ts';
import type { Jid } from './jid.ts';
import type { Input, StreamId } from './input.ts';
import type { Credentials, StoreOperation, StoreOperations, StoreReply, StoreRequest } from './store.ts';
import { StoreFailure } from './task.ts';
import type { Derivation, Task } from './task.ts';
import type { Account, Resource, Stream } from './resources.ts';
import type { Service } from './service.ts';

/** One step of one machine, for whoever wants to watch. */
export interface Transition {
  readonly machine: string;
  /** Whose machine: a stream's id, a full JID, or an account and a contact. */
  readonly of: string;
  readonly event: { readonly type: string };
  readonly from: unknown;
  readonly to: unknown;
  readonly effects: readonly { readonly type: string }[];
  readonly ignored: boolean;
}

/** What became of one message (DESIGN D7). */
export interface Fate {
  readonly type: MessageType;
  readonly id: string | undefined;
  readonly from: string | undefined;
  readonly to: string;
  /** `routed`: handed over to another server, a room or a component. */
  readonly fate: 'delivered' | 'stored' | 'bounced' | 'dropped' | 'routed';
  /** The resources it was delivered to. */
  readonly routes?: readonly string[];
  /** The rule by which it was dropped. */
  readonly rule?: string;
}

interface Pending {
  readonly stream: StreamId | undefined;
  replied(reply: StoreReply | Credentials): void;
  failed(): void;
}

/** How one machine's effect becomes another machine's event: what each module does with an event of
 *  its machine, wired together in server.ts so that no two modules import each other. */
export interface Wiring {
  /** False when the event means nothing in the stream's state. */
  stream(stream: Stream, event: StreamEvent | TimerEvent): boolean;
  session(resource: Resource, event: SessionEvent): void;
  route(resource: Resource, event: RouteEvent | TimerEvent): void;
  /** `stanza`: the presence that the client has sent, if it has. */
  presence(resource: Resource, event: PresenceEvent, stanza?: Element): void;
  /** The stanza at hand is done with: the next one of the stream may be processed. */
  whenIdle(stream: Stream): void;
  /** Changes what privacy lists may depend on, and tells whom it concerns (privacy/change.ts).
   *  @param contact the only one whom it can concern */
  changePrivacy(account: Account, change: () => void, contact?: BareJid): void;
  /** Takes a stanza for an address of the accounts' domain. */
  arrive(stanza: Element, to: Jid): Task | undefined;
  /** Sends a stanza of the server's own (submit.ts). */
  submit(stanza: Element): void;
  /** Takes a stanza for an address of a domain that is not of this server. */
  transmit(stanza: Element, from: Jid, to: Jid): void;
}

/** A stream whose other end is no client. */
export interface PeerStream {
  take(input: Extract<Input, { stream: StreamId }>): void;
}

export class Kernel implements Host {
  readonly config: CoreConfig;
  readonly features: readonly Feature[];
  /** Those that are asked about stanzas. */
  readonly interceptors: readonly Feature[];
  readonly streams = new Map<StreamId, Stream>();
  readonly accounts = new Map<BareJid, Account>();
  /** What rooms owe to full JIDs, by full JID and room. */
  readonly farewells = new Map<FullJid, Map<BareJid, Farewell>>();
  /** Resources whose routes drain, the oldest first (DESIGN D5). */
  readonly draining = new Set<Resource>();
  /** Streams of other servers and of components. */
  readonly peers = new Map<StreamId, PeerStream>();
  /** Who answers for the domains of this server that have no accounts, by domain. */
  readonly services = new Map<string, Service>();
  /** The time of the input at hand, in milliseconds since the epoch. */
  at = 0;
  /** The effects of the step at hand, in order. */
  effects: Effect[] = [];
  /** Told of each step of each machine; costs nothing while it is not set. */
  onTransition: ((transition: Transition) => void) | undefined;
  /** Told of each decision about a message; costs nothing while it is not set. */
  onDecision: ((decision: Decision) => void) | undefined;
  /** Told of the fate of each message; costs nothing while it is not set. */
  onFate: ((fate: Fate) => void) | undefined;
  /** The server says goodbye to its clients, and will to other servers once they have left. */
  isStopping = false;
  /** The stream that the work at hand is for, to be ended if an invariant breaks. */
  concerned: StreamId | undefined;
  #lastRequest = 0;
  #lastGeneration = 0;
  readonly #pending = new Map<number, Pending>();
  readonly #timers = new Map<string, () => void>();

  readonly wiring: Wiring;

  constructor(config: CoreConfig, features: readonly Feature[], wiring: (kernel: Kernel) => Wiring) {
    this.config = config;
    this.wiring = wiring(this);
    this.features = features;
    this.interceptors = features.filter(({ stanza }) => stanza !== undefined);
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.size;
  }

  /** How many requests to the store are not answered yet. */
  get requests(): number {
    return this.#pending.size;
  }

  /** Sends one first-level element. */
  send(stream: { readonly id: StreamId }, xml: string): void {
    this.effects.push({ type: 'send', stream: stream.id, xml });
  }

  submit(stanza: Element): void {
    this.wiring.submit(stanza);
  }

  /** Ends all sessions of an account that is no more. */
  expel(account: BareJid): void {
    for (const stream of [...this.streams.values()]) {
      if (stream.account === account) this.wiring.stream(stream, { type: 'stream.failed', condition: 'not-authorized', text: 'The account is no more.' });
    }
    // Whoever takes the name next begins with nothing of this.
    this.accounts.delete(account);
  }

  /** Carries one machine's effect over to the machine of the same resource for which it is an event. */
  carry({ to, event }: Wire, resource: Resource): void {
    switch (to) {
      case 'stream':
        this.wiring.stream(resource.stream, event);
        break;
      case 'session':
        return this.wiring.session(resource, event);
      case 'presence':
        return this.wiring.presence(resource, event);
      case 'route':
        return this.wiring.route(resource, event);
    }
  }

  /** Advances one machine by one event, in sight of whoever watches. */
  transit<M extends AnyStateMachine>(machine: string, of: string, step: Stepper<M>, state: SnapshotFrom<M>, event: EventFrom<M> | TimerEvent): Step<M> {
    const result = step(state, event);
    if (this.onTransition !== undefined) {
      const value = (snapshot: SnapshotFrom<M>): unknown => (snapshot as { value: unknown }).value;
      this.onTransition({ machine, of, event, from: value(state), to: value(result.state), effects: result.effects, ignored: result.ignored });
    }
    return result;
  }

  /** A number for a new binding of a full JID (DESIGN D1). */
  nextGeneration(): number {
    this.#lastGeneration += 1;
    return this.#lastGeneration;
  }

  /** Asks the store, and goes on with its reply.
   *  @param after ask only once all that was sent over this stream has left the process */
  ask<O extends StoreOperation>(
    request: { readonly op: O } & StoreOperations[O]['request'],
    replied: (reply: StoreReply<O>) => void,
    failed: () => void,
    after?: StreamId,
  ): void {
    const number = this.#await({ stream: this.concerned, replied: replied as Pending['replied'], failed });
    const operation = request as unknown as StoreRequest;
    this.effects.push(after === undefined ? { type: 'store', request: number, operation } : { type: 'store', request: number, operation, after });
  }

  /** Runs a task to its end, waiting for the store as often as it asks. */
  run<R>(task: Task<R>, done: (result: R) => void, failed: () => void): void {
    this.#resume(task, () => task.next(), done, failed);
  }

  /** Goes on where a reply was awaited. */
  settle(request: number, reply: StoreReply | Credentials): void {
    this.#take(request)?.replied(reply);
  }

  /** Goes on where a reply was awaited and will not come. */
  fail(request: number): void {
    this.#take(request)?.failed();
  }

  /** Starts a timer for a machine's delay. */
  startTimer(timer: string, delay: string, fired: () => void): void {
    this.#timers.set(timer, fired);
    this.effects.push({ type: 'startTimer', timer, delayMs: this.config.delays[delay as keyof Delays] });
  }

  cancelTimer(timer: string): void {
    if (this.#timers.delete(timer)) this.effects.push({ type: 'cancelTimer', timer });
  }

  /** A timer has run out; one that was cancelled meanwhile means nothing. */
  fire(timer: string): void {
    const fired = this.#timers.get(timer);
    this.#timers.delete(timer);
    fired?.();
  }

  #resume<R>(task: Task<R>, advance: () => IteratorResult<StoreRequest | Derivation, R>, done: (result: R) => void, failed: () => void): void {
    let next: IteratorResult<StoreRequest | Derivation, R>;
    try {
      next = advance();
    } catch (error) {
      // Whoever waits for the task is told in either case; only a failure of the store ends here.
      failed();
      if (error instanceof StoreFailure) return;
      throw error;
    }
    if (next.done === true) return done(next.value);
    const replied = (reply: StoreReply | Credentials): void => this.#resume(task, () => task.next(reply), done, failed);
    const refused = (): void => this.#resume(task, () => task.throw(new StoreFailure()), done, failed);
    if (next.value.op === 'credentials.derive') this.#derive(next.value.password, replied, refused);
    else this.ask(next.value, replied, refused);
  }

  #derive(password: string, replied: (credentials: Credentials) => void, failed: () => void): void {
    const number = this.#await({ stream: this.concerned, replied: replied as Pending['replied'], failed });
    this.effects.push({ type: 'deriveCredentials', request: number, password });
  }

  #await(pending: Pending): number {
    this.#lastRequest += 1;
    this.#pending.set(this.#lastRequest, pending);
    return this.#lastRequest;
  }

  #take(request: number): Pending | undefined {
    const pending = this.#pending.get(request);
    this.#pending.delete(request);
    this.concerned = pending?.stream;
    return pending;
  }
}
