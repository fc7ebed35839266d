/** Whose certificates count, and which names they have. Spec: RFC 6120 §13.7, RFC 5280 §6, RFC 4985. @module */
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { Authorities } from '../../src/runtime/authorities.ts';
import { certifiedNames } from '../../src/runtime/certified.ts';
import { signCertificate } from '../../src/runtime/self-signed.ts';
import { Issuer, purposes } from './issuing.ts';
import type { Wish } from './issuing.ts';

let root: Issuer;
let authorities: Authorities;
beforeAll(async () => {
  root = await Issuer.root();
  authorities = new Authorities(root.pem);
});

const trusts = (chain: readonly Buffer[], at = new Date()): boolean => authorities.haveIssued(chain, at);
const names = { dns: ['example.org'] };

describe('authorities: who has issued a certificate', () => {
  it('authorities: one of theirs is trusted, directly and over others (RFC 5280 §6.1)', async () => {
    expect(trusts((await root.issue(names)).chain)).toBe(true);
    expect(trusts((await (await root.below()).issue(names)).chain)).toBe(true);
    expect(trusts((await (await (await root.below()).below({ commonName: 'Lower' })).issue(names)).chain)).toBe(true);
  });

  it('authorities: the authority itself may be in the chain, and the order above the first is free', async () => {
    const { chain } = await (await root.below()).issue(names);
    expect(trusts([...chain, root.der])).toBe(true);
    const [leaf, middle] = chain;
    expect(trusts([leaf!, root.der, middle!])).toBe(true);
  });

  it.each<[string, Wish]>([
    ['has expired', { ...names, until: -0.5 }],
    ['is not valid yet', { ...names, from: 1 }],
    ['is signed with SHA-1 (RFC 9325 §4.5)', { ...names, hash: 'SHA-1' }],
  ])('authorities: one that %s is not trusted', async (_title, wish) => {
    expect(trusts((await root.issue(wish)).chain)).toBe(false);
  });

  it('authorities: time counts as it is told', async () => {
    const { chain } = await root.issue(names);
    expect(trusts(chain, new Date(Date.now() + 31 * 24 * 3_600_000))).toBe(false);
  });

  it.each<[string, Wish]>([
    ['has expired', { until: -0.5 }],
    ['is no authority (RFC 5280 §4.2.1.9)', { authority: false }],
    ['is signed with SHA-1', { hash: 'SHA-1' }],
  ])('authorities: one below an issuer that %s is not trusted', async (_title, wish) => {
    expect(trusts((await (await root.below(wish)).issue(names)).chain)).toBe(false);
  });

  it('authorities: a path longer than one of it allows is not trusted (RFC 5280 §4.2.1.9)', async () => {
    const last = await root.below({ pathLength: 0 });
    expect(trusts((await last.issue(names)).chain)).toBe(true);
    expect(trusts((await (await last.below({ commonName: 'Lower' })).issue(names)).chain)).toBe(false);
  });

  it('authorities: a server that was issued a certificate is no authority', async () => {
    const leaf = await root.below({ authority: false, ...names, commonName: 'example.com', purposes: [purposes.server] });
    expect(trusts((await leaf.issue({ dns: ['bank.example'] })).chain)).toBe(false);
  });

  it('authorities: one of a stranger with the same name is not trusted', async () => {
    const impostor = await Issuer.root();
    expect(trusts((await impostor.issue(names)).chain)).toBe(false);
    expect(trusts([...(await impostor.issue(names)).chain, root.der])).toBe(false);
    expect(trusts([...(await impostor.issue(names)).chain, impostor.der])).toBe(false);
    expect(trusts([...(await (await impostor.below()).issue(names)).chain, impostor.der, root.der])).toBe(false);
  });

  it('authorities: of a trusted chain behind a stranger\'s certificate nothing counts', async () => {
    const stranger = await (await Issuer.root('Other')).issue(names);
    expect(trusts([...stranger.chain, ...(await root.issue(names)).chain])).toBe(false);
    expect(trusts([...stranger.chain, ...(await (await root.below()).issue(names)).chain, root.der])).toBe(false);
  });

  it('authorities: a link that is left out is missed', async () => {
    const [leaf] = (await (await root.below()).issue(names)).chain;
    expect(trusts([leaf!])).toBe(false);
  });

  it('authorities: a self-signed one is trusted only where the operator trusts it', async () => {
    const { cert } = await signCertificate('example.org');
    const { raw } = new X509Certificate(cert);
    expect(trusts([raw])).toBe(false);
    expect(new Authorities(cert).haveIssued([raw], new Date())).toBe(true);
    expect(new Authorities(cert).haveIssued([new X509Certificate((await signCertificate('example.org')).cert).raw], new Date())).toBe(false);
  });

  it('authorities: a purpose of a server or a client fits, or none that is named; another doesn\'t, in the path neither (RFC 5280 §4.2.1.12)', async () => {
    for (const fits of [[purposes.server], [purposes.client], []]) expect(trusts((await root.issue({ ...names, purposes: fits })).chain)).toBe(true);
    expect(trusts((await root.issue({ ...names, purposes: [purposes.code] })).chain)).toBe(false);
    expect(trusts((await (await root.below({ purposes: [purposes.code] })).issue(names)).chain)).toBe(false);
  });

  it.each([
    ['that nobody knows and that is critical ends the trust', '1.2.3.4', true, false],
    ['that nobody knows is passed over', '1.2.3.4', false, true],
    ['that limits the names below it ends the trust (RFC 5280 §4.2.1.10)', '2.5.29.30', false, false],
  ])('authorities: an extension %s', async (_title, oid, critical, expected) => {
    const extra = { oid, critical };
    expect(trusts((await root.issue({ ...names, extra })).chain)).toBe(expected);
    expect(trusts((await (await root.below({ extra })).issue(names)).chain)).toBe(expected);
  });

  it('authorities: a certificate that was changed after it was signed is not trusted', async () => {
    const { chain: [leaf] } = await root.issue(names);
    const forged = Buffer.from(leaf!.toString('latin1').replace('example.org', 'example.com'), 'latin1');
    expect(certifiedNames(forged)).toEqual(['example.com']);
    expect(trusts([forged])).toBe(false);
  });

  it.each([['nothing', []], ['an empty certificate', [Buffer.alloc(0)]], ['garbage', [Buffer.from('0\x82\xff\xffgarbage', 'latin1')]], ['nested garbage', [Buffer.from('0\x80'.repeat(5_000), 'latin1')]]])('authorities: %s is not trusted', async (_title, chain) => {
    expect(trusts(chain)).toBe(false);
    expect(certifiedNames(chain[0] ?? Buffer.alloc(0))).toEqual([]);
  });

  it('authorities: what a peer sends beyond a path is not looked at', async () => {
    const { chain } = await root.issue(names);
    const others = await Promise.all(Array.from({ length: 20 }, async (_, n) => (await Issuer.root(`Other ${n}`)).der));
    expect(trusts([...chain, ...others])).toBe(true);
  });

  it('authorities: those of Node count beside the operator\'s, and a file without any is refused', async () => {
    expect(authorities.pem?.length).toBeGreaterThan(50);
    expect(new Authorities().haveIssued((await root.issue(names)).chain, new Date())).toBe(false);
    expect(() => new Authorities('')).toThrow();
    expect(() => new Authorities('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n')).toThrow();
  });
});

describe('certified: which names a certificate has', () => {
  const namesOf = async (wish: Wish): Promise<readonly string[]> => certifiedNames((await root.issue(wish)).chain[0]!);

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
});
