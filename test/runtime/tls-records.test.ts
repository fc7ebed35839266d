/** TLS as somebody on the line sees it: records, and who ends what. Spec: RFC 6120 §4.4, §5.3.5, §5.4.3, RFC 5246 §6.2.1. @module */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KeyAndCertificate } from '../../src/runtime/certificate.ts';
import { header, Peer } from './peer.ts';
import { certificate, running } from './running.ts';

let tls: KeyAndCertificate;
beforeAll(async () => {
  tls = await certificate();
});

const starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

/** One connection through which all bytes pass, kept by who has sent them. */
interface Line {
  readonly port: number;
  fromServer: Buffer;
  fromClient: Buffer;
  /** What the client sends waits while this is set. */
  isHeld: boolean;
  release(): void;
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function tapped(port: number): Promise<Line> {
  const waiting: (() => void)[] = [];
  const line: Line = {
    port: 0, fromServer: Buffer.alloc(0), fromClient: Buffer.alloc(0), isHeld: false,
    release() {
      line.isHeld = false;
      for (const pass of waiting.splice(0)) pass();
    },
  };
  const server = createServer({ allowHalfOpen: true }, (client: Socket) => {
    const target = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const pass = (work: () => void): void => void (line.isHeld ? waiting.push(work) : work());
    for (const socket of [client, target]) {
      socket.on('error', () => {});
      ends.push(() => socket.destroy());
    }
    target.on('data', (bytes) => {
      line.fromServer = Buffer.concat([line.fromServer, bytes]);
      client.write(bytes);
    }).on('end', () => client.end());
    client.on('data', (bytes) => {
      line.fromClient = Buffer.concat([line.fromClient, bytes]);
      pass(() => target.write(bytes));
    }).on('end', () => pass(() => target.end())).on('close', () => pass(() => target.end()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => server.close());
  return Object.assign(line, { port: (server.address() as AddressInfo).port });
}

/** The types of the records that these bytes are made of; nothing when they are anything else. */
function recordsIn(bytes: Buffer): readonly number[] {
  const types: number[] = [];
  for (let at = 0; at < bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) {
    if (at + 5 > bytes.length || bytes[at + 1] !== 3) return [];
    types.push(bytes[at] ?? 0);
  }
  return types;
}

const handshakeRecord = 22;
const dataRecord = 23;
const alertRecord = 21;

/** A client of TLS 1.2, in which what kind of record it is can be seen from outside. */
async function direct(port: number): Promise<TLSSocket> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2' });
  await once(socket, 'secureConnect');
  return socket;
}

describe('tls records', () => {
  it('tls: after the permission nothing goes over the line, in either direction, but records of TLS (RFC 6120 §5.4.3.1)', async () => {
    const { port } = await running(undefined, { tls });
    const line = await tapped(port('c2s'));
    const plain = await Peer.connect(line.port);
    await plain.send(header + starttls).hears('<proceed/>');
    const [before, asked] = [line.fromServer.length, line.fromClient.length];
    expect(String(line.fromServer)).toMatch(/<proceed\/>$/);
    plain.socket.removeAllListeners('data');
    const socket = connectTls({ socket: plain.socket, rejectUnauthorized: false, maxVersion: 'TLSv1.2' });
    await once(socket, 'secureConnect');
    await new Peer(socket).send(`${header}<message id='between-us'/>`).hears('id="between-us"');
    for (const bytes of [line.fromServer.subarray(before), line.fromClient.subarray(asked)]) {
      const types = recordsIn(bytes);
      expect([types[0], types.at(-1)]).toEqual([handshakeRecord, dataRecord]);
      expect(String(bytes)).not.toMatch(/between-us|stream/);
    }
  });

  it('tls: the closing tag is followed by close_notify, and the connection stays until the peer has said the same (RFC 6120 §4.4)', async () => {
    const { port, core } = await running(undefined, { tls, limits: { closeTimeoutMs: 10_000 } }, ['c2sTls']);
    const line = await tapped(port('c2sTls'));
    const peer = new Peer(await direct(line.port));
    await peer.send(header).hears('<stream:stream');
    peer.send('</stream:stream>');
    await core.next('stream.ended');
    line.isHeld = true;
    await peer.ended;
    expect(peer.text).toMatch(/<\/stream:stream>$/);
    expect(recordsIn(line.fromServer).slice(-2)).toEqual([dataRecord, alertRecord]);
    peer.socket.end();
    while (recordsIn(line.fromClient).at(-1) !== alertRecord) await new Promise(setImmediate);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(core.all('stream.lost')).toEqual([]);
    line.release();
    await core.next('stream.lost');
  });

  it('tls: whoever wants to negotiate anew is cut off, without a word of XML (RFC 6120 §5.3.5)', async () => {
    const { port, core } = await running(undefined, { tls }, ['c2sTls']);
    const socket = await direct(port('c2sTls'));
    const peer = new Peer(socket);
    await peer.send(header).hears('<stream:stream');
    const { text } = peer;
    socket.renegotiate({ rejectUnauthorized: false }, () => {});
    await peer.ended;
    expect(peer.text).toBe(text);
    await core.next('stream.lost');
    expect(core.inputs.map(({ type }) => type)).toEqual(['stream.opened', 'stream.header', 'stream.lost']);
  });
});
