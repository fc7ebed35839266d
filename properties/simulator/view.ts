/** What a client makes of what it hears: the roster, and who is available. Spec: RFC 6121 §2.1.6, §2.6,
 *  §4. Not here: how it hears it (session.ts). @module */
import type { Element } from 'ltx';

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

  /** The client has no stream any more. */
  forget(isVersioned: boolean): void {
    this.#isAvailable = false;
    this.#direct.clear();
    this.#shared.clear();
    if (isVersioned) return;
    this.roster = new Map();
    this.version = undefined;
  }

  /** Nobody says that a resource on another server has gone when what that server has said of it was lost. */
  doubt(): void {
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

/** An item without the order of its attributes and groups. */
export function itemText(item: Element): string {
  const { jid, name = '', subscription, ask = '', approved = '' } = item.attrs;
  const groups = item.getChildren('group').map((group) => group.getText()).sort();
  return [jid, name, subscription, ask, approved, ...groups].join(' | ');
}
