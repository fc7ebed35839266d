/** The real core in a simulated world: clients without sockets, a store that answers when told to, no
 *  clock but the one that counts steps. Nothing here is asynchronous: a history has one outcome. @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import type { BareJid } from '../../machines/vocabulary.ts';
import { defaultConfig } from '../../src/core/config.ts';
import type { Effect } from '../../src/core/effect.ts';
import { standardFeatures } from '../../src/core/features/all.ts';
import type { Channel, Input, StreamId } from '../../src/core/input.ts';
import type { Fate, Transition } from '../../src/core/kernel.ts';
import { createCore } from '../../src/core/server.ts';
import type { Core } from '../../src/core/server.ts';
import type { TraceStep } from '../../src/core/trace.ts';
import { NAMES, labelsOf } from '../arbitrary/history.ts';
import type { Act, Actor, Deed, History } from '../arbitrary/history.ts';
import { contentsOf } from './contents.ts';
import type { Run, SentMessage, Shown } from './run.ts';
import { stanzaOf } from './stanza.ts';

const channel: Channel = { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] };
const header = { wellNamed: true, xmlns: 'jabber:client', to: 'localhost', version: '1.0' };

/** A session while it is played. */
interface LiveSession {
  readonly jid: string;
  readonly stream: StreamId;
  readonly heard: (Element | 'closed')[];
}

/** Which core is looked at, or what stands in for it. */
export type CoreMaker = () => Core;

const ACCOUNTS = NAMES.map((name) => `${name}@localhost` as BareJid);

const realCore: CoreMaker = () => createCore({ domain: 'localhost', ...defaultConfig }, standardFeatures);

/** Told of each step of a history: an act, or an end of it that follows by itself. */
export type StepListener = (step: TraceStep) => void;

/** Plays a history to its end: the store answers everything, all sessions close, the last one last.
 *  @param onStep hears what the machines did in each step, and what each session heard; costs nothing when left out
 *  @example
 *  play(history).sessions.map(({ heard }) => heard.length) */
export function play(history: History, makeCore: CoreMaker = realCore, onStep?: StepListener): Run {
  return new World(makeCore(), onStep).play(history);
}

class World {
  readonly #core: Core;
  readonly #onStep: StepListener | undefined;
  readonly #contents = contentsOf(ACCOUNTS);
  readonly #requests: Extract<Effect, { type: 'store' }>[] = [];
  readonly #sessions: LiveSession[] = [];
  readonly #live = new Map<string, LiveSession>();
  readonly #byStream = new Map<StreamId, LiveSession>();
  readonly #fates: Fate[] = [];
  readonly #messages: SentMessage[] = [];
  #transitions: Transition[] = [];
  readonly #told: (readonly Shown[])[] = [];
  /** Of the step at hand. */
  #shown: Shown[] = [];
  #isHeld = false;
  #at = 0;

