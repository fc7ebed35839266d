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
  /** Requests of the server, such as roster pushes, that one client may leave unanswered (RFC 6120 §8.2.3). */
  readonly requestLimit: number;
  /** Stanzas of one stream that wait for the store before its reading is paused. */
  readonly backlogLimit: number;
}

/** The defaults of everything but the domain. */
export const defaultConfig: Omit<CoreConfig, 'domain'> = {
  lang: 'en',
  software: { name: 'Waystate', version: '0.1.0' },
  delays: { unauthenticatedTimeout: 30_000, closeTimeout: 2_000, drainTimeout: 5_000, resumptionTimeout: 300_000, requestTimeout: 60_000 },
  offlineLimit: 1_000,
  rosterLimit: 1_000,
  resourceLimit: 20,
  directedLimit: 200,
  documentLimit: 65_536,
  requestLimit: 1_000,
  backlogLimit: 64,
};
