/** A programme: what each of a few clients does, one thing after the other, and what has happened before.
 *  In what order the clients and the store get their turns is not part of it: every order is tried. Not
 *  here: the orders (schedules.ts), the programmes themselves (programmes.ts). @module */
import type { StoreOperation } from '../../../src/core/store.ts';

/** One thing that a client does. */
export type Deed =
  /** Opens a stream, authenticates, and asks for its resource. */
  | { readonly do: 'connect' }
  | { readonly do: 'close' }
  /** Its transport dies. */
  | { readonly do: 'cut' }
  | { readonly do: 'available'; readonly priority: number }
  | { readonly do: 'unavailable' }
  | { readonly do: 'directed'; readonly to: string; readonly isAvailable: boolean }
  | { readonly do: 'subscription'; readonly to: string; readonly type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed' }
  | { readonly do: 'message'; readonly to: string; readonly type: 'chat' | 'normal' | 'headline' | 'groupchat' }
  | { readonly do: 'probe'; readonly to: string }
  /** Asks for its roster, and is interested in it from then on (RFC 6121 §2.2). */
  | { readonly do: 'roster' }
  /** Asks an entity, or its own server, whether it is there (XEP-0199). */
  | { readonly do: 'ping'; readonly to?: string }
  /** Enters a room, by its occupant JID (XEP-0045 §7.2). */
  | { readonly do: 'join'; readonly occupant: string }
  /** Leaves it again (XEP-0045 §7.14). */
  | { readonly do: 'leave'; readonly occupant: string }
  /** Lets others into a room that it has made, as it is (XEP-0045 §10.1.2). */
  | { readonly do: 'unlock'; readonly room: string }
  /** Blocks somebody, or lets him through again (XEP-0191). */
  | { readonly do: 'block' | 'unblock'; readonly of: string }
  /** Makes a privacy list by which somebody hears nothing of one's presence, and makes it active (XEP-0016 §2.11). */
  | { readonly do: 'conceal'; readonly of: string }
  /** Several deeds in one write: nothing comes between them. */
  | { readonly do: 'together'; readonly deeds: readonly Deed[] };

/** A client, by the full JID that it binds, and what it does in this order. */
export interface Client {
  readonly jid: string;
  /** Tells it from another client that binds the same full JID. */
  readonly device?: string;
  readonly does: readonly Deed[];
}

/** A small concurrent programme. */
export interface Programme {
  readonly name: string;
  /** What races with what, in a sentence. */
  readonly about: string;
  /** In words, printed beside every tick. */
  readonly bounds: string;
  /** With the tests, or only in full. */
  readonly run: 'test' | 'full';
  /** Done first and in this order, while the store answers at once. */
  readonly before: readonly Client[];
  /** What is done in every order. */
  readonly clients: readonly Client[];
  /** One request of this kind may fail. */
  readonly mayFail?: StoreOperation;
  /** T1.b: the account whose presence is left out of a second run. */
  readonly erased?: string;
  /** T5: who must not see, whether this account is there at all. */
  readonly stranger?: { readonly jid: string; readonly of: string };
  /** Schedules and steps of the core, once they have been counted: a difference is a change of the core. */
  readonly pinned: readonly [schedules: number, steps: number];
}

/** Opens a stream and binds. */
export const connect: Deed = { do: 'connect' };
/** Ends the stream in order. */
export const close: Deed = { do: 'close' };
/** The transport dies. */
export const cut: Deed = { do: 'cut' };
/** Unavailable presence to all. */
export const unavailable: Deed = { do: 'unavailable' };
/** Asks for the roster. */
export const roster: Deed = { do: 'roster' };
/** Available presence to all. */
export const available = (priority = 0): Deed => ({ do: 'available', priority });
/** Presence to one entity. */
export const directed = (to: string, isAvailable = true): Deed => ({ do: 'directed', to, isAvailable });
/** A message of type `chat`. */
export const chat = (to: string): Deed => ({ do: 'message', to, type: 'chat' });
/** A message of type `normal`. */
export const normal = (to: string): Deed => ({ do: 'message', to, type: 'normal' });
/** A message of type `headline`. */
export const headline = (to: string): Deed => ({ do: 'message', to, type: 'headline' });
/** A presence probe. */
export const probe = (to: string): Deed => ({ do: 'probe', to });
/** A request; without `to`, to the server. */
export const ping = (to?: string): Deed => ({ do: 'ping', ...(to === undefined ? {} : { to }) });
/** A subscription stanza. */
export const subscription = (type: Extract<Deed, { do: 'subscription' }>['type'], to: string): Deed => ({ do: 'subscription', to, type });

/** Enters a room. */
export const join = (occupant: string): Deed => ({ do: 'join', occupant });
/** Leaves a room. */
export const leave = (occupant: string): Deed => ({ do: 'leave', occupant });
/** Lets others into a room. */
export const unlock = (room: string): Deed => ({ do: 'unlock', room });
/** Blocks somebody. */
export const block = (of: string): Deed => ({ do: 'block', of });
/** Lets somebody through again. */
export const unblock = (of: string): Deed => ({ do: 'unblock', of });
/** Hides one's presence from somebody. */
export const conceal = (of: string): Deed => ({ do: 'conceal', of });
/** Several deeds in one write. */
export const together = (...deeds: Deed[]): Deed => ({ do: 'together', deeds });

/** The bare JID of a JID. */
export const bareOf = (jid: string): string => jid.split('/')[0] ?? jid;

/** What a client sends for a deed; undefined for one that is no stanza.
 *  @param id names a message or an iq, and no other of the programme */
export function stanzaOf(deed: Deed, id: string): string | undefined {
  switch (deed.do) {
    case 'available': return `<presence><priority>${deed.priority}</priority></presence>`;
    case 'unavailable': return '<presence type="unavailable"/>';
    case 'directed': return `<presence to="${deed.to}"${deed.isAvailable ? '' : ' type="unavailable"'}/>`;
    case 'subscription': return `<presence to="${deed.to}" type="${deed.type}"/>`;
    case 'probe': return `<presence to="${deed.to}" type="probe"/>`;
    case 'message': return `<message to="${deed.to}" type="${deed.type}" id="${id}"><body>x</body></message>`;
    case 'roster': return `<iq id="${id}" type="get"><query xmlns="jabber:iq:roster"/></iq>`;
    case 'ping': return `<iq id="${id}" type="get"${deed.to === undefined ? '' : ` to="${deed.to}"`}><ping xmlns="urn:xmpp:ping"/></iq>`;
    case 'join': return `<presence id="${id}" to="${deed.occupant}"><x xmlns="http://jabber.org/protocol/muc"/></presence>`;
    case 'unlock': return `<iq id="${id}" to="${deed.room}" type="set"><query xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data" type="submit"/></query></iq>`;
    case 'block':
    case 'unblock': return `<iq id="${id}" type="set"><${deed.do} xmlns="urn:xmpp:blocking"><item jid="${deed.of}"/></${deed.do}></iq>`;
    case 'leave': return `<presence id="${id}" to="${deed.occupant}" type="unavailable"/>`;
    default: return undefined;
  }
}

/** A deed as a person reads it. */
export function lineOf(client: Client, deed: Deed): string {
  const { jid, device } = client;
  const who = device === undefined ? jid : `${jid} (${device})`;
  switch (deed.do) {
    case 'available': return `${who}: available, priority ${deed.priority}`;
    case 'directed': return `${who}: ${deed.isAvailable ? 'available' : 'unavailable'} to ${deed.to}`;
    case 'subscription': return `${who}: ${deed.type} to ${deed.to}`;
    case 'message': return `${who}: ${deed.type} message to ${deed.to}`;
    case 'probe': return `${who}: probes ${deed.to}`;
    case 'ping': return `${who}: pings ${deed.to ?? 'the server'}`;
    case 'join': return `${who}: joins ${deed.occupant}`;
    case 'unlock': return `${who}: lets others into ${deed.room}`;
    case 'block':
    case 'unblock': return `${who}: ${deed.do}s ${deed.of}`;
    case 'conceal': return `${who}: hides its presence from ${deed.of} by a privacy list`;
    case 'leave': return `${who}: leaves ${deed.occupant}`;
    case 'together': return `${deed.deeds.map((each) => lineOf(client, each)).join('; ')}, in one write`;
    default: return `${who}: ${deed.do}`;
  }
}
