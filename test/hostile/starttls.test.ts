/** STARTTLS and TLS abused, on a server that lets nobody authenticate in the clear. Spec: RFC 6120 §5, §13.8,
 *  XEP-0368. @module */
import { describe, expect, it } from 'vitest';
import { NS } from '../../src/core/namespaces.ts';
import { bind, bound, closingTag, header, opened, plain, starttls } from './dialogue.ts';
import { connectSecurely, connectTcp } from './raw-client.ts';
import { besiege, expectExpelled } from './siege.ts';

const siege = besiege({ insecurePlain: false, tls: { required: true }, limits: { tlsHandshakeTimeoutMs: 100 } });

/** The first bytes of a record that says it is 512 bytes of handshake (RFC 8446 §5.1). */
const beginningOfHello = Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01);

describe.concurrent('starttls: before it', () => {
  it('starttls: nothing else is offered where it is required (RFC 6120 §5.3.1)', async () => {
    const client = await opened(await siege.tcp());
    expect(client.heard).toContain(`<starttls xmlns="${NS.tls}"><required/></starttls>`);
    expect(client.heard).not.toContain('<mechanism');
    client.destroy();
  });

  it.each(['PLAIN', 'SCRAM-SHA-256', 'KISS'])('starttls: SASL %s must wait for it (RFC 6120 §6.5.4)', async (mechanism) => {
    const client = await opened(await siege.tcp());
    client.send(plain('mallory').replace('PLAIN', mechanism));
    expect(await client.hears('</failure>')).toContain(`<failure xmlns="${NS.sasl}"><encryption-required/>`);
    client.destroy();
  });
});

describe.concurrent('starttls: what follows the request in the same bytes is never obeyed', () => {
  it.each([
    ['a header and SASL', header() + plain('mallory')],
    ['SASL', plain('mallory')],
    ['a stanza', "<message to='juliet@localhost/balcony' type='chat'><body>I am Romeo</body></message>"],
    ['the same request', starttls],
    ['a closing tag', closingTag],
    ['white space', ' '],
    ['half an element', '<au'],
    ['the beginning of a handshake', beginningOfHello],
    ['what is no UTF-8', Uint8Array.of(0xff, 0x3e)],
  ])('starttls: %s ends the connection (RFC 6120 §5.4.3.3)', async (_attack, more) => {
    const client = await opened(await siege.tcp());
    client.send(Buffer.concat([Buffer.from(starttls), Buffer.from(more)]));
    await client.ended;
    expect(client.heard.match(/<stream:stream /g)).toHaveLength(1);
    expect(client.heard).not.toMatch(/<success|<failure|<message|<stream:error/);
  });
});

describe.concurrent('starttls: in place of a handshake', () => {
  it.each([
    ['XML', header()],
    ['what is nothing at all', Uint8Array.from({ length: 300 }, (_, n) => (n * 7) & 0xff)],
    ['NUL', new Uint8Array(1_000)],
    ['HTTP', 'GET / HTTP/1.1\r\n\r\n'],
    ['a record too long', Uint8Array.of(0x16, 0x03, 0x01, 0xff, 0xff, 0x01)],
    ['half a handshake', beginningOfHello],
    ['silence', ''],
  ])('starttls: %s ends the connection without a word of XML (RFC 6120 §5.4.3.2)', async (_attack, data) => {
    const client = await opened(await siege.tcp());
    await client.send(starttls).hears('<proceed');
    const { heard } = client;
    client.send(data);
    await client.ended;
    expect(client.heard.slice(heard.length).replace(/^[^>]*>/, '')).not.toContain('<');
  });

  it.each([
    ['XML', header()],
    ['half a handshake', beginningOfHello],
    ['silence', ''],
  ])('tls: on the port of direct TLS %s ends the connection (XEP-0368 §3)', async (_attack, data) => {
    const client = (await connectTcp(siege.port('c2sTls'))).send(data);
    await client.ended;
    expect(client.heard).not.toContain('<');
  });

  it('tls: a protocol that is not spoken is refused (RFC 7301 §3.2)', async () => {
    await expect(connectSecurely(siege.port('c2sTls'), ['h2', 'http/1.1'])).rejects.toThrow();
  });

  it('tls: a peer that goes away amid its handshake leaves nothing behind (RFC 6120 §5.4.3.2)', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, async () => (await opened(await siege.tcp())).send(starttls)));
    await Promise.all(clients.map((client) => client.hears('<proceed')));
    for (const client of clients) client.send(beginningOfHello).socket.resetAndDestroy();
    (await opened(await siege.connect('STARTTLS'))).destroy();
  });
});

describe.concurrent('starttls: after it', () => {
  it('starttls: what was negotiated before it is forgotten: a new header is needed (RFC 6120 §5.4.3.3)', async () => {
    const client = await siege.connect('STARTTLS');
    await expectExpelled(client.send(plain('mallory')), 'invalid-namespace');
  });

  it('starttls: asked for again it is a failure, then the end of the stream and of the connection (RFC 6120 §5.4.2.2)', async () => {
    const client = await opened(await siege.connect('STARTTLS'));
    await client.send(starttls).ended;
    expect(client.heard).toMatch(new RegExp(`</stream:features><failure xmlns="${NS.tls}"/></stream:stream>$`));
  });

  it('starttls: PLAIN may be sent over it, and a session begins (RFC 6120 §13.8.3)', async () => {
    const client = await bound(await siege.connect('STARTTLS'), 'mallory', 'safe');
    expect(client.heard).toContain('mallory@localhost/safe');
    client.destroy();
  });

  it('starttls: a stanza before SASL is as unwelcome as ever (RFC 6120 §4.9.3.12)', async () => {
    await expectExpelled((await opened(await siege.connect('STARTTLS'))).send(bind()), 'not-authorized');
  });
});
