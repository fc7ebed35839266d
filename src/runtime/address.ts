/** What an IP address tells of a peer: whether it is this machine, and which network it counts for.
 *  @module */
import { isIPv6 } from 'node:net';

const mapped = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** Whether the address, or the name `localhost`, is the loopback interface (RFC 6890 §2.2). */
export function isLoopback(host: string): boolean {
  const address = host.replace(mapped, '');
  return address === 'localhost' || address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);
}

/** The name under which the connections of an address are counted: an IPv4 address itself, and for
 *  IPv6 its /64, of which one host has every address to choose from. */
export function networkOf(address: string): string {
  const plain = address.replace(mapped, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...Array<string>(Math.max(0, zeros)).fill('0'), ...last];
  return groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
