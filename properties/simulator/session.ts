/** A client's end of one connection: it negotiates, answers what a client must answer, and takes in what
 *  it hears. Spec: RFC 6120 §4-§8. Not here: what the client does by itself (deeds.ts), what becomes of
 *  it when the session is over (client.ts). @module */
import type { Element } from 'ltx';
import { NS } from '../../src/core/namespaces.ts';
import { StreamReader } from '../../src/core/xml/reader.ts';
import { READER_LIMITS } from './connection.ts';
import type { Line } from './line.ts';
import type { Reader } from './pipe.ts';
import { isOfRoom } from './view.ts';
import type { View } from './view.ts';

/** Whose session it is, and who is told of it. */
export interface SessionParts {
  readonly localpart: string;
  readonly domain: string;
  readonly resourcepart: string;
  readonly view: View;
  /** Whether the requests of others stay unanswered. */
  readonly isSilent: boolean;
  readonly onOnline: () => void;
  /** Told once. `isRefused`: no resource was to be had. */
  readonly onOver: (isRefused: boolean) => void;
}

/** One connection, from its beginning to its end. */
export class Session implements Reader {
  readonly #parts: SessionParts;
  readonly #reader = new StreamReader(READER_LIMITS);
  #line: Line | undefined;
  #phase: 'negotiating' | 'online' | 'closing' | 'over' = 'negotiating';
  #isRefused = false;
  /** What the client has last said of itself: a priority, or undefined when it is not available. */
  priority: number | undefined;
  /** It has asked for the roster, and was not refused. */
  isInterested = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  get line(): Line | undefined {
    return this.#line;
  }

  get isOnline(): boolean {
    return this.#phase === 'online';
  }

  get jid(): string {
    return `${this.#parts.localpart}@${this.#parts.domain}/${this.#parts.resourcepart}`;
  }

  begin(line: Line): void {
    this.#line = line;
    this.#open();
  }

  write(xml: string): void {
    this.#line?.up.write(xml);
  }

  get resourcepart(): string {
    return this.#parts.resourcepart;
  }

  /** The nick under which a room has let this client in; undefined while it is not there. */
  nickIn(room: string): string | undefined {
    return this.#parts.view.rooms.get(room)?.nick;
  }

  /** Enters a room, or says again that it is there. Nicks are never those of others. */
  enter(room: string, number: number, nick = `${this.#parts.localpart}-${this.#parts.resourcepart}`): void {
    this.write(`<presence to="${room}/${nick}" id="directed-${number}"><x xmlns="${NS.muc}"><history maxstanzas="0"/></x></presence>`);
  }

  requestRoster(isVersioned: boolean): void {
    this.isInterested = true;
    const version = isVersioned ? ` ver="${this.#parts.view.version ?? ''}"` : '';
    this.write(`<iq type="get" id="roster"><query xmlns="${NS.roster}"${version}/></iq>`);
  }

  /** Says goodbye in order. */
  close(): void {
    if (this.#phase === 'closing' || this.#phase === 'over') return;
    this.#phase = 'closing';
    this.write('</stream:stream>');
  }

  /** Leaves without a word; the server finds out when it does. */
  abandon(): void {
    this.#line?.cut();
    this.#end();
  }

  read(bytes: Uint8Array): void {
    if (this.#phase === 'over') return;
    for (const event of this.#reader.push(bytes)) {
      if (event.type === 'element') this.#hear(event.element);
      else if (event.type === 'end') {
        this.close();
        this.#line?.up.end();
      } else if (event.type === 'error') throw new Error(`the server sends what is no stream: ${event.condition}`);
    }
  }

  ended(): void {
    this.#line?.up.end();
    this.#end();
  }

  lost(): void {
    this.#end();
  }

  #end(): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#parts.onOver(this.#isRefused);
  }

  #open(): void {
    this.write(`<?xml version='1.0'?><stream:stream to='${this.#parts.domain}' version='1.0' xmlns='${NS.client}' xmlns:stream='${NS.streams}'>`);
  }

  #hear(element: Element): void {
    switch (element.name) {
      case 'features': return this.#negotiate(element);
      case 'success':
        this.#reader.restart();
        return this.#open();
      case 'failure': return this.close();
      case 'iq': return this.#hearIq(element);
      case 'presence':
        // An error of nobody's is the server's answer to what was broadcast.
        if (element.attrs.type === 'error' && element.attrs.from === undefined) this.priority = undefined;
        if (isOfRoom(element)) return this.#hearRoom(element);
        return this.#parts.view.receivePresence(element, this.jid);
      default:
    }
  }

  /** Who has made a room takes it as it is (XEP-0045 §10.1.2). */
  #hearRoom(presence: Element): void {
    const room = this.#parts.view.receiveRoom(presence);
    if (room !== undefined) this.write(`<iq type="set" id="instant" to="${room}"><query xmlns="${NS.mucOwner}"><x xmlns="jabber:x:data" type="submit"/></query></iq>`);
  }

  #negotiate(features: Element): void {
    const { localpart, resourcepart } = this.#parts;
    if (features.getChild('mechanisms') !== undefined) this.write(`<auth xmlns="${NS.sasl}" mechanism="PLAIN">${btoa(`\0${localpart}\0secret`)}</auth>`);
    else this.write(`<iq type="set" id="bind"><bind xmlns="${NS.bind}"><resource>${resourcepart}</resource></bind></iq>`);
  }

  #hearIq(iq: Element): void {
    const { type, id = '', from } = iq.attrs;
    if (id === 'bind') return this.#bound(type === 'result');
    if (type === 'result' && id === 'roster') return this.#parts.view.receiveRoster(iq);
    if (type === 'error' && id === 'roster') this.isInterested = false;
    if (type !== 'get' && type !== 'set') return;
    if (iq.getChild('query', NS.roster) !== undefined) this.#parts.view.receivePush(iq);
    if (!this.#parts.isSilent) this.write(`<iq type="result" id="${id}"${from === undefined ? '' : ` to="${from}"`}/>`);
  }

  #bound(isBound: boolean): void {
    this.#isRefused = !isBound;
    if (!isBound) return this.close();
    if (this.#phase !== 'negotiating') return;
    this.#phase = 'online';
    this.#parts.onOnline();
  }
}
