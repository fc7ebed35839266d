/** Whom an inspector tells of: the session of a client, a room, a stream or link with another server, the contacts of an
 *  account, an actor of the embedding program; with the states of its machines and its last transitions. Not here: whose a transition is (roll.ts). @module */
import { Ring } from './ring.ts';
import { isFinal } from './sheets.ts';

/** What kinds of subjects there are. */
export const kinds = ['session', 'room', 'link', 'account', 'actor'] as const;
export type Kind = (typeof kinds)[number];

/** A step of a machine, as it is kept: redacted, states as paths. */
export interface TransitionEntry {
  readonly n: number;
  /** Which step of the core it belongs to: entries of one step have one cause. */
  readonly turn: number;
  readonly at: number;
  readonly machine: string;
  /** Which of several machines of that name: a contact, a nick, a request. */
  readonly part: string;
  readonly event: { readonly type: string };
  readonly from: string;
  readonly to: string;
  readonly effects: readonly { readonly type: string }[];
  readonly ignored: boolean;
}

/** A stanza of a session that somebody has opened, redacted. */
export interface StanzaEntry {
  readonly n: number;
  readonly turn: number;
  readonly at: number;
  readonly way: 'in' | 'out';
  readonly xml: string;
}

export type Entry = TransitionEntry | StanzaEntry;

/** The machine by whose end a subject ends. */
const leading: ReadonlySet<string> = new Set(['stream', 'room', 'link', 'peer', 'component']);
/** Machines of which a subject has one for each contact, nick or request: so many are shown, no more. */
const partLimit = 32;

export class Subject {
  readonly key: string;
  readonly kind: Kind;
  /** When it was first seen. */
  readonly since: number;
  /** When it last did something. */
  last: number;
  /** By machine or, where there are several, by machine and part. */
  readonly states = new Map<string, string>();
  readonly log: Ring<Entry>;
  transitions = 0;
  /** Messages that it has sent or got. */
  messages = 0;
  isOver = false;
  #name: string;
  /** What a search looks at, once one has. */
  #text: string | undefined;
  /** In which stretch of time it was last kept something of, and how much. */
  #stretch = 0;
  #taken = 0;

  constructor(kind: Kind, key: string, since: number, capacity: number) {
    this.kind = kind;
    this.key = key;
    this.#name = key;
    this.since = since;
    this.last = since;
    this.log = new Ring(capacity);
  }

  /** A stream's id until a full JID is known; a room's JID; the domains of a link. */
  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    this.#name = name;
    this.#text = undefined;
  }

  /** Whether one entry more may be kept.
   *  @param atOnce no more than so many in one stretch of time */
  mayTake(stretch: number, atOnce: number): boolean {
    if (stretch !== this.#stretch) {
      this.#stretch = stretch;
      this.#taken = 0;
    }
    this.#taken += 1;
    return this.#taken <= atOnce;
  }

  /** Whether it is known where a machine is. */
  has(machine: string, part: string): boolean {
    return this.states.has(part === '' ? machine : `${machine} ${part}`);
  }

  /** Notes where one of its machines is, and whether it is at its end there. */
  place(machine: string, part: string, path: string, isEnd = isFinal(machine, path)): void {
    const slot = part === '' ? machine : `${machine} ${part}`;
    this.#text = undefined;
    // Of those that come and go by the hundred only what is not at its end is worth a line.
    if (part !== '' && isEnd) this.states.delete(slot);
    else if (part === '' || this.states.has(slot) || this.states.size < partLimit) this.states.set(slot, path);
    if (this.kind === 'actor' ? part === '' : leading.has(machine)) this.isOver = isEnd;
  }

  /** What a search looks at. */
  get text(): string {
    this.#text ??= `${this.name} ${this.key} ${[...this.states].map(([machine, state]) => `${machine}:${state}`).join(' ')}`.toLowerCase();
    return this.#text;
  }
}
