/** Keeps what a page may ask for, while one does: the last transitions of everybody, the last messages with what
 *  was decided about them, the stanzas of the sessions that are open on a page. Redacted as it comes in, bounded
 *  everywhere; while nobody looks it is the core inside and nothing else. Not here: who may look (server.ts), what of
 *  it is sent (feed.ts). @module */
import { detached } from '../core/detached.ts';
import type { Effect } from '../core/effect.ts';
import type { Input } from '../core/input.ts';
import type { Fate, Transition } from '../core/kernel.ts';
import { redacted } from '../core/redaction.ts';
import type { Redaction } from '../core/redaction.ts';
import type { Core } from '../core/server.ts';
import { Fates } from './fates.ts';
import type { FateEntry, FateLimits } from './fates.ts';
import { Pace } from './pace.ts';
import type { PaceLimits } from './pace.ts';
import type { Ring } from './ring.ts';
import { Roll } from './roll.ts';
import type { Owner, RollLimits } from './roll.ts';
import { statePath } from './sheets.ts';
import type { Described, Source, Told } from './source.ts';
import type { Entry, Subject, TransitionEntry } from './subject.ts';

/** How much is kept. */
export interface RecorderLimits extends RollLimits, FateLimits, PaceLimits {
  /** Entries of all subjects together. */
  readonly total: number;
  /** Characters of one stanza. */
  readonly stanza: number;
}

/** Some 30 MB at the most, with entries of the usual size.
 *  @example
 *  const limits = { ...recorderLimits, total: 10_000 };
 *  const recorder = new Recorder(createCore({ domain: 'capulet.lit', ...defaultConfig }, standardFeatures), { keepBodies: false }, limits);
 *  recorder.isLooking; // false */
export const recorderLimits: RecorderLimits = { subjects: 20_000, ended: 500, entries: 200, total: 50_000, fates: 1_000, stanza: 4_000, id: 200, entriesAtOnce: 200, fatesAtOnce: 1_000, stretchMs: 250 };

/** Who wants to hear of each entry when it is kept; undefined stands for one that was not, in a rush. */
export type Listener = (subject: Subject, entry: Entry | undefined) => void;

/** Makes a core that can be looked at.
 *  @example
 *  const recorder = new Recorder(createCore({ domain: 'capulet.lit', ...defaultConfig }, standardFeatures), { keepBodies: false });
 *  // Whoever drives the core drives this one instead.
 *  recorder.core.step({ type: 'server.stopping' }, Date.now());
 *  recorder.isLooking; // false */
export class Recorder {
  /** Does what the core inside does. */
  readonly core: Core;
  /** Whom it has seen.
   *  @internal */
  roll: Roll;
  /** How many stanzas wait for whom, when it was last counted.
   *  @internal */
  waiting: ReadonlyMap<Subject, number> = new Map();
  /** Machines that are looked at beside those of the core.
   *  @internal */
  source: Source | undefined;
  readonly #inner: Core;
  readonly #redaction: Redaction;
  readonly #limits: RecorderLimits;
  /** Whose entry stands in each place of the bound on all of them, in order of time. */
  #places: { readonly subject: Subject; readonly n: number }[] = [];
  #next = 0;
  #messages: Fates;
  readonly #pace: Pace;
  readonly #open = new Map<string, number>();
  /** Of the sessions that are open. */
  #streams: ReadonlySet<string> = new Set();
  readonly #listeners = new Set<Listener>();
  #leave: (() => void) | undefined;
  /** Asks no more for decisions; undefined while it doesn't. */
  #leaveDecisions: (() => void) | undefined;
  #at = 0;
  /** Counts the steps of the core while somebody looks. */
  #turn = 0;
  /** Grows with everything that is kept.
   *  @internal */
  version = 0;
  /** How often it has failed to keep something; whom it looked at is none the worse for it.
   *  @internal */
  faults = 0;

