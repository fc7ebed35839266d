/** A room and who is in it, as data; what goes out is data too. Operations take a room and a stanza, change the room
 *  and answer with what is to be sent. Spec: XEP-0045. Not here: what is kept of a room (record.ts), who delivers
 *  (service.ts). @module */
import type { Element } from 'ltx';
import type { AnyStateMachine, EventFrom, SnapshotFrom } from 'xstate';
import type { occupantMachine } from '../../../machines/occupant.ts';
import { stepRoom } from '../../../machines/room.ts';
import type { Step, Stepper } from '../../../machines/step.ts';
import type { Affiliation, BareJid, FullJid, Role } from '../../../machines/vocabulary.ts';
import type { RoomLimits } from '../config.ts';
import type { Jid } from '../jid.ts';
import { parseJid } from '../jid.ts';
import type { SubjectRecord } from '../store.ts';
import { defaultConfiguration } from './configuration.ts';
import type { Configuration } from './configuration.ts';
import { History } from './history.ts';
import { keyOf } from './identifiers.ts';
import { Recent } from './recent.ts';

/** Something to be sent: one stanza, to one or to many. */
export interface Sent {
  /** It has no `to`. */
  readonly stanza: Element;
  readonly to: readonly Jid[];
  /** What says that a request has been carried out, and waits until that is durable. */
  readonly isResult?: boolean;
}

/** A stanza as it came. */
export interface Received {
  readonly stanza: Element;
  readonly from: Jid;
  readonly to: Jid;
  /** The time, in milliseconds since the epoch. */
  readonly at: number;
}

/** One connected resource of an occupant (XEP-0045 §7.2.8). */
export interface Session {
  readonly jid: Jid;
  /** What its presence says, without what the room says of it. */
  content: readonly Element[];
}

/** Somebody in the room, under one nick. */
export interface Occupant {
  nick: string;
  readonly user: BareJid;
  /** The occupant identifier (XEP-0421). */
  readonly id: string;
  state: SnapshotFrom<typeof occupantMachine>;
  /** By address; the last one is the one whose presence is shown. */
  readonly sessions: Map<string, Session>;
  /** Whether the others have been told of it: its role may be one of which they are not (`presencebroadcast`). */
  isShown: boolean;
  /** Its requests to other occupants that are not answered yet. */
  readonly requests: Recent<Asked>;
}

/** A request that was passed on to an occupant: who waits for the answer, and whom it has asked. */
export interface Asked {
  readonly asker: Jid;
  readonly asked: FullJid;
}

/** What lasts between a user and the room. */
export interface Affiliated {
  readonly affiliation: Affiliation;
  /** The registered nick (XEP-0045 §7.10). */
  readonly nick?: string;
  readonly reason?: string;
}

/** What a room needs of where it is. */
export interface Surroundings {
  readonly limits: RoomLimits;
  /** What the identifiers of occupants are made from. */
  readonly secret: string;
  /** Advances a machine, in sight of whoever watches. */
  transit<M extends AnyStateMachine>(machine: string, of: string, step: Stepper<M>, state: SnapshotFrom<M>, event: EventFrom<M>): Step<M>;
}

/** A room. Its maps are bounded by the limits of its surroundings. */
export class Room {
  readonly jid: Jid;
  readonly creator: BareJid;
  readonly surroundings: Surroundings;
  readonly key: Uint8Array;
  state = stepRoom.initial;
  configuration: Configuration;
  readonly affiliations = new Map<BareJid, Affiliated>();
  /** Who has registered a nick, by its comparable form. */
  readonly registered = new Map<string, BareJid>();
  subject: SubjectRecord | undefined;
  /** By the comparable form of the nick (RFC 8266 §2.4). */
  readonly occupants = new Map<string, Occupant>();
  /** Who is in the room with which session, by address. */
  readonly sessions = new Map<string, Occupant>();
  readonly history: History;
  /** Private messages that were passed on: whose errors are no reason to remove anybody. */
  readonly privates: Recent<true>;
  /** Who has invited whom (XEP-0045 §7.8.2). */
  readonly invitations: Recent<Jid>;
  /** Whose an invitation was, should it come back. */
  readonly underWay: Recent<Jid>;
  /** What the store has yet to be told. */
  unkept: 'write' | 'remove' | undefined;
  /** How many stanzas have got an identifier (XEP-0359). */
  identified = 0;

  constructor(jid: Jid, creator: BareJid, surroundings: Surroundings) {
    const { limits, secret } = surroundings;
    this.jid = jid;
    this.creator = creator;
    this.surroundings = surroundings;
    this.key = keyOf(secret, jid.bare);
    this.configuration = defaultConfiguration(limits.occupants, limits.history);
    this.history = new History(limits.history, limits.historyCharacters);
    this.privates = new Recent(limits.pending);
    this.invitations = new Recent(limits.pending);
    this.underWay = new Recent(limits.pending);
  }

  get isLocked(): boolean {
    return this.state.value === 'locked';
  }

  get isDestroyed(): boolean {
    return this.state.value === 'destroyed';
  }
}

/** An address as a key. */
export const addressOf = (jid: Jid): string => jid.full ?? jid.bare;

/** The role of an occupant (XEP-0045 §5.1). */
export function roleOf({ state }: Occupant): Role {
  return typeof state.value === 'string' ? state.value : state.value.present;
}

/** The affiliation of a user, or of everybody of its domain (XEP-0045 §9.2). */
export function affiliationOf(room: Room, user: BareJid): Affiliation {
  const own = room.affiliations.get(user);
  if (own !== undefined) return own.affiliation;
  const domain = user.slice(user.indexOf('@') + 1) as BareJid;
  return room.affiliations.get(domain)?.affiliation ?? 'none';
}

/** The occupant that a session belongs to; undefined for who is not in the room. */
export function occupantAt(room: Room, from: Jid): Occupant | undefined {
  return room.sessions.get(addressOf(from));
}

/** The session whose presence is shown. */
export function shownOf({ sessions }: Occupant): Session | undefined {
  return [...sessions.values()].at(-1);
}

/** The addresses of everybody in the room. */
export function everybody(room: Room): readonly Jid[] {
  return addressesOf(room.occupants.values());
}

/** The addresses of occupants, with all their sessions. */
export function addressesOf(occupants: Iterable<Occupant>): readonly Jid[] {
  const jids: Jid[] = [];
  for (const { sessions } of occupants) for (const { jid } of sessions.values()) jids.push(jid);
  return jids;
}

/** `room@service/nick`. */
export function occupantJid(room: Room, nick: string): FullJid {
  return `${room.jid.bare}/${nick}` as FullJid;
}

/** Who has something of the room in every session: a role, by any of them. */
export function sessionsOf(room: Room, user: BareJid): readonly Occupant[] {
  return [...room.occupants.values()].filter((occupant) => occupant.user === user);
}

/** A bare JID as an address. */
export function jidOf(bare: BareJid): readonly Jid[] {
  const jid = parseJid(bare);
  return jid === undefined ? [] : [jid];
}
