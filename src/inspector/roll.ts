/** Everybody an inspector knows of, found by what a transition says of its machine's owner; bounded, those that are
 *  over leave first. Not here: what is kept of each (subject.ts). @module */
import type { Place } from '../core/place.ts';
import type { Standing } from '../core/standing.ts';
import { statePath } from './sheets.ts';
import { Subject } from './subject.ts';
import type { Kind } from './subject.ts';

/** How much is kept. */
export interface RollLimits {
  readonly subjects: number;
  /** Of those that are over. */
  readonly ended: number;
  /** Entries of one subject. */
  readonly entries: number;
}

/** Whose machine a transition is of, and which of several. */
export interface Owner {
  readonly subject: Subject;
  readonly part: string;
}

const ofAccount: ReadonlySet<string> = new Set(['subscription']);
const ofLink: ReadonlySet<string> = new Set(['link', 'peer', 'component']);

export class Roll {
  readonly #limits: RollLimits;
  readonly #subjects = new Map<string, Subject>();
  /** Sessions by stream: whose most transitions are. */
  readonly #streams = new Map<string, Subject>();
  /** Sessions by full JID. */
  readonly #sessions = new Map<string, Subject>();
  readonly #ended = new Set<Subject>();
  /** How many were not taken in because there were too many. */
  unlisted = 0;

  constructor(limits: RollLimits) {
    this.#limits = limits;
  }

  get subjects(): Iterable<Subject> {
    return this.#subjects.values();
  }

  get(key: string): Subject | undefined {
    return this.#subjects.get(key);
  }

  /** The session of a stream. */
  session(stream: string): Subject | undefined {
    return this.#streams.get(stream);
  }

  /** Takes in a stream as it stands. */
  enter({ stream, jid, states }: Standing, at: number): void {
    const subject = this.#take('session', stream, at);
    if (subject === undefined) return;
    if (jid !== undefined) this.name(subject, jid);
    for (const [machine, state] of Object.entries(states)) if (state !== undefined) subject.place(machine, '', statePath(state));
  }

  /** Takes in another machine as it stands, with whomever it is of. */
  place({ machine, of, state }: Pick<Place, 'machine' | 'of' | 'state'>, at: number): void {
    const owner = this.ownerOf(machine, of, at);
    owner?.subject.place(machine, owner.part, statePath(state));
  }

  /** The session that has, or had last, a full JID. */
  sessionAt(jid: string): Subject | undefined {
    return this.#sessions.get(jid);
  }

  /** A session has bound a full JID; whoever had it before keeps the name, and hears no more of it. */
  name(subject: Subject, jid: string): void {
    subject.name = jid;
    this.#sessions.set(jid, subject);
  }

  /** Whose machine it is. Undefined when it is nobody's who is known, and there are too many to take in another. */
  ownerOf(machine: string, of: string, at: number): Owner | undefined {
    if (machine === 'stream') {
      const known = this.#streams.get(of);
      return known === undefined ? this.#owner('session', of, '', at) : { subject: known, part: '' };
    }
    if (ofLink.has(machine)) return this.#owner('link', of, '', at);
    if (machine === 'room') return this.#owner('room', of, '', at);
    if (machine === 'occupant') {
      const slash = of.indexOf('/');
      return this.#owner('room', of.slice(0, slash), of.slice(slash + 1), at);
    }
    const space = of.indexOf(' ');
    if (ofAccount.has(machine)) return this.#owner('account', of.slice(0, space), of.slice(space + 1), at);
    return this.#ownerByJid(of);
  }

  /** Notes that a subject is over, or has begun anew. */
  settle(subject: Subject): void {
    this.#ended.delete(subject);
    if (!subject.isOver) return;
    this.#ended.add(subject);
    if (this.#ended.size > this.#limits.ended) this.#leave();
  }

  /** A resourcepart may have spaces: the longest full JID that is known is meant. */
  #ownerByJid(of: string): Owner | undefined {
    for (let end = of.length; end > 0; end = of.lastIndexOf(' ', end - 1)) {
      const subject = this.#sessions.get(of.slice(0, end));
      if (subject !== undefined) return { subject, part: of.slice(end + 1) };
    }
    return undefined;
  }

  #owner(kind: Kind, name: string, part: string, at: number): Owner | undefined {
    const subject = this.#take(kind, name, at);
    return subject === undefined ? undefined : { subject, part };
  }

  #take(kind: Kind, name: string, at: number): Subject | undefined {
    const key = `${kind} ${name}`;
    const known = this.#subjects.get(key);
    if (known !== undefined) return known;
    if (this.#subjects.size >= this.#limits.subjects && !this.#leave()) {
      this.unlisted += 1;
      return undefined;
    }
    const subject = new Subject(kind, key, at, this.#limits.entries);
    subject.name = kind === 'link' ? name.replace(' ', ' → ') : name;
    this.#subjects.set(key, subject);
    if (kind === 'session') this.#streams.set(name, subject);
    return subject;
  }

  /** The one that has been over for longest leaves. */
  #leave(): boolean {
    const [oldest] = this.#ended;
    if (oldest === undefined) return false;
    this.#ended.delete(oldest);
    this.#subjects.delete(oldest.key);
    if (oldest.kind === 'session') this.#streams.delete(oldest.key.slice('session '.length));
    if (this.#sessions.get(oldest.name) === oldest) this.#sessions.delete(oldest.name);
    return true;
  }
}
