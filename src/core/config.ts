/** What the core is told about itself. Not here: addresses, certificates, limits of the sockets
 *  (runtime), the configuration file (cli). @module */

/** The delays that the machines name. */
export interface Delays {
  /** From the transport's opening to resource binding (RFC 6120 §13.12). */
  readonly unauthenticatedTimeout: number;
  /** From the server's closing tag to the end of the connection (RFC 6120 §4.4). */
  readonly closeTimeout: number;
  /** How long a route waits for the answers that are owed to it (DESIGN D5). */
  readonly drainTimeout: number;
  /** How long a lost session can be resumed (XEP-0198 §5). */
  readonly resumptionTimeout: number;
  /** How long a client may take to answer the server (RFC 6120 §8.2.3). */
  readonly requestTimeout: number;
  /** How long a stanza waits at most for a link to another server (RFC 6120 §8.3.3.17). */
  readonly linkTimeout: number;
  /** How long a link to another server stays up with nothing to carry. */
  readonly idleTimeout: number;
}

/** How this server deals with others (RFC 6120 §2.4). */
export interface FederationConfig {
  /** Only these domains, where given. A domain stands for its subdomains too. */
  readonly allow?: readonly string[];
  /** Not these domains, and not their subdomains. */
  readonly deny: readonly string[];
  /** No stanza goes over a link without TLS, in either direction (RFC 6120 §13.8, §5.1). */
  readonly tlsRequired: boolean;
  /** Whether a domain may prove itself by dialback (XEP-0220) where its certificate does not (XEP-0178). */
  readonly dialback: boolean;
  /** Stanzas that may wait for one link; one more bounces. */
  readonly queueLimit: number;
  /** Links to other servers at a time; a stanza for one more bounces. */
  readonly linkLimit: number;
}

/** The rooms that this server hosts (XEP-0045). */
export interface RoomsConfig {
  /** The domainpart of the rooms, prepared and enforced; another than the accounts'. */
  readonly domain: string;
  /** Those that are not given are those of {@link defaultRoomLimits}. */
  readonly limits?: Partial<RoomLimits>;
}

/** What the rooms may grow to; what is too much is refused, with `resource-constraint` where XEP-0045 names no other
 *  error. */
export interface RoomLimits {
  /** Rooms of the service, those that are only stored among them. */
  readonly rooms: number;
  /** Rooms of one creator. */
  readonly roomsOfCreator: number;
  /** Occupants of one room; its owners may ask for fewer (XEP-0045 §7.2.9). */
  readonly occupants: number;
  /** Places beyond that for those who administer the room. */
  readonly reservedPlaces: number;
  /** Sessions of one user in one room, under whatever nicks. */
  readonly sessions: number;
  /** Messages of one room's history, and the characters of all of them. */
  readonly history: number;
  readonly historyCharacters: number;
  /** Affiliations of one room. */
  readonly affiliations: number;
  /** Items of one administrative request; items of one page of a list of rooms. */
  readonly items: number;
  /** Fields of a form that is submitted, and characters of one of its values. */
  readonly fields: number;
  readonly fieldCharacters: number;
  readonly nickCharacters: number;
  readonly subjectCharacters: number;
  /** Characters of an occupant's presence, as it is written. */
  readonly presenceCharacters: number;
  /** Requests between occupants of one room that are not answered yet, private messages whose error would be known
   *  as one, and invitations that may be declined or come back. */
  readonly pending: number;
  /** Stanzas that wait while a room is being loaded. */
  readonly waiting: number;
}

/** The limits of rooms, unless they are told otherwise.
 *  @example
 *  const rooms: RoomsConfig = { domain: 'rooms.capulet.lit', limits: { history: 2 * defaultRoomLimits.history } };
 *  createCore({ domain: 'capulet.lit', ...defaultConfig, secret: 'known to nobody else', rooms }, standardFeatures);
 *  rooms.limits; // { history: 100 } */
export const defaultRoomLimits: RoomLimits = {
  rooms: 1_000, roomsOfCreator: 50, occupants: 500, reservedPlaces: 10, sessions: 20, history: 50, historyCharacters: 262_144, affiliations: 1_000,
  items: 200, fields: 64, fieldCharacters: 4_096, nickCharacters: 128, subjectCharacters: 4_096, presenceCharacters: 16_384, pending: 200, waiting: 500,
};

