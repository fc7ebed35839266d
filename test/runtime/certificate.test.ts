/** The server's certificate and what SASL binds to, over real TLS on loopback. @module */
import { X509Certificate, createHash, webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import type { SecureVersion, TLSSocket } from 'node:tls';
import { Integer } from 'asn1js';
import { Certificate } from 'pkijs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadCertificate, selfSignedCertificate } from '../../src/runtime/certificate.ts';
import type { KeyAndCertificate } from '../../src/runtime/certificate.ts';
import { channelBindings, serverEndPoint, toleratedBindings } from '../../src/runtime/channel-binding.ts';

let directory: string;
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'waystate-certificate-')); });
afterEach(async () => {
  vi.useRealTimers();
  await rm(directory, { recursive: true });
});

const fingerprint = ({ cert }: KeyAndCertificate): string => new X509Certificate(cert).fingerprint256;

/** Both ends of one TLS connection, handed to `look` after the handshake. */
async function overTls<T>(
  own: KeyAndCertificate, version: SecureVersion, look: (server: TLSSocket, client: TLSSocket) => T,
): Promise<T> {
  const server = createServer({ ...own, minVersion: version, maxVersion: version });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port, servername: 'im.example.com', ca: own.cert });
  try {
    const [[end]] = await Promise.all([accepted, once(client, 'secureConnect')]);
    return look(end, client);
  } finally {
    client.destroy();
    server.close();
  }
}

describe('selfSignedCertificate', () => {
  test('certificate: the first start makes it, the next finds it (RFC 6120 §13.7.1.2)', async () => {
    const data = join(directory, 'data');
    const first = await selfSignedCertificate({ directory: data, domain: 'im.example.com' });
    expect(await selfSignedCertificate({ directory: data, domain: 'im.example.com' })).toEqual(first);
  });

  test('certificate: nobody but the owner may read the key, whatever the rights were', async () => {
    const keyFile = join(directory, 'self-signed.key');
    await selfSignedCertificate({ directory, domain: 'im.example.com' });
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    await chmod(keyFile, 0o644);
    await selfSignedCertificate({ directory, domain: 'im.example.com' });
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
  });

  test('certificate: nothing that lies where it is to be written keeps its rights, or leads elsewhere', async () => {
    const elsewhere = join(directory, 'elsewhere');
    await writeFile(elsewhere, 'untouched', { mode: 0o644 });
    for (const name of ['self-signed.key', 'self-signed.key.new']) await symlink(elsewhere, join(directory, name));
    await selfSignedCertificate({ directory, domain: 'im.example.com' });
    expect(await readFile(elsewhere, 'utf8')).toBe('untouched');
    expect((await lstat(join(directory, 'self-signed.key'))).mode & 0o170777).toBe(0o100600);
    expect((await readdir(directory)).sort()).toEqual(['elsewhere', 'self-signed.crt', 'self-signed.key', 'self-signed.key.new']);
  });

  test('certificate: it names the domain, its subdomains and the services of XMPP (RFC 6120 §13.7.1.2.1)', async () => {
    const { cert } = await selfSignedCertificate({ directory, domain: 'im.example.com' });
    const certificate = new X509Certificate(cert);
    expect(certificate.checkHost('im.example.com')).toBe('im.example.com');
    expect(certificate.checkHost('rooms.im.example.com')).toBe('*.im.example.com');
    expect(certificate.checkHost('example.com')).toBeUndefined();
    const der = certificate.raw.toString('latin1');
    expect(der).toContain('\x16\x1b_xmpp-client.im.example.com');
    expect(der).toContain('\x16\x1b_xmpp-server.im.example.com');
    expect(certificate.ca).toBe(false);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  test.each([
    ['localhost', (it: X509Certificate) => it.checkHost('localhost')],
    ['bücher.example', (it: X509Certificate) => it.checkHost('xn--bcher-kva.example')],
    ['127.0.0.1', (it: X509Certificate) => it.checkIP('127.0.0.1')],
    ['[2001:db8::7:1]', (it: X509Certificate) => it.checkIP('2001:db8::7:1')],
    [`${'a'.repeat(60)}.example.com`, (it: X509Certificate) => it.checkHost(`${'a'.repeat(60)}.example.com`)],
  ])('certificate: the domain %s is named in it, and kept (RFC 7622 §3.2)', async (domain, check) => {
    const made = await selfSignedCertificate({ directory, domain });
    expect(check(new X509Certificate(made.cert))).toBeDefined();
    expect(await selfSignedCertificate({ directory, domain })).toEqual(made);
  });

  test('certificate: another domain, a month before the end and a broken file call for a new one', async () => {
    const first = await selfSignedCertificate({ directory, domain: 'im.example.com' });
    const second = await selfSignedCertificate({ directory, domain: 'im.example.net' });
    expect(fingerprint(second)).not.toBe(fingerprint(first));
    const end = new X509Certificate(second.cert).validToDate.getTime();
    vi.useFakeTimers({ toFake: ['Date'], now: end - 29 * 24 * 3_600_000 });
    const third = await selfSignedCertificate({ directory, domain: 'im.example.net' });
    expect(fingerprint(third)).not.toBe(fingerprint(second));
    await writeFile(join(directory, 'self-signed.crt'), 'half a certif');
    const fourth = await selfSignedCertificate({ directory, domain: 'im.example.net' });
    expect(fingerprint(fourth)).not.toBe(fingerprint(third));
    expect(await readFile(join(directory, 'self-signed.crt'), 'utf8')).toBe(fourth.cert);
  });

  test('certificate: one that outlives the year 2049 says so in the other form of time (RFC 5280 §4.1.2.5)', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2049, 11, 31) });
    const { cert } = await selfSignedCertificate({ directory, domain: 'im.example.com' });
    expect(new X509Certificate(cert).validFromDate.getUTCFullYear()).toBe(2049);
    expect(new X509Certificate(cert).validToDate.getUTCFullYear()).toBe(2059);
  });

  test('certificate: a peer that trusts it completes the handshake (RFC 6120 §13.7.2)', async () => {
    const made = await selfSignedCertificate({ directory, domain: 'im.example.com' });
    expect(await overTls(made, 'TLSv1.3', (_, client) => client.authorized)).toBe(true);
  });
});

