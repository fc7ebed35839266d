/** A WebSocket by which any inspector for XState can follow chosen sessions: it is told how their machines stand, and
 *  then each event and each state. It is only told: what it says is not listened to. One that reads slowly misses events,
 *  is told how many, and how the machines stand now. Not here: what is said (stately-messages.ts), who may hear it
 *  (gate.ts). @module */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Recorder } from './recorder.ts';
import { isFinal } from './sheets.ts';
import { actorMessage, actorOf, eventMessage, orderedBy, snapshotMessage } from './stately-messages.ts';
import type { Actor, Message } from './stately-messages.ts';
import type { Entry, Subject, TransitionEntry } from './subject.ts';

/** How much is done for those who listen. */
export interface StatelyLimits {
  readonly connections: number;
  /** Sessions of one connection. */
  readonly sessions: number;
  /** Machines of one connection that are there at a time. */
  readonly actors: number;
  /** Bytes that may wait for one connection; the messages of one step may be over it. */
  readonly waiting: number;
}

export const statelyLimits: StatelyLimits = { connections: 8, sessions: 32, actors: 1_000, waiting: 1 << 20 };

/** What the endpoint is made with. */
export interface StatelyOptions {
  readonly recorder: Recorder;
  /** Has the recorder look, until the function that is given back is called. */
  readonly look: () => () => void;
  readonly clock: () => number;
  readonly limits?: StatelyLimits;
}

/** Which sessions are meant: by their keys, a stream's id, or a full JID; one that is not there yet may come.
 *  @returns undefined when it is none, or too many */
export function chosenOf(params: URLSearchParams, { sessions }: StatelyLimits = statelyLimits): ReadonlySet<string> | undefined {
  const names = params.getAll('session').filter((name) => name !== '' && name.length <= 3_100);
  return names.length === 0 || names.length > sessions ? undefined : new Set(names.flatMap((name) => [name, `session ${name}`]));
}

export class Stately {
  readonly #options: StatelyOptions;
  readonly #limits: StatelyLimits;
  readonly #server = new WebSocketServer({ noServer: true, clientTracking: true, perMessageDeflate: false, maxPayload: 1_024 });

  constructor(options: StatelyOptions) {
    this.#options = options;
    this.#limits = options.limits ?? statelyLimits;
  }

  get hasRoom(): boolean {
    return this.#server.clients.size < this.#limits.connections;
  }

  /** Takes a connection in. */
  join(request: IncomingMessage, socket: Duplex, head: Buffer, chosen: ReadonlySet<string>): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const { recorder, look, clock } = this.#options;
      const letGo = look();
      const told = new Told(webSocket, recorder, chosen, clock, this.#limits);
      const leave = recorder.listen((subject, entry) => told.note(subject, entry));
      webSocket.on('error', () => webSocket.terminate());
      webSocket.once('close', () => {
        leave();
        letGo();
      });
      told.catchUp();
    });
  }

  /** Ends every connection. */
  stop(): void {
    for (const webSocket of this.#server.clients) webSocket.terminate();
    this.#server.close();
  }
}

/** One that is told. */
export class Told {
  readonly #socket: WebSocket;
  readonly #recorder: Recorder;
  readonly #chosen: ReadonlySet<string>;
  readonly #clock: () => number;
  readonly #limits: StatelyLimits;
  /** What it knows to be there. */
  readonly #known = new Map<string, Actor>();
  /** The latest of each machine, for events that it has ordered of another. */
  readonly #latest = new Map<string, Actor>();
  /** Whether it is told nothing until it has read what waits. */
  #isBehind = false;
  /** Whether it has missed something, and is to be told anew how all stands. */
  #isStale = false;
  /** How many events it has missed. */
  #dropped = 0;
  #untold = 0;

  constructor(socket: WebSocket, recorder: Recorder, chosen: ReadonlySet<string>, clock: () => number, limits: StatelyLimits) {
    this.#socket = socket;
    this.#recorder = recorder;
    this.#chosen = chosen;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Tells how all stands, as far as there is room for it. */
  catchUp(): void {
    this.#isStale = false;
    const gone = new Map(this.#known);
    for (const subject of this.#recorder.roll.subjects) {
      if (!this.#isChosen(subject)) continue;
      for (const [slot, path] of subject.states) {
        const actor = actorOf(subject, slot);
        gone.delete(actor.sessionId);
        if (!this.#isBehind && this.#meet(actor, path)) this.#tell(snapshotMessage(actor, { type: '' }, path, this.#clock()));
      }
    }
    for (const actor of gone.values()) this.#known.delete(actor.sessionId);
  }

  /** @param entry undefined for one that was not kept */
  note(subject: Subject, entry: Entry | undefined): void {
    if (!this.#isChosen(subject) || (entry !== undefined && !('machine' in entry))) return;
    if (this.#isBehind || entry === undefined) {
      this.#isStale = true;
      return this.#drop();
    }
    if (this.#isStale) this.catchUp();
    this.#tellStep(subject, entry);
  }

  #tellStep(subject: Subject, entry: TransitionEntry): void {
    const { machine, part, event, from, to, at } = entry;
    const actor = actorOf(subject, part === '' ? machine : `${machine} ${part}`);
    if (!this.#meet(actor, from)) return this.#drop();
    const by = this.#latest.get(orderedBy(event) ?? '');
    this.#tell(eventMessage(actor, entry, by?.rootId === actor.rootId ? by.sessionId : undefined));
    this.#tell(snapshotMessage(actor, event, to, at));
    this.#latest.set(machine, actor);
    // Machines of a resource begin without a step of their own, when its stream is bound.
    if (machine === 'stream') for (const [slot, path] of subject.states) this.#meet(actorOf(subject, slot), path);
    if (part !== '' && isFinal(machine, to)) this.#known.delete(actor.sessionId);
  }

  /** Makes an actor known; there may be too many. */
  #meet(actor: Actor, path: string): boolean {
    if (this.#known.has(actor.sessionId)) return true;
    if (this.#known.size >= this.#limits.actors) return false;
    this.#known.set(actor.sessionId, actor);
    this.#tell(actorMessage(actor, path, this.#clock()));
    return true;
  }

  #isChosen({ key, name }: Subject): boolean {
    return this.#chosen.has(key) || this.#chosen.has(name);
  }

  #drop(): void {
    this.#dropped += 1;
    this.#untold += 1;
  }

  /** Of what was dropped the next message tells, in a field of our own. */
  #tell(message: Message): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const told = this.#untold > 0 ? { ...message, _dropped: this.#dropped } : message;
    this.#untold = 0;
    this.#socket.send(JSON.stringify(told), this.#onSent);
    this.#isBehind = this.#socket.bufferedAmount > this.#limits.waiting;
  }

  readonly #onSent = (): void => {
    if (!this.#isBehind || this.#socket.bufferedAmount > 0) return;
    this.#isBehind = false;
    this.catchUp();
  };
}