  constructor(core: Core, onStep: StepListener | undefined) {
    this.#core = core;
    this.#onStep = onStep;
    core.observe({
      onFate: (fate) => this.#settle(fate),
      ...(onStep && { onTransition: (transition: Transition) => void this.#transitions.push(transition) }),
    });
  }

  play(history: History): Run {
    const labels = this.#onStep === undefined ? [] : labelsOf(history);
    history.forEach((act, index) => this.#tell(labels[index] ?? '', () => this.#act(act)));
    this.#tell('the store answers everything', () => this.#answer(Infinity));
    const last = [...this.#live.values()].at(-1);
    for (const session of [...this.#live.values()]) if (session !== last) this.#leave(session);
    const heardByLast = last && { ...last, heard: [...last.heard] };
    if (last !== undefined) this.#leave(last);
    return { sessions: this.#sessions, last: heardByLast, fates: this.#fates, messages: this.#messages, steps: this.#told, census: this.#core.census() };
  }

  /** Does something, and tells of it as one step; also of a step that fails half-way. */
  #tell(label: string, act: () => void): void {
    try {
      act();
    } finally {
      this.#told.push(this.#shown.filter(({ to }) => to !== 'fate'));
      this.#onStep?.({ step: this.#told.length, label, transitions: this.#transitions, shown: this.#shown });
      this.#transitions = [];
      this.#shown = [];
    }
  }

  #act({ by, deed }: Act): void {
    if (deed.do === 'hold') this.#isHeld = true;
    else if (deed.do === 'answer') this.#answer(deed.requests === 'all' ? Infinity : deed.requests);
    else {
      const session = this.#live.get(`${by.name}@localhost/${by.resource}`);
      if (session === undefined) this.#connect(by);
      else this.#do(session, deed);
    }
  }

  #leave(session: LiveSession): void {
    this.#tell(`${session.jid.replace('@localhost', '')} closes its stream`, () => this.#end(session));
  }

  #settle(fate: Fate): void {
    this.#fates.push(fate);
    if (this.#onStep === undefined) return;
    const { type, id = '', from, to, fate: what, routes, rule } = fate;
    const detail = routes === undefined ? rule : routes.join(', ');
    this.#shown.push({ to: 'fate', what: `${type} message ${id} from ${from ?? 'the server'} to ${to}: ${what}${detail === undefined ? '' : ` (${detail})`}` });
  }

  #do(session: LiveSession, deed: Deed): void {
    switch (deed.do) {
      case 'close': return this.#end(session);
      case 'cut':
        this.#live.delete(session.jid);
        return this.#feed({ type: 'stream.lost', stream: session.stream });
      default:
        if (deed.do === 'message') this.#messages.push({ by: session.jid, to: deed.to, type: deed.type });
        for (const stanza of stanzaOf(deed, this.#messages.length)) this.#say(session, stanza);
    }
  }

  /** A log-in needs the store; one that was slow answers first. */
  #connect({ name, resource }: Actor): void {
    this.#answer(Infinity);
    const account = `${name}@localhost` as BareJid;
    const stream = `s${this.#sessions.length}`;
    const session: LiveSession = { jid: `${account}/${resource}`, stream, heard: [] };
    this.#sessions.push(session);
    this.#live.set(session.jid, session);
    this.#byStream.set(stream, session);
    const entropy = stream.padEnd(32, '-');
    this.#feed({ type: 'stream.opened', stream, channel });
    this.#feed({ type: 'stream.header', stream, header, entropy });
    this.#say(session, '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN"/>');
    this.#feed({ type: 'sasl.succeeded', stream, account });
    this.#feed({ type: 'stream.header', stream, header, entropy });
    this.#say(session, `<iq id="b" type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>${resource}</resource></bind></iq>`);
    session.heard.length = 0;
    // How a stream is negotiated is in the transitions.
    this.#shown = this.#shown.filter(({ to }) => to !== session.jid);
  }

  #end(session: LiveSession): void {
    this.#live.delete(session.jid);
    this.#feed({ type: 'stream.ended', stream: session.stream });
  }

  #say(session: LiveSession, xml: string): void {
    this.#feed({ type: 'stream.element', stream: session.stream, element: parse(xml) });
  }

  #answer(requests: number): void {
    if (requests === Infinity) this.#isHeld = false;
    for (let count = 0; count < requests; count += 1) if (!this.#answerOne()) return;
  }

  #answerOne(): boolean {
    const next = this.#requests.shift();
    if (next === undefined) return false;
    const isGone = next.after !== undefined && this.#byStream.get(next.after)?.heard.at(-1) === 'closed';
    this.#step(isGone ? { type: 'store.failed', request: next.request } : { type: 'store.replied', request: next.request, reply: this.#contents.perform(next.operation) });
    return true;
  }

  #feed(input: Input): void {
    this.#step(input);
    while (!this.#isHeld && this.#answerOne());
  }

  #step(input: Input): void {
    this.#at += 1;
    for (const effect of this.#core.step(input, this.#at)) {
      if (effect.type === 'store') this.#requests.push(effect);
      else if (effect.type === 'report') throw effect.error;
      else if (effect.type === 'close') this.#hear(effect.stream, 'closed', '</stream:stream>');
      else if (effect.type === 'send') this.#hear(effect.stream, elementOf(effect.xml), effect.xml);
    }
  }

  #hear(stream: StreamId, item: Element | 'closed', what: string): void {
    const session = this.#byStream.get(stream);
    session?.heard.push(item);
    if (session !== undefined) this.#shown.push({ to: session.jid, what });
  }
}

function elementOf(xml: string): Element {
  return parse(xml.replace(/^<(stream:\w+)/, '<$1 xmlns:stream="http://etherx.jabber.org/streams"'));
}