describe('loadCertificate', () => {
  const files = (): { keyFile: string; certFile: string } =>
    ({ keyFile: join(directory, 'self-signed.key'), certFile: join(directory, 'self-signed.crt') });

  test('certificate: key and certificate that belong together are read without a warning', async () => {
    const made = await selfSignedCertificate({ directory, domain: 'im.example.com' });
    expect(await loadCertificate(files())).toEqual(made);
  });

  test.each([
    ['a key file that is missing', (f: ReturnType<typeof files>) => rm(f.keyFile), /private key .*self-signed\.key cannot be read \(ENOENT\)/],
    ['a certificate file that is missing', (f: ReturnType<typeof files>) => rm(f.certFile), /certificate .*self-signed\.crt cannot be read \(ENOENT\)/],
    ['a key that is none', (f: ReturnType<typeof files>) => writeFile(f.keyFile, 'SECRET'), /self-signed\.key is not a private key/],
    ['a certificate that is none', (f: ReturnType<typeof files>) => writeFile(f.certFile, 'text'), /self-signed\.crt is not a certificate/],
  ])('certificate: %s is named in the error', async (_, spoil, message) => {
    await selfSignedCertificate({ directory, domain: 'im.example.com' });
    await spoil(files());
    const refusal = loadCertificate(files());
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.not.toThrow(/SECRET/);
  });

  test('certificate: the key of another certificate is refused', async () => {
    const first = await selfSignedCertificate({ directory, domain: 'im.example.com' });
    await selfSignedCertificate({ directory, domain: 'im.example.net' });
    await writeFile(files().keyFile, first.key);
    await expect(loadCertificate(files())).rejects.toThrow(/does not belong to/);
  });

  test.each([
    ['expired', 4000, /expired on/],
    ['not yet valid', -2, /not valid before/],
  ])('certificate: one that is %s is read with a warning', async (_, days, warning) => {
    await selfSignedCertificate({ directory, domain: 'im.example.com' });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 24 * 3_600_000 });
    expect((await loadCertificate(files())).warning).toMatch(warning);
  });
});