/** A component that may connect, and serve a domain (XEP-0114). */
export interface ComponentConfig {
  readonly domain: string;
  readonly secret: string;
}

/** How much privacy one account may ask for (XEP-0016, XEP-0191). */
export interface PrivacyLimits {
  /** Lists of one account. */
  readonly lists: number;
  /** Items of one list, those of the block list included. */
  readonly items: number;
  /** Characters of a list's or a group's name. */
  readonly nameLength: number;
  /** JIDs in the block list. */
  readonly blocked: number;
}

/** The configuration of a core. */
export interface CoreConfig {
  /** The domainpart that the server serves, prepared and enforced. */
  readonly domain: string;
  /** The language of the server's own texts (RFC 6120 §4.7.4). */
  readonly lang: string;
  /** What XEP-0092 is answered with. */
  readonly software: { readonly name: string; readonly version: string };
  /** Milliseconds, by the name of the delay. */
  readonly delays: Delays;
  /** Messages kept for one account while it can't be reached (XEP-0160). */
  readonly offlineLimit: number;
  /** Contacts in one roster, pending requests included (RFC 6121 §3.1.3, Security Warning). */
  readonly rosterLimit: number;
  /** Connected resources of one account (RFC 6120 §7.6.2.1). */
  readonly resourceLimit: number;
  /** Entities that one resource may have told of itself by directed presence at a time. */
  readonly directedLimit: number;
  /** Bytes of one document of private storage, or of one vCard. */
  readonly documentLimit: number;
  /** Privacy lists and block list of one account. */
  readonly privacy: PrivacyLimits;
  /** Requests of the server, such as roster pushes, that one client may leave unanswered (RFC 6120 §8.2.3). */
  readonly requestLimit: number;
  /** Stanzas of one stream that wait for the store before its reading is paused. */
  readonly backlogLimit: number;
  /** Full JIDs whose routes may wait for what is owed to them at a time; one more, and the oldest is told in the
   *  rooms' names (DESIGN D5). */
  readonly drainingLimit: number;
  /** What the keys of dialback (XEP-0185) and the identifiers of occupants (XEP-0421) are made from: at least 32
   *  unpredictable characters, the same from start to start. Needed by `federation` and by `rooms`. */
  readonly secret?: string;
  /** The secrets have been left out, as in the trace of a recorded session: what is made from them is left out too, and so is
   *  what others make (session-trace.ts). For replay only; a server that runs like this believes everybody. */
  readonly isRedacted?: boolean;
  /** Without it, nobody outside this server can be reached. */
  readonly federation?: FederationConfig;
  /** Without it there are no rooms. */
  readonly rooms?: RoomsConfig;
  readonly components?: readonly ComponentConfig[];
}

/** The defaults of federation, where there is any.
 *  @example
 *  const federation: FederationConfig = { ...defaultFederation, deny: ['montague.lit'] };
 *  createCore({ domain: 'capulet.lit', ...defaultConfig, secret: 'known to nobody else', federation }, standardFeatures);
 *  federation.tlsRequired; // true */
export const defaultFederation: FederationConfig = { deny: [], tlsRequired: true, dialback: true, queueLimit: 1_000, linkLimit: 1_000 };

/** The defaults of everything but the domain.
 *  @example
 *  const config: CoreConfig = { domain: 'capulet.lit', ...defaultConfig, offlineLimit: 100 };
 *  config.delays.drainTimeout; // 5_000 */
export const defaultConfig: Omit<CoreConfig, 'domain'> = {
  lang: 'en',
  software: { name: 'Waystate', version: '0.1.0' },
  delays: { unauthenticatedTimeout: 30_000, closeTimeout: 2_000, drainTimeout: 5_000, resumptionTimeout: 300_000, requestTimeout: 60_000, linkTimeout: 30_000, idleTimeout: 600_000 },
  offlineLimit: 1_000,
  rosterLimit: 1_000,
  resourceLimit: 20,
  directedLimit: 200,
  documentLimit: 65_536,
  privacy: { lists: 20, items: 1_000, nameLength: 256, blocked: 1_000 },
  requestLimit: 1_000,
  backlogLimit: 64,
  drainingLimit: 1_000,
};
