/** Whose certificates count. Spec: RFC 6120 §13.7.2, RFC 5280 §6. @module */
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { Authorities } from '../../src/runtime/authorities.ts';
import { isTrusted } from '../../src/runtime/certificate-path.ts';
import { signCertificate } from '../../src/runtime/self-signed.ts';
import { Issuer, purposes } from './issuing.ts';
import type { Wish } from './issuing.ts';

let root: Issuer;
let authorities: Authorities;
beforeAll(async () => {
  root = await Issuer.root();
  authorities = new Authorities(root.pem);
});

const trusts = (chain: readonly Buffer[], at = new Date()): boolean => isTrusted(chain, authorities, at);
const names = { dns: ['example.org'] };

describe('certificate-path', () => {
  it('path: one of theirs is trusted, directly and over others (RFC 5280 §6.1)', async () => {
    expect(trusts((await root.issue(names)).chain)).toBe(true);
    expect(trusts((await (await root.below()).issue(names)).chain)).toBe(true);
    expect(trusts((await (await (await root.below()).below({ commonName: 'Lower' })).issue(names)).chain)).toBe(true);
  });

  it('path: the authority itself may be in the chain, and the order above the first is free', async () => {
    const { chain } = await (await root.below()).issue(names);
    expect(trusts([...chain, root.der])).toBe(true);
    const [leaf, middle] = chain;
    expect(trusts([leaf!, root.der, middle!])).toBe(true);
  });

  it.each<[string, Wish]>([
    ['has expired', { ...names, until: -0.5 }],
    ['is not valid yet', { ...names, from: 1 }],
    ['is signed with SHA-1 (RFC 9325 §4.5)', { ...names, hash: 'SHA-1' }],
  ])('path: one that %s is not trusted', async (_title, wish) => {
    expect(trusts((await root.issue(wish)).chain)).toBe(false);
  });

  it('path: time counts as it is told', async () => {
    const { chain } = await root.issue(names);
    expect(trusts(chain, new Date(Date.now() + 31 * 24 * 3_600_000))).toBe(false);
  });

  it.each<[string, Wish]>([
    ['has expired', { until: -0.5 }],
    ['is no authority (RFC 5280 §4.2.1.9)', { authority: false }],
    ['is signed with SHA-1', { hash: 'SHA-1' }],
  ])('path: one below an issuer that %s is not trusted', async (_title, wish) => {
    expect(trusts((await (await root.below(wish)).issue(names)).chain)).toBe(false);
  });

  it('path: a path longer than one of it allows is not trusted (RFC 5280 §4.2.1.9)', async () => {
    const last = await root.below({ pathLength: 0 });
    expect(trusts((await last.issue(names)).chain)).toBe(true);
    expect(trusts((await (await last.below({ commonName: 'Lower' })).issue(names)).chain)).toBe(false);
  });

  it('path: a server that was issued a certificate is no authority', async () => {
    const leaf = await root.below({ authority: false, ...names, commonName: 'example.com', purposes: [purposes.server] });
    expect(trusts((await leaf.issue({ dns: ['bank.example'] })).chain)).toBe(false);
  });

  it('path: one of a stranger with the same name is not trusted', async () => {
    const impostor = await Issuer.root();
    expect(trusts((await impostor.issue(names)).chain)).toBe(false);
    expect(trusts([...(await impostor.issue(names)).chain, root.der])).toBe(false);
    expect(trusts([...(await impostor.issue(names)).chain, impostor.der])).toBe(false);
    expect(trusts([...(await (await impostor.below()).issue(names)).chain, impostor.der, root.der])).toBe(false);
  });

  it('path: of a trusted chain behind a stranger\'s certificate nothing counts', async () => {
    const stranger = await (await Issuer.root('Other')).issue(names);
    expect(trusts([...stranger.chain, ...(await root.issue(names)).chain])).toBe(false);
    expect(trusts([...stranger.chain, ...(await (await root.below()).issue(names)).chain, root.der])).toBe(false);
  });

  it('path: a link that is left out is missed', async () => {
    const [leaf] = (await (await root.below()).issue(names)).chain;
    expect(trusts([leaf!])).toBe(false);
  });

  it('path: a self-signed one is trusted only where the operator trusts it', async () => {
    const { cert } = await signCertificate('example.org');
    const { raw } = new X509Certificate(cert);
    expect(trusts([raw])).toBe(false);
    expect(isTrusted([raw], new Authorities(cert), new Date())).toBe(true);
    expect(isTrusted([new X509Certificate((await signCertificate('example.org')).cert).raw], new Authorities(cert), new Date())).toBe(false);
  });

  it('path: a purpose of a server or a client fits, or none that is named; another doesn\'t, in the path neither (RFC 5280 §4.2.1.12)', async () => {
    for (const fits of [[purposes.server], [purposes.client], []]) expect(trusts((await root.issue({ ...names, purposes: fits })).chain)).toBe(true);
    expect(trusts((await root.issue({ ...names, purposes: [purposes.code] })).chain)).toBe(false);
    expect(trusts((await (await root.below({ purposes: [purposes.code] })).issue(names)).chain)).toBe(false);
  });

  it.each([
    ['that nobody knows and that is critical ends the trust', '1.2.3.4', true, false],
    ['that nobody knows is passed over', '1.2.3.4', false, true],
    ['that limits the names below it ends the trust (RFC 5280 §4.2.1.10)', '2.5.29.30', false, false],
  ])('path: an extension %s', async (_title, oid, critical, expected) => {
    const extra = { oid, critical };
    expect(trusts((await root.issue({ ...names, extra })).chain)).toBe(expected);
    expect(trusts((await (await root.below({ extra })).issue(names)).chain)).toBe(expected);
  });

  it('path: a certificate that was changed after it was signed is not trusted', async () => {
    const { chain: [leaf] } = await root.issue(names);
    const forged = Buffer.from(leaf!.toString('latin1').replace('example.org', 'example.com'), 'latin1');
    expect(new X509Certificate(forged).subjectAltName).toBe('DNS:example.com');
    expect(trusts([forged])).toBe(false);
  });

  it.each([['nothing', []], ['an empty certificate', [Buffer.alloc(0)]], ['garbage', [Buffer.from('0\x82\xff\xffgarbage', 'latin1')]], ['nested garbage', [Buffer.from('0\x80'.repeat(5_000), 'latin1')]]])('path: %s is not trusted', async (_title, chain) => {
    expect(trusts(chain)).toBe(false);
  });

  it('path: what a peer sends beyond a path is not looked at', async () => {
    const { chain } = await root.issue(names);
    const others = await Promise.all(Array.from({ length: 20 }, async (_, n) => (await Issuer.root(`Other ${n}`)).der));
    expect(trusts([...chain, ...others])).toBe(true);
  });

  it('path: those of Node count beside the operator\'s, and a file without any is refused', async () => {
    expect(authorities.pem?.length).toBeGreaterThan(50);
    expect(isTrusted((await root.issue(names)).chain, new Authorities(), new Date())).toBe(false);
    expect(() => new Authorities('')).toThrow();
    expect(() => new Authorities('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n')).toThrow();
  });
});
