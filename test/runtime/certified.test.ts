/** Which names a certificate has. Spec: RFC 6120 §13.7.1.2.1, RFC 6125 §6.4, RFC 4985. @module */
import { describe, expect, it } from 'vitest';
import { certifiedNames } from '../../src/runtime/certified.ts';
import { Issuer } from './issuing.ts';
import type { Wish } from './issuing.ts';

describe('certified: which names a certificate has', () => {
  const namesOf = async (wish: Wish): Promise<readonly string[]> => certifiedNames((await (await Issuer.root()).issue(wish)).chain[0]!);

  it.each<[string, Wish, readonly string[]]>([
    ['DNS names', { dns: ['Example.ORG', 'a.example.org'] }, ['example.org', 'a.example.org']],
    ['wildcards, as they are (RFC 6125 §6.4.3)', { dns: ['*.example.org'] }, ['*.example.org']],
    ['no other wildcards', { dns: ['a*.example.org', 'a.*.example.org', '*', '*.'] }, []],
    ['names that are not ASCII, in the form of the core (RFC 6120 §13.7.1.4)', { dns: ['xn--bcher-kva.example', '*.xn--bcher-kva.example'] }, ['bücher.example', '*.bücher.example']],
    ['names of the service of servers (RFC 4985)', { srv: ['_xmpp-server.example.org'] }, ['example.org']],
    ['none of another service', { srv: ['_xmpp-client.example.org', '_http.example.org', 'example.org'] }, []],
    ['no wildcard among services', { srv: ['_xmpp-server.*.example.org'] }, []],
    ['addresses of servers (RFC 6120 §13.7.1.4)', { xmppAddr: ['example.org', 'bücher.example'] }, ['example.org', 'bücher.example']],
    ['no address of an account', { xmppAddr: ['juliet@example.org', 'example.org/x'] }, []],
    ['not its common name', { commonName: 'example.org' }, []],
    ['nothing that is no name', { dns: ['', 'a b', '-', 'example.org\0.evil.example'] }, []],
    ['each once', { dns: ['example.org'], srv: ['_xmpp-server.example.org'], xmppAddr: ['example.org'] }, ['example.org']],
    ['no more than 256', { dns: Array.from({ length: 300 }, (_, n) => `n${n}.example`) }, Array.from({ length: 256 }, (_, n) => `n${n}.example`)],
  ])('certified: %s', async (_title, wish, expected) => {
    expect(await namesOf(wish)).toEqual(expected);
  });

  it.each([['nothing', ''], ['garbage', '0\x82\xff\xffgarbage'], ['nested garbage', '0\x80'.repeat(5_000)]])('certified: %s has none', (_title, bytes) => {
    expect(certifiedNames(Buffer.from(bytes, 'latin1'))).toEqual([]);
  });
});
