/** Where the server of a domain is. Spec: RFC 6120 §3.2, XEP-0368 §3, RFC 2782. Not here: the connection
 *  (dial.ts). @module */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Endpoint } from './endpoint.ts';
import type { Resolver, SrvRecord } from './resolver.ts';

/** What was found: by the operator's word, by SRV records, or in their absence. */
export interface Location {
  readonly by: 'target' | 'srv' | 'fallback';
  /** In the order to try; none where the domain says that it has no such service. */
  readonly endpoints: readonly Endpoint[];
}

/** Where to look. */
export interface Directory {
  readonly resolver: Resolver;
  /** What the operator says, by domain; it is in place of the DNS. */
  readonly targets: ReadonlyMap<string, Endpoint>;
  /** A number from 0 to 1, 1 excluded; unpredictable unless given. */
  readonly random?: () => number;
}

/** The port of servers (RFC 6120 §14.8). */
const standardPort = 5_269;
/** Endpoints of one domain that are tried; it could name any number. */
const maxEndpoints = 16;

/** Finds the server of a domain.
 *  @param domain a prepared domainpart
 *  @spec RFC 6120 §3.2.1, §3.2.2, §3.2.3
 *  @example
 *  const { endpoints } = await locate('example.org', { resolver: systemResolver(), targets: new Map() }); */
export async function locate(domain: string, { resolver, targets, random = Math.random }: Directory): Promise<Location> {
  const target = targets.get(domain);
  if (target !== undefined) return { by: 'target', endpoints: [target] };
  const literal = domain.replace(/^\[(.*)\]$/, '$1');
  if (isIP(literal) !== 0) return { by: 'fallback', endpoints: [standard(literal)] };
  const name = domainToASCII(domain);
  const [plain, direct] = await Promise.all([recordsOf(resolver, `_xmpp-server._tcp.${name}`), recordsOf(resolver, `_xmpps-server._tcp.${name}`)]);
  const records = [...plain.map((record) => ({ ...record, tls: false })), ...direct.map((record) => ({ ...record, tls: true }))];
  // RFC 6120 §3.2.2 is for domains that don't know of SRV (XEP-0368 §3).
  if (records.length === 0) return { by: 'fallback', endpoints: [standard(name)] };
  const offered = records.filter(({ name: host }) => host !== '' && host !== '.');
  return { by: 'srv', endpoints: inOrder(offered, random).slice(0, maxEndpoints).map(({ name: host, port, tls }) => ({ host, port, tls })) };
}

const standard = (host: string): Endpoint => ({ host, port: standardPort, tls: false });

/** No answer counts as none of these records (RFC 6120 §3.2.1 rule 9). */
async function recordsOf(resolver: Resolver, name: string): Promise<readonly SrvRecord[]> {
  return resolver.srv(name).catch(() => []);
}

/** By priority, and by chance within one, weighted; both services are one list (RFC 2782, "Weight"; XEP-0368 §3). */
function inOrder<T extends SrvRecord>(records: readonly T[], random: () => number): readonly T[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((one, other) => one - other);
  return priorities.flatMap((priority) => byWeight(records.filter((record) => record.priority === priority), random));
}

function byWeight<T extends SrvRecord>(records: readonly T[], random: () => number): readonly T[] {
  // Those without weight come first, so that they have a chance at all.
  const left = [...records].sort((one, other) => one.weight - other.weight);
  const ordered: T[] = [];
  while (left.length > 0) {
    const sum = left.reduce((total, { weight }) => total + weight, 0);
    let rest = Math.floor(random() * (sum + 1));
    const at = left.findIndex(({ weight }) => (rest -= weight) <= 0);
    ordered.push(...left.splice(Math.max(at, 0), 1));
  }
  return ordered;
}
