/** The real core in the hands of a schedule: at each moment there are some moves, somebody chooses one, and
 *  the core takes a step. Nothing is asynchronous, so the same moves give the same run. Not here: who
 *  chooses (schedules.ts). @module */
import { parse } from 'ltx';
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { Channel, Input, StreamId } from '../../../src/core/input.ts';
import type { Fate } from '../../../src/core/kernel.ts';
import type { Core } from '../../../src/core/server.ts';
import { bareOf, lineOf, stanzaOf } from './programme.ts';
import type { Client, Deed, Programme } from './programme.ts';
import { heardIn } from './run.ts';
import type { Run, Session } from './run.ts';
import { SlowStore } from './slow-store.ts';
import type { Leaving, StoreMove } from './slow-store.ts';

const channel: Channel = { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] };
const header = { wellNamed: true, xmlns: 'jabber:client', to: 'localhost', version: '1.0' };

/** A turn: of a client, whose next deed it is, or of the store. */
export type Move = StoreMove | { readonly turn: 'client'; readonly client: number; readonly deed: number };

/** Deeds that are left out of a run. */
export type Erasure = (client: Client, deed: Deed) => boolean;

/** One run under way. */
export class World {
  readonly #core: Core;
  readonly #programme: Programme;
  readonly #isErased: Erasure;
  readonly #store: SlowStore;
  readonly #next: number[];
  readonly #sessions: Session[] = [];
  /** The session that a client has, by its device and full JID. */
  readonly #current = new Map<string, Session>();
  readonly #byStream = new Map<StreamId, Session>();
  readonly #fates: (Fate & { at: number })[] = [];
  readonly #restedAt: number[] = [];
  readonly #reports: string[] = [];
  #steps = 0;
  #ids = 0;

