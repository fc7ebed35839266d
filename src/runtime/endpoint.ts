/** Where a server can be reached. @module */

/** A host and a port, and how it is spoken to there.
 *  @public */
export interface Endpoint {
  /** A name of the DNS, or an IP address. */
  readonly host: string;
  readonly port: number;
  /** TLS begins at once (XEP-0368); otherwise by STARTTLS (RFC 6120 §5). */
  readonly tls: boolean;
}