  constructor(core: Core, redaction: Redaction, limits: RecorderLimits = recorderLimits) {
    this.#inner = core;
    this.#redaction = redaction;
    this.#limits = limits;
    this.roll = new Roll(limits);
    this.#messages = new Fates(limits);
    this.#pace = new Pace(limits);
    this.core = {
      step: (input, at) => (this.#leave === undefined ? core.step(input, at) : this.#step(input, at)),
      observe: (observer) => core.observe(observer),
      standing: (stream) => core.standing(stream),
      places: () => core.places(),
      waiting: () => core.waiting(),
      sight: (watcher, contact) => core.sight(watcher, contact),
      census: () => core.census(),
    };
  }

  /** The last messages.
   *  @internal */
  get fates(): Ring<FateEntry> {
    return this.#messages.ring;
  }

  /** Whether somebody looks: until then it keeps nothing, and costs nothing. */
  get isLooking(): boolean {
    return this.#leave !== undefined;
  }

  /** Begins to look, with everybody who is there already.
   *  @param at the time, in milliseconds since the epoch
   *  @internal */
  begin(at: number): void {
    if (this.#leave !== undefined) return;
    this.#at = at;
    for (const standing of this.#inner.standing()) this.roll.enter(standing, at);
    for (const place of this.#inner.places()) this.roll.place(place, at);
    this.count();
    const leave = this.#inner.observe({
      onTransition: (transition) => this.#safely(() => this.#noteTransition(transition)),
      onFate: (fate) => this.#noteFate(fate),
    });
    const leaveSource = this.source?.watch((make) => this.#safely(() => this.#noteTold(make())));
    this.#leave = () => {
      leave();
      leaveSource?.();
    };
    this.#askDecisions(true);
  }

  /** Counts what waits, and for whom.
   *  @internal */
  count(): void {
    const before = this.waiting;
    const waiting = new Map<Subject, number>();
    for (const { machine, of, waiting: number } of this.#inner.waiting()) {
      const subject = machine === 'stream' ? this.roll.session(of) : this.roll.ownerOf(machine, of, this.#at)?.subject;
      if (subject !== undefined) waiting.set(subject, (waiting.get(subject) ?? 0) + number);
    }
    this.waiting = waiting;
    if (waiting.size !== before.size || [...waiting].some(([subject, number]) => before.get(subject) !== number)) this.version += 1;
  }

  /** Looks no more, and forgets everything.
   *  @internal */
  end(): void {
    this.#leave?.();
    this.#leave = undefined;
    this.#askDecisions(false);
    this.roll = new Roll(this.#limits);
    this.#messages = new Fates(this.#limits);
    this.waiting = new Map();
    this.#places = [];
    this.#next = 0;
  }

  /** Keeps the stanzas of a session too, until the function that is given back is called.
   *  @internal */
  open(key: string): () => void {
    const change = (by: number): void => {
      const looking = (this.#open.get(key) ?? 0) + by;
      if (looking > 0) this.#open.set(key, looking);
      else this.#open.delete(key);
      this.#streams = new Set([...this.#open.keys()].flatMap((each) => (each.startsWith('session ') ? each.slice('session '.length) : [])));
    };
    change(1);
    return () => change(-1);
  }

  /** Tells of each entry that is kept, until the function that is given back is called.
   *  @internal */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What else is to be said of a subject that is open.
   *  @internal */
  describe(key: string): Described | undefined {
    let described: Described | undefined;
    this.#safely(() => void (described = redacted(this.source?.describe(key), this.#redaction) as Described | undefined));
    return described;
  }

  #step(input: Input, at: number): readonly Effect[] {
    this.#at = at;
    const streams = this.#streams;
    this.#askDecisions(this.#pace.follow(input, at, streams, () => [...this.#open.keys()].map((key) => this.roll.get(key)?.name ?? '')));
    this.#turn += 1;
    // Before the step: the core stamps what it is given (RFC 6120 §8.1.2.1).
    if (streams.size > 0 && input.type === 'stream.element' && streams.has(input.stream)) this.#safely(() => this.#noteStanza(input.stream, 'in', input.element));
    const effects = this.#inner.step(input, at);
    if (streams.size > 0) for (const effect of effects) if (effect.type === 'send' && streams.has(effect.stream)) this.#safely(() => this.#noteStanza(effect.stream, 'out', effect.xml));
    return effects;
  }

  /** In a rush a decision is put into words only where it will be kept. */
  #askDecisions(wanted: boolean): void {
    if (wanted === (this.#leaveDecisions !== undefined)) return;
    this.#leaveDecisions?.();
    this.#leaveDecisions = wanted ? this.#inner.observe({ onDecision: (decision) => this.#safely(() => this.#messages.decided(decision)) }) : undefined;
  }

  /** A fault of the one who looks must not become one of the stream that is looked at. */
  #safely(note: () => void): void {
    try {
      note();
    } catch {
      this.faults += 1;
      this.version += 1;
    }
  }

  #noteTransition({ machine, of, event, from, to, effects, ignored }: Transition): void {
    const owner = this.roll.ownerOf(machine, of, this.#at);
    if (owner === undefined) return;
    if (machine === 'stream' && owner.subject.name === of) this.#nameOf(of);
    this.#noteStep(owner, { machine, event, from: statePath(from), to: statePath(to), effects, ignored });
  }

  #noteTold({ of, at, machine, part, to, isEnd, step }: Told): void {
    this.#at = at;
    this.#turn += 1;
    const subject = this.roll.guest(of, at);
    if (subject === undefined) return;
    if (step !== undefined) return this.#noteStep({ subject, part }, { machine, to, ...step }, isEnd);
    subject.place(machine, part, to, isEnd);
    this.version += 1;
  }

  #noteStep({ subject, part }: Owner, { machine, event, from, to, effects, ignored }: Omit<TransitionEntry, 'n' | 'turn' | 'at' | 'part'>, isEnd?: boolean): void {
    subject.transitions += 1;
    if (to !== from || isEnd !== undefined || !subject.has(machine, part)) {
      subject.place(machine, part, to, isEnd);
      this.roll.settle(subject);
    }
    this.#keep(subject, (n) => ({
      n, turn: this.#turn, at: this.#at, machine, part, from, to, ignored,
      // Most have nothing but a name, in which there is nothing to leave out.
      event: isBare(event) ? event : redacted(event, this.#redaction) as Transition['event'],
      effects: effects.every(isBare) ? effects : redacted(effects, this.#redaction) as Transition['effects'],
    }));
  }

  /** A stream that has just bound its resource tells its full JID, and where the machines of the resource begin. */
  #nameOf(stream: string): void {
    const [standing] = this.#inner.standing(stream);
    if (standing?.jid !== undefined) this.roll.enter(standing, this.#at);
  }

  #noteStanza(stream: string, way: 'in' | 'out', stanza: unknown): void {
    const subject = this.roll.session(stream);
    if (subject === undefined) return;
    this.#keep(subject, (n) => {
      const xml = String(redacted(stanza, this.#redaction));
      return { n, turn: this.#turn, at: this.#at, way, xml: xml.length > this.#limits.stanza ? detached(`${xml.slice(0, this.#limits.stanza)}…`) : xml };
    });
  }

  #keep(subject: Subject, make: (n: number) => Entry): void {
    subject.last = this.#at;
    this.version += 1;
    if (!subject.mayTake(this.#pace.stretch, this.#limits.entriesAtOnce)) {
      subject.log.skip();
      return this.#tell(subject, undefined);
    }
    const entry = subject.log.push(make);
    const displaced = this.#places[this.#next];
    displaced?.subject.log.dropThrough(displaced.n);
    this.#places[this.#next] = { subject, n: entry.n };
    this.#next = (this.#next + 1) % this.#limits.total;
    this.#tell(subject, entry);
  }

  #countMessage(jid: string | undefined): void {
    const subject = jid === undefined ? undefined : this.roll.sessionAt(jid);
    if (subject === undefined) return;
    subject.messages += 1;
    subject.last = this.#at;
  }

  #tell(subject: Subject, entry: Entry | undefined): void {
    for (const listener of this.#listeners) listener(subject, entry);
  }

  #noteFate(fate: Fate): void {
    this.version += 1;
    for (const jid of [fate.from, ...(fate.routes ?? [])]) this.#countMessage(jid);
    if (!this.#pace.take()) return this.fates.skip();
    this.#safely(() => this.#messages.keep(fate, this.#at));
  }
}

/** Whether it is a name and nothing else. */
function isBare(named: { readonly type: string }): boolean {
  for (const field in named) if (field !== 'type') return false;
  return true;
}