describe('channelBindings', () => {
  const bindingsOf = async (version: SecureVersion): Promise<[Map<string, Uint8Array>, Map<string, Uint8Array>]> => {
    const made = await selfSignedCertificate({ directory, domain: 'im.example.com' });
    return await overTls(made, version, (server, client) => [
      channelBindings(server, new X509Certificate(made.cert).raw),
      channelBindings(client, client.getPeerCertificate().raw),
    ]);
  };

  test('channel binding: both ends of TLS 1.3 have the same exporter value and the same end point (RFC 9266 §2)', async () => {
    const [server, client] = await bindingsOf('TLSv1.3');
    expect([...server.keys()]).toEqual(['tls-exporter', 'tls-server-end-point']);
    expect(server).toEqual(client);
    expect(server.get('tls-exporter')).toHaveLength(32);
  });

  test('channel binding: another connection has another exporter value, and the same end point (RFC 9266 §4.1)', async () => {
    const [[first], [second]] = [await bindingsOf('TLSv1.3'), await bindingsOf('TLSv1.3')];
    expect(first.get('tls-exporter')).not.toEqual(second.get('tls-exporter'));
    expect(first.get('tls-server-end-point')).toEqual(second.get('tls-server-end-point'));
  });

  test('channel binding: TLS 1.2 has the end point only (RFC 9266 §2)', async () => {
    const [server, client] = await bindingsOf('TLSv1.2');
    expect([...server.keys()]).toEqual(['tls-server-end-point']);
    expect(server).toEqual(client);
  });

  test.each<[SecureVersion, boolean]>([['TLSv1.3', true], ['TLSv1.2', false]])('channel binding: %s, the client\'s Finished is accepted as tls-unique: %s (RFC 9266 §1)', async (version, accepted) => {
    const made = await selfSignedCertificate({ directory, domain: 'im.example.com' });
    const [server, client] = await overTls(made, version, (server, client) => [toleratedBindings(server), client.getFinished()]);
    expect(server).toEqual(new Map(accepted ? [['tls-unique', client]] : []));
  });

  const onP256 = { name: 'ECDSA', namedCurve: 'P-256' };
  const rsa = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
  test.each([
    ['ECDSA', 'SHA-1', onP256, 'sha256'],
    ['ECDSA', 'SHA-256', onP256, 'sha256'],
    ['ECDSA', 'SHA-384', onP256, 'sha384'],
    ['RSA', 'SHA-1', { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1', ...rsa }, 'sha256'],
    ['RSA', 'SHA-512', { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512', ...rsa }, 'sha512'],
    ['RSA-PSS', 'SHA-256', { name: 'RSA-PSS', hash: 'SHA-256', ...rsa }, undefined],
  ])('channel binding: the end point of a certificate signed with %s and %s (RFC 5929 §4.1)', async (_, hash, algorithm, expected) => {
    const pair = await webcrypto.subtle.generateKey(algorithm, false, ['sign', 'verify']) as webcrypto.CryptoKeyPair;
    const certificate = new Certificate({ serialNumber: new Integer({ value: 1 }) });
    certificate.notBefore.value = certificate.notAfter.value = new Date();
    await certificate.subjectPublicKeyInfo.importKey(pair.publicKey);
    await certificate.sign(pair.privateKey, hash);
    const der = Buffer.from(certificate.toSchema(true).toBER());
    expect(serverEndPoint(der)).toEqual(expected && createHash(expected).update(der).digest());
  });
});
