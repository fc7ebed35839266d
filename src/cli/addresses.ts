/** The addresses to listen on: names become numbers, so that it is certain which of them can be
 *  reached from elsewhere. @module */
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** The addresses behind the key `host`.
 *  @param given what the key holds; undefined when it was left out. */
export function addressesOf(given: string | readonly string[] | undefined, domain: string): readonly string[] {
  const hosts = given === undefined ? [domain === 'localhost' ? 'localhost' : 'any'] : [given].flat();
  return [...new Set(hosts.flatMap(numbersOf))];
}

/** IPv6 counts only where the machine has it: listening would fail. */
function numbersOf(host: string): readonly string[] {
  if (host !== 'localhost' && host !== 'any') return [host];
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []).map(({ address }) => address);
  if (host === 'localhost') return own.includes('::1') ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
  return own.some(isIPv6) ? ['::'] : ['0.0.0.0'];
}