  /** Begins with what has happened before. */
  constructor(programme: Programme, core: Core, isErased: Erasure = () => false) {
    this.#core = core;
    this.#programme = programme;
    this.#isErased = isErased;
    this.#next = programme.clients.map(() => 0);
    const accounts = new Set([...programme.before, ...programme.clients].map(({ jid }) => bareOf(jid)));
    this.#store = new SlowStore(accounts, programme.mayFail, (stream) => leavingOf(this.#byStream.get(stream)));
    core.observe({ onFate: (fate) => this.#fates.push({ ...fate, at: this.#steps }) });
    for (const client of programme.before) {
      for (const deed of client.does) {
        this.#do(client, deed, `before-${(this.#ids += 1)}`);
        this.#settle();
      }
    }
  }

  /** What may happen next, in a fixed order: a client's next deed once its resource is bound, and the
   *  store's turns. A client whose stream the server has closed does nothing more. */
  moves(): Move[] {
    const moves: Move[] = this.#store.moves();
    this.#programme.clients.forEach((client, index) => {
      const deed = client.does[this.#next[index] ?? 0];
      if (deed !== undefined && this.#mayDo(client, deed)) moves.push({ turn: 'client', client: index, deed: this.#next[index] ?? 0 });
    });
    return moves;
  }

  #mayDo(client: Client, deed: Deed): boolean {
    const session = this.#current.get(nameOf(client));
    return deed.do === 'connect' ? session === undefined : session?.boundAt !== undefined;
  }

  /** Makes a move; one that means nothing at this moment is left out. */
  make(move: Move): void {
    if (move.turn !== 'client') {
      const input = this.#store.make(move);
      if (input !== undefined) this.#step(input);
      return;
    }
    const client = this.#programme.clients[move.client];
    const deed = client?.does[move.deed];
    if (client === undefined || deed === undefined) return;
    this.#next[move.client] = move.deed + 1;
    this.#do(client, deed, `${move.client}-${move.deed}`);
  }

  /** A move as a person reads it. */
  lineOf(move: Move): string {
    if (move.turn === 'client') {
      const client = this.#programme.clients[move.client];
      const deed = client?.does[move.deed];
      return client === undefined || deed === undefined ? '' : lineOf(client, deed);
    }
    if (move.turn === 'sent') return `what was sent has left the process: ${move.request}`;
    return move.turn === 'fail' ? `the store fails: ${move.request}` : `the store answers: ${move.request}`;
  }

  /** Comes to an end: the store answers everything, and the sessions close one after the other. */
  finish(): Run {
    this.#settle();
    for (const session of this.#sessions) {
      if (session.wasCut || session.said.at(-1)?.deed.do === 'close') continue;
      this.#say(session, { do: 'close' }, '');
      this.#settle();
    }
    const accounts = new Set(this.#sessions.map(({ jid }) => bareOf(jid)));
    for (const { jid } of this.#programme.clients) accounts.add(bareOf(jid));
    const kept = new Map([...accounts].map((account) => [account, this.#store.keptFor(account).map((xml) => heardIn(xml, 0).id)]));
    return {
      sessions: this.#sessions, fates: this.#fates, restedAt: this.#restedAt, kept, failures: this.#store.failures,
      reports: this.#reports, census: this.#core.census(), steps: this.#steps,
    };
  }

  #do(client: Client, deed: Deed, id: string): void {
    if (this.#isErased(client, deed)) return;
    const session = this.#current.get(nameOf(client));
    if (deed.do === 'connect') {
      if (session === undefined) this.#connect(client);
    } else if (session !== undefined) this.#say(session, deed, id);
  }

  #connect(client: Client): void {
    const { jid } = client;
    const stream = `s${this.#sessions.length}`;
    const session: Session = { jid, stream, said: [], heard: [], boundAt: undefined, endedAt: undefined, wasCut: false };
    this.#sessions.push(session);
    this.#current.set(nameOf(client), session);
    this.#byStream.set(stream, session);
    const entropy = stream.padEnd(32, '-');
    this.#step({ type: 'stream.opened', stream, channel });
    this.#step({ type: 'stream.header', stream, header, entropy });
    this.#read(stream, '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN"/>');
    this.#step({ type: 'sasl.succeeded', stream, account: bareOf(jid) as BareJid });
    this.#step({ type: 'stream.header', stream, header, entropy });
    this.#read(stream, `<iq id="bind" type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>${jid.slice(bareOf(jid).length + 1)}</resource></bind></iq>`);
  }

  #say(session: Session, deed: Deed, id: string): void {
    session.said.push({ at: this.#steps + 1, deed, id });
    if (deed.do === 'close' || deed.do === 'cut') {
      this.#leave(session);
      session.endedAt ??= this.#steps + 1;
      session.wasCut = deed.do === 'cut';
      return this.#step({ type: deed.do === 'cut' ? 'stream.lost' : 'stream.ended', stream: session.stream });
    }
    const stanza = stanzaOf(deed, id);
    if (stanza !== undefined) this.#read(session.stream, stanza);
  }

  #read(stream: StreamId, xml: string): void {
    this.#step({ type: 'stream.element', stream, element: parse(xml) });
  }

  #settle(): void {
    for (let [move] = this.#store.moves(); move !== undefined; [move] = this.#store.moves()) {
      const input = this.#store.make(move);
      if (input !== undefined) this.#step(input);
    }
    this.#restedAt.push(this.#steps);
  }

  #leave(session: Session): void {
    for (const [name, current] of this.#current) if (current === session) this.#current.delete(name);
  }

  #step(input: Input): void {
    this.#steps += 1;
    for (const effect of this.#core.step(input, this.#steps)) {
      if (effect.type === 'store') this.#store.ask(effect);
      else if (effect.type === 'report') this.#reports.push(String(effect.error));
      else if (effect.type === 'close') this.#hearClosed(effect.stream);
      else if (effect.type === 'send') this.#hear(effect.stream, effect.xml);
    }
  }

  #hear(stream: StreamId, xml: string): void {
    const session = this.#byStream.get(stream);
    if (session === undefined) return;
    const heard = heardIn(xml, this.#steps);
    if (session.boundAt !== undefined) session.heard.push(heard);
    else if (heard.id === 'bind' && heard.type === 'result') session.boundAt = this.#steps;
  }

  #hearClosed(stream: StreamId): void {
    const session = this.#byStream.get(stream);
    if (session === undefined) return;
    session.heard.push({ at: this.#steps, name: 'closed', from: '', to: '', type: undefined, id: '', isDelayed: false, xml: '' });
    session.endedAt ??= this.#steps;
    this.#leave(session);
  }
}

const nameOf = ({ jid, device = '' }: Client): string => `${device} ${jid}`;

/** What is sent over a stream that lives leaves in the end; of one that has ended, that is not certain. */
function leavingOf(session: Session | undefined): Leaving {
  if (session === undefined || session.wasCut) return ['fail'];
  return session.endedAt === undefined ? ['sent'] : ['sent', 'fail'];
}
