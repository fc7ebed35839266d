/** What is asked of the DNS. Spec: RFC 2782, RFC 6120 §3.2. Not here: what is made of the answers (locate.ts).
 *  @module */
import { lookup, Resolver as DnsResolver } from 'node:dns/promises';

/** One SRV record; the name is empty where the service is decidedly not there (RFC 2782, "Target").
 *  @public */
export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** Asks the DNS. Each question is answered with what there is, nothing included, and rejects where there was no
 *  answer.
 *  @public */
export interface Resolver {
  /** The SRV records of a name such as `_xmpp-server._tcp.example.org`. */
  srv(name: string): Promise<readonly SrvRecord[]>;
  /** The IP addresses of a name that somebody else has chosen, in the order to try. */
  addresses(name: string): Promise<readonly string[]>;
  /** The IP addresses of a name that the operator has chosen: what this machine knows by itself counts, too. */
  local(name: string): Promise<readonly string[]>;
}

/** To one server, and how often. */
const timeoutMs = 2_000;
const tries = 2;

/** The resolver of the system, or one that asks these servers. Names that strangers choose don't go through `getaddrinfo`: it keeps a thread of
 *  a pool that is shared with files and passwords for as long as it pleases whoever answers.
 *  @example
 *  const { local } = systemResolver();
 *  (await local('localhost')).includes('127.0.0.1'); // true */
export function systemResolver(servers?: readonly string[]): Resolver {
  const dns = new DnsResolver({ timeout: timeoutMs, tries });
  if (servers !== undefined) dns.setServers(servers);
  return {
    srv: (name) => answered(dns.resolveSrv(name)),
    async addresses(name) {
      const [six, four] = await Promise.allSettled([answered(dns.resolve6(name)), answered(dns.resolve4(name))]);
      if (six.status === 'rejected' && four.status === 'rejected') throw six.reason;
      return inTurn(six.status === 'fulfilled' ? six.value : [], four.status === 'fulfilled' ? four.value : []);
    },
    async local(name) {
      const found = await answered(lookup(name, { all: true }));
      const of = (family: number): string[] => found.filter((one) => one.family === family).map(({ address }) => address);
      return inTurn(of(6), of(4));
    },
  };
}

/** That there is nothing is an answer. */
async function answered<T>(question: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await question;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENODATA' || code === 'ENOTFOUND') return [];
    throw error;
  }
}

/** The families take turns, IPv6 first (RFC 8305 §4). */
function inTurn(six: readonly string[], four: readonly string[]): readonly string[] {
  const rounds = Array.from({ length: Math.max(six.length, four.length) }, (_, n) => [six[n], four[n]]);
  return rounds.flat().filter((address) => address !== undefined);
}
