/** A crowd at work: a real core with thousands of sessions, driven in this process without sockets; messages, presence,
 *  rooms, ends and new sessions, the same for the same seed. Not here: at what rate, and who looks (crowd.ts). @module */
import { parse } from 'ltx';
import type { BareJid } from '../../machines/vocabulary.ts';
import { contentsOf } from '../../properties/world/contents.ts';
import { defaultConfig } from '../../src/core/config.ts';
import type { Effect } from '../../src/core/effect.ts';
import { standardFeatures } from '../../src/core/features/all.ts';
import type { Channel, Input, StreamId } from '../../src/core/input.ts';
import { createCore } from '../../src/core/server.ts';
import type { Core } from '../../src/core/server.ts';

const domain = 'localhost';
const channel: Channel = { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] };
const header = { wellNamed: true, xmlns: 'jabber:client', to: domain, version: '1.0' };
/** Half of what is said is said by so few, so that some sessions are busy. */
const talkers = 20;
const rooms = 40;
/** Of what happens, so much is no message, in thousandths. */
const shares = { presence: 20, join: 3, end: 2 };

/** Numbers below one, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Makes the core that a crowd works on. */
export const crowdCore = (): Core => createCore({ domain, ...defaultConfig, rooms: { domain: `rooms.${domain}` }, secret: 'what nobody outside this test knows' }, standardFeatures);

interface Session {
  readonly account: BareJid;
  readonly resource: string;
  readonly jid: string;
  readonly stream: StreamId;
}

export class Crowd {
  readonly #core: Core;
  readonly #clock: () => number;
  readonly #random: () => number;
  readonly #contents;
  readonly #requests: Extract<Effect, { type: 'store' }>[] = [];
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Everybody who is there, each in a place of its own. */
  readonly sessions: Session[] = [];
  #streams = 0;
  /** How many messages were sent. */
  messages = 0;
  /** How long each message took, in microseconds, since it was last asked. */
  took: number[] = [];

  constructor({ core, sessions, seed = 1, clock = Date.now }: { readonly core: Core; readonly sessions: number; readonly seed?: number; readonly clock?: () => number }) {
    this.#core = core;
    this.#clock = clock;
    this.#random = randomOf(seed);
    const accounts = Array.from({ length: sessions }, (_, place) => `user${place}@${domain}` as BareJid);
    this.#contents = contentsOf(accounts);
    accounts.forEach((account, place) => this.#arrive(place, account));
  }

  /** One thing happens: nearly always, somebody writes to somebody. */
  act(): void {
    const chance = this.#random() * 1000;
    if (chance < shares.presence) this.say(this.#anybody(), `<presence><show>${this.#random() < 0.5 ? 'away' : 'chat'}</show><priority>${Math.floor(this.#random() * 6) - 1}</priority></presence>`);
    else if (chance < shares.presence + shares.join) this.say(this.#anybody(), `<presence to='room${Math.floor(this.#random() * rooms)}@rooms.${domain}/n${this.#streams}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    else if (chance < shares.presence + shares.join + shares.end) this.#replace(Math.floor(this.#random() * this.sessions.length));
    else this.message();
  }

  /** Somebody writes to somebody. */
  message(): void {
    this.messages += 1;
    const from = this.#random() < 0.5 ? this.#oneOf(talkers) : this.#anybody();
    const to = this.#random() < 0.5 ? this.#oneOf(talkers) : this.#anybody();
    const isToBare = this.#random() < 0.2;
    const element = parse(`<message to='${isToBare ? to.account : to.jid}' type='chat' id='m${this.messages}'><body>It is the east, and Juliet is the sun.</body></message>`);
    const before = performance.now();
    this.#feed({ type: 'stream.element', stream: from.stream, element });
    if (this.took.length < 100_000) this.took.push((performance.now() - before) * 1000);
  }

  /** Somebody sends something. */
  say(session: Session | undefined, xml: string): void {
    if (session === undefined) throw new RangeError('nobody is there');
    this.#feed({ type: 'stream.element', stream: session.stream, element: parse(xml) });
  }

  /** Lets go of everything. */
  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #oneOf(first: number): Session {
    const session = this.sessions[Math.floor(this.#random() * Math.min(first, this.sessions.length))];
    if (session === undefined) throw new RangeError('nobody is there');
    return session;
  }

  #anybody(): Session {
    return this.#oneOf(this.sessions.length);
  }

  /** Somebody goes, politely or not, and the next resource of the account takes the place. */
  #replace(place: number): void {
    const gone = this.sessions[place];
    // Those who talk most stay: one of them is looked at.
    if (gone === undefined || place < talkers) return;
    this.#feed({ type: this.#random() < 0.5 ? 'stream.ended' : 'stream.lost', stream: gone.stream });
    this.#arrive(place, gone.account);
  }

  #arrive(place: number, account: BareJid): void {
    this.#streams += 1;
    const stream = `s${this.#streams}`;
    const resource = `r${this.#streams}`;
    const entropy = stream.padEnd(32, '-');
    const session = { account, resource, stream, jid: `${account}/${resource}` };
    this.sessions[place] = session;
    this.#feed({ type: 'stream.opened', stream, channel });
    this.#feed({ type: 'stream.header', stream, header, entropy });
    this.say(session, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>");
    this.#feed({ type: 'sasl.succeeded', stream, account });
    this.#feed({ type: 'stream.header', stream, header, entropy });
    this.say(session, `<iq id='b' type='set'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`);
    // One in ten has sent no presence, and gets messages all the same (DESIGN D2).
    if (place % 10 !== 0) this.say(session, '<presence/>');
  }


  #feed(input: Input): void {
    this.#step(input);
    for (let next = this.#requests.shift(); next !== undefined; next = this.#requests.shift()) {
      this.#step({ type: 'store.replied', request: next.request, reply: this.#contents.perform(next.operation) });
    }
  }

  #step(input: Input): void {
    for (const effect of this.#core.step(input, this.#clock())) {
      if (effect.type === 'store') this.#requests.push(effect);
      else if (effect.type === 'report') throw effect.error;
      else if (effect.type === 'startTimer') this.#start(effect);
      else if (effect.type === 'cancelTimer') this.#cancel(effect.timer);
    }
  }

  #start({ timer, delayMs }: Extract<Effect, { type: 'startTimer' }>): void {
    this.#cancel(timer);
    this.#timers.set(timer, setTimeout(() => {
      this.#timers.delete(timer);
      this.#feed({ type: 'timer.fired', timer });
    }, delayMs).unref());
  }

  #cancel(timer: string): void {
    clearTimeout(this.#timers.get(timer));
    this.#timers.delete(timer);
  }
}
