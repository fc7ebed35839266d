/** What the DNS is asked, and how its answers are read. Spec: RFC 1035 §4, RFC 2782. @module */
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemResolver } from '../../src/runtime/resolver.ts';
import type { Resolver } from '../../src/runtime/resolver.ts';

const types = { 1: 'A', 28: 'AAAA', 33: 'SRV' } as const;
const notFound = 3;
const refused = 5;

/** What is known, by type and name; what isn't known doesn't exist, and an answer without records has none. */
const zone: Readonly<Record<string, readonly Buffer[] | typeof refused>> = {
  'SRV _xmpp-server._tcp.example.org': [srv(10, 5, 5269, 'xmpp.example.org'), srv(20, 0, 443, 'b.example.org')],
  'SRV _xmpp-server._tcp.closed.example': [srv(0, 0, 0, '')],
  'SRV _xmpp-server._tcp.broken.example': refused,
  'SRV _xmpp-server._tcp.plain.example': [],
  'A both.example': [Buffer.of(127, 0, 0, 1), Buffer.of(127, 0, 0, 2)],
  'AAAA both.example': [Buffer.from('00000000000000000000000000000001', 'hex')],
  'A four.example': [Buffer.of(127, 0, 0, 1)],
  'AAAA four.example': refused,
  'A broken.example': refused,
  'AAAA broken.example': refused,
};

function nameOf(text: string): Buffer {
  return Buffer.concat([...text.split('.').filter(Boolean).map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])), Buffer.of(0)]);
}

function srv(priority: number, weight: number, port: number, target: string): Buffer {
  const numbers = Buffer.alloc(6);
  [priority, weight, port].forEach((number, n) => numbers.writeUInt16BE(number, 2 * n));
  return Buffer.concat([numbers, nameOf(target)]);
}

/** One question, one answer. */
function answer(query: Buffer): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = query.readUInt16BE(at + 1);
  const known = zone[`${types[type as keyof typeof types]} ${labels.join('.').toLowerCase()}`];
  const records = Array.isArray(known) ? known as readonly Buffer[] : [];
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(0x8180 | (known === undefined ? notFound : known === refused ? refused : 0), 2);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt32BE(0, 8);
  const question = query.subarray(12, at + 5);
  return Buffer.concat([head, question, ...records.flatMap((data) => {
    const fixed = Buffer.alloc(12);
    fixed.writeUInt16BE(0xc00c, 0);
    fixed.writeUInt16BE(type, 2);
    fixed.writeUInt16BE(1, 4);
    fixed.writeUInt16BE(data.length, 10);
    return [fixed, data];
  })]);
}

let dns: Socket;
let resolver: Resolver;
beforeEach(async () => {
  dns = createSocket('udp4').on('message', (query, from) => dns.send(answer(query), from.port, from.address));
  dns.bind(0, '127.0.0.1');
  await once(dns, 'listening');
  resolver = systemResolver([`127.0.0.1:${dns.address().port}`]);
});
afterEach(() => new Promise<void>((resolve) => dns.close(() => resolve())));

describe('resolver', () => {
  it('resolver: SRV records come with what orders them (RFC 2782)', async () => {
    expect(await resolver.srv('_xmpp-server._tcp.example.org')).toEqual([
      expect.objectContaining({ name: 'xmpp.example.org', port: 5269, priority: 10, weight: 5 }),
      expect.objectContaining({ name: 'b.example.org', port: 443, priority: 20, weight: 0 }),
    ]);
  });

  it('resolver: the root as target is an empty name (RFC 2782, Target)', async () => {
    expect(await resolver.srv('_xmpp-server._tcp.closed.example')).toMatchObject([{ name: '' }]);
  });

  it.each(['_xmpp-server._tcp.nowhere.example', '_xmpp-server._tcp.plain.example'])('resolver: that there are no records at %s is an answer', async (name) => {
    expect(await resolver.srv(name)).toEqual([]);
  });

  it('resolver: a refusal is no answer', async () => {
    await expect(resolver.srv('_xmpp-server._tcp.broken.example')).rejects.toThrow();
    await expect(resolver.addresses('broken.example')).rejects.toThrow();
  });

  it('resolver: the families take turns, IPv6 first (RFC 8305 §4)', async () => {
    expect(await resolver.addresses('both.example')).toEqual(['::1', '127.0.0.1', '127.0.0.2']);
  });

  it('resolver: one family is enough, and none is an answer', async () => {
    expect(await resolver.addresses('four.example')).toEqual(['127.0.0.1']);
    expect(await resolver.addresses('nowhere.example')).toEqual([]);
  });

  it('resolver: what this machine knows by itself counts for the operator', async () => {
    expect(await resolver.local('localhost')).toContain('127.0.0.1');
  });
});
