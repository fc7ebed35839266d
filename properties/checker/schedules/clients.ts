/** The clients of one server in the hands of a schedule: what each says, and what it hears. Not here: whose turn it is
 *  (world.ts, ../federated/world.ts). @module */
import { parse } from 'ltx';
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { Channel, Input, StreamId } from '../../../src/core/input.ts';
import { bareOf, stanzaOf } from './programme.ts';
import type { Client, Deed } from './programme.ts';
import { heardIn } from './run.ts';
import type { Session } from './run.ts';
import type { Leaving } from './slow-store.ts';

const channel: Channel = { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] };

/** Deeds that are left out of a run. */
export type Erasure = (client: Client, deed: Deed) => boolean;

/** The server, as its clients see it. */
export interface Served {
  readonly domain: string;
  /** Takes one input, and does what it calls for. */
  step(input: Input): void;
  /** How many steps there have been. */
  steps(): number;
}

/** All clients of one server. */
export class Clients {
  readonly sessions: Session[] = [];
  readonly #server: Served;
  /** The session that a client has, by its device and full JID. */
  readonly #current = new Map<string, Session>();
  readonly #byStream = new Map<StreamId, Session>();

  constructor(server: Served) {
    this.#server = server;
  }

  /** Whether a deed has its moment: once the resource is bound; to connect, while there is no session. A client whose stream the server
   *  has closed does nothing more. */
  mayDo(client: Client, deed: Deed): boolean {
    const session = this.#current.get(nameOf(client));
    return deed.do === 'connect' ? session === undefined : session?.boundAt !== undefined;
  }

  /** Does it; where there is no session, nothing.
   *  @param id names a message or an iq, and no other of the programme */
  do(client: Client, deed: Deed, id: string): void {
    const session = this.#current.get(nameOf(client));
    if (deed.do === 'connect') {
      if (session === undefined) this.#connect(client);
    } else if (deed.do === 'together') {
      for (const [place, each] of deed.deeds.entries()) this.do(client, each, `${id}-${place}`);
    } else if (session !== undefined) this.say(session, deed, id);
  }

  #connect(client: Client): void {
    const { jid } = client;
    const stream = `s${this.sessions.length}`;
    const session: Session = { jid, stream, said: [], heard: [], boundAt: undefined, endedAt: undefined, wasCut: false };
    this.sessions.push(session);
    this.#current.set(nameOf(client), session);
    this.#byStream.set(stream, session);
    const header = { wellNamed: true, xmlns: 'jabber:client', to: this.#server.domain, version: '1.0' };
    const entropy = stream.padEnd(32, '-');
    this.#server.step({ type: 'stream.opened', stream, channel });
    this.#server.step({ type: 'stream.header', stream, header, entropy });
    this.#write(stream, '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN"/>');
    this.#server.step({ type: 'sasl.succeeded', stream, account: bareOf(jid) as BareJid });
    this.#server.step({ type: 'stream.header', stream, header, entropy });
    this.#write(stream, `<iq id="bind" type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>${jid.slice(bareOf(jid).length + 1)}</resource></bind></iq>`);
  }

  /** Says something over a session. */
  say(session: Session, deed: Deed, id: string): void {
    const at = this.#server.steps() + 1;
    session.said.push({ at, deed, id });
    if (deed.do === 'close' || deed.do === 'cut') {
      this.#leave(session);
      session.endedAt ??= at;
      session.wasCut = deed.do === 'cut';
      return this.#server.step({ type: deed.do === 'cut' ? 'stream.lost' : 'stream.ended', stream: session.stream });
    }
    if (deed.do === 'conceal') for (const query of [listOf(deed.of), '<active name="hidden"/>']) this.#write(session.stream, `<iq id="${id}" type="set"><query xmlns="jabber:iq:privacy">${query}</query></iq>`);
    const stanza = stanzaOf(deed, id);
    if (stanza !== undefined) this.#write(session.stream, stanza);
  }

  #write(stream: StreamId, xml: string): void {
    this.#server.step({ type: 'stream.element', stream, element: parse(xml) });
  }

  /** The sessions that their client has not ended yet. */
  *unended(): Generator<Session> {
    for (const session of this.sessions) if (!session.wasCut && session.said.at(-1)?.deed.do !== 'close') yield session;
  }

  /** Takes a first-level element that the server has sent; false when the stream is no client's. */
  hear(stream: StreamId, xml: string): boolean {
    const session = this.#byStream.get(stream);
    if (session === undefined) return false;
    const heard = heardIn(xml, this.#server.steps());
    if (session.boundAt !== undefined) session.heard.push(heard);
    else if (heard.id === 'bind' && heard.type === 'result') session.boundAt = this.#server.steps();
    return true;
  }

  /** Takes the server's closing tag; false when the stream is no client's. */
  hearClosed(stream: StreamId): boolean {
    const session = this.#byStream.get(stream);
    if (session === undefined) return false;
    session.heard.push({ at: this.#server.steps(), name: 'closed', from: '', to: '', type: undefined, id: '', isDelayed: false, xml: '' });
    session.endedAt ??= this.#server.steps();
    this.#leave(session);
    return true;
  }

  #leave(session: Session): void {
    for (const [name, current] of this.#current) if (current === session) this.#current.delete(name);
  }

  /** What is sent over a stream that lives leaves in the end; of one that has ended, that is not certain. */
  leavingOf(stream: StreamId): Leaving {
    const session = this.#byStream.get(stream);
    if (session === undefined || session.wasCut) return ['fail'];
    return session.endedAt === undefined ? ['sent'] : ['sent', 'fail'];
  }
}

/** A privacy list by which somebody hears nothing of one's presence (XEP-0016 §2.11). */
const listOf = (jid: string): string => `<list name="hidden"><item type="jid" value="${jid}" action="deny" order="1"><presence-out/></item></list>`;

const nameOf = ({ jid, device = '' }: Client): string => `${device} ${jid}`;
