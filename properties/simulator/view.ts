/** What a client makes of what it hears: the roster, and who is available. Spec: RFC 6121 §2.1.6, §2.6,
 *  §4. Not here: how it hears it (session.ts). @module */
import type { Element } from 'ltx';
import { NS } from '../../src/core/namespaces.ts';

/** A room as an occupant knows it. */
export interface RoomView {
  /** The own nick, once it is let in. */
  nick: string | undefined;
  /** Who is there by the nick, the client itself included. */
  readonly occupants: Set<string>;
}

/** A client's view; the roster may outlive a session (RFC 6121 §2.6.2), presence never does. */
export class View {
  /** The items by their address, in a form that can be compared. */
  roster = new Map<string, string>();
  /** The version of that roster; undefined when the client has none. */
  version: string | undefined;
  /** Told at the client's own full JID. */
  readonly #direct = new Set<string>();
  /** Told at its bare JID: what comes there comes only while the client is available (RFC 6121 §8.5.2.1.2). */
  readonly #shared = new Set<string>();

  /** Whom the client believes to be available, itself left out. */
  believed(self: string): ReadonlySet<string> {
    const all = new Set([...this.#direct, ...this.#shared]);
    all.delete(self);
    return all;
  }

  #isAvailable = false;
  /** By bare JID, the rooms that the client knows of. */
  readonly rooms = new Map<string, RoomView>();

  /** The presence of an occupant (XEP-0045 §7.2, §7.6, §7.14).
   *  @returns the room, when it is new and waits for its configuration */
  receiveRoom(presence: Element): string | undefined {
    const { from = '', type } = presence.attrs;
    const [room = '', nick = ''] = from.split('/');
    const codes = codesOf(presence);
    const known = this.rooms.get(room) ?? { nick: undefined, occupants: new Set<string>() };
    this.rooms.set(room, known);
    if (type === 'unavailable') {
      known.occupants.delete(nick);
      if (codes.includes('110') && !codes.includes('303')) this.rooms.delete(room);
    } else if (type === undefined) {
      known.occupants.add(nick);
      if (codes.includes('110')) known.nick = nick;
    } else if (known.nick === undefined) this.rooms.delete(room);
    return codes.includes('201') ? room : undefined;
  }

  /** The client is about to be told of a room anew. */
  forgetRoom(room: string): void {
    this.rooms.get(room)?.occupants.clear();
  }

  /** The client has no stream any more. */
  forget(isVersioned: boolean): void {
    this.#isAvailable = false;
    this.#direct.clear();
    this.#shared.clear();
    this.rooms.clear();
    if (isVersioned) return;
    this.roster = new Map();
    this.version = undefined;
  }

  /** Nobody says that a resource on another server has gone, or that a room has been left, when what that server has said of
   *  it was lost. */
  doubt(): void {
    this.rooms.clear();
    this.#direct.clear();
  }

  /** The answer to a request for the roster; an empty one says that the version at hand is right. */
  receiveRoster(iq: Element): void {
    const query = iq.getChild('query');
    if (query === undefined) return;
    this.roster = new Map(query.getChildren('item').map((item) => [item.attrs.jid ?? '', itemText(item)]));
    this.version = query.attrs.ver;
  }

  /** A roster push (RFC 6121 §2.1.6). */
  receivePush(iq: Element): void {
    const query = iq.getChild('query');
    const item = query?.getChild('item');
    if (query === undefined || item === undefined) return;
    const jid = item.attrs.jid ?? '';
    if (item.attrs.subscription === 'remove') this.roster.delete(jid);
    else this.roster.set(jid, itemText(item));
    if (query.attrs.ver !== undefined) this.version = query.attrs.ver;
  }

  receivePresence(presence: Element, self: string): void {
    const { from = '', to = '', type } = presence.attrs;
    // Whoever becomes available is told anew of everyone; what it has asked for before is old.
    if (from === self && type === undefined && !this.#isAvailable) this.#shared.clear();
    if (from === self) this.#isAvailable = type === undefined;
    if (type === undefined) (to === self ? this.#direct : this.#shared).add(from);
    if (type !== 'unavailable') return;
    this.#direct.delete(from);
    this.#shared.delete(from);
    if (from === self) this.#shared.clear();
  }
}

/** Whether a presence is that of an occupant; rooms have domains of their own. */
export const isOfRoom = ({ attrs: { from = '' } }: Element): boolean => /^[^/]*@rooms\./.test(from);

/** The status codes of a presence of a room (XEP-0045 §15.6). */
export function codesOf(presence: Element): readonly string[] {
  return presence.getChildren('x').filter((x) => x.attrs.xmlns === NS.mucUser).flatMap((x) => x.getChildren('status').map(({ attrs: { code = '' } }) => code));
}

/** An item without the order of its attributes and groups. */
export function itemText(item: Element): string {
  const { jid, name = '', subscription, ask = '', approved = '' } = item.attrs;
  const groups = item.getChildren('group').map((group) => group.getText()).sort();
  return [jid, name, subscription, ask, approved, ...groups].join(' | ');
}
