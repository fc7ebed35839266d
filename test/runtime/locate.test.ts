/** Where the server of a domain is. Spec: RFC 6120 §3.2, RFC 2782, XEP-0368 §3. @module */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/runtime/endpoint.ts';
import { locate } from '../../src/runtime/locate.ts';
import type { SrvRecord } from '../../src/runtime/resolver.ts';
import { FakeResolver } from './fake-resolver.ts';

const record = (name: string, priority = 0, weight = 0, port = 1): SrvRecord => ({ name, port, priority, weight });
const plain = '_xmpp-server._tcp.example.org';
const direct = '_xmpps-server._tcp.example.org';
const found = async (srv: Record<string, readonly SrvRecord[] | 'silent'>, { domain = 'example.org', random = (): number => 0, targets = new Map<string, Endpoint>() } = {}): Promise<unknown> => {
  const { by, endpoints } = await locate(domain, { resolver: new FakeResolver({ srv }), targets, random });
  return [by, ...endpoints.map(({ host, port, tls }) => `${host}:${port}${tls ? ' tls' : ''}`)];
};

describe('locate', () => {
  it('locate: priorities come in order, and both services are one list (XEP-0368 §3)', async () => {
    expect(await found({ [plain]: [record('c', 30), record('a', 10)], [direct]: [record('b', 20, 0, 443)] })).toEqual(['srv', 'a:1', 'b:443 tls', 'c:1']);
  });

  it.each([[0, 'zero'], [0.1, 'light'], [0.3, 'light'], [0.4, 'heavy'], [0.99, 'heavy']])('locate: of one priority chance %d takes %s first (RFC 2782, Weight)', async (chance, first) => {
    const records = [record('heavy', 0, 6), record('zero', 0, 0), record('light', 0, 3)];
    const [, at, ...others] = await found({ [plain]: records }, { random: () => chance }) as string[];
    expect(at).toBe(`${first}:1`);
    expect(others).toHaveLength(2);
  });

  it('locate: by chance everyone comes first in the measure of the weight', async () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 1_000; n += 1) {
      const [, first = ''] = await found({ [plain]: [record('heavy', 0, 30), record('light', 0, 10)] }, { random: () => (n * 0.618034) % 1 }) as string[];
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    expect(counts.get('heavy:1')).toBeGreaterThan(700);
    expect(counts.get('light:1')).toBeGreaterThan(200);
  });

  it.each<[string, Record<string, readonly SrvRecord[] | 'silent'>, unknown]>([
    ['no records: the domain itself (RFC 6120 §3.2.2)', {}, ['fallback', 'example.org:5269']],
    ['no answer: the domain itself (RFC 6120 §3.2.1 rule 9)', { [plain]: 'silent', [direct]: 'silent' }, ['fallback', 'example.org:5269']],
    ['no answer for one of the services: the other', { [plain]: 'silent', [direct]: [record('a')] }, ['srv', 'a:1 tls']],
    ['no such service: nothing (RFC 2782, Target)', { [plain]: [record('')] }, ['srv']],
    ['no such service, with its dot: nothing', { [plain]: [record('.')] }, ['srv']],
    ['no direct TLS: STARTTLS (XEP-0368 §3)', { [plain]: [record('a')], [direct]: [record('')] }, ['srv', 'a:1']],
    ['no direct TLS and nothing of STARTTLS: nothing, and not the domain itself (XEP-0368 §3)', { [direct]: [record('')] }, ['srv']],
    ['no STARTTLS: direct TLS', { [plain]: [record('')], [direct]: [record('a')] }, ['srv', 'a:1 tls']],
  ])('locate: %s', async (_title, srv, expected) => {
    expect(await found(srv)).toEqual(expected);
  });

  it('locate: an operator\'s target is in place of the DNS', async () => {
    const targets = new Map([['example.org', { host: '127.0.0.3', port: 7, tls: true }]]);
    expect(await found({ [plain]: [record('a')] }, { targets })).toEqual(['target', '127.0.0.3:7 tls']);
  });

  it.each([['127.0.0.1', '127.0.0.1'], ['[::1]', '::1']])('locate: the address %s is not looked up (RFC 6120 §3.2.1)', async (domain, host) => {
    const resolver = new FakeResolver({});
    expect(await locate(domain, { resolver, targets: new Map() })).toEqual({ by: 'fallback', endpoints: [{ host, port: 5269, tls: false }] });
    expect(resolver.asked).toEqual([]);
  });

  it('locate: a name that is not ASCII is asked for in A-labels (RFC 6120 §3.2.1, RFC 5891)', async () => {
    expect(await found({ '_xmpp-server._tcp.xn--bcher-kva.example': [record('a')] }, { domain: 'bücher.example' })).toEqual(['srv', 'a:1']);
    expect(await found({}, { domain: 'bücher.example' })).toEqual(['fallback', 'xn--bcher-kva.example:5269']);
  });

  it('locate: of a thousand records sixteen are tried', async () => {
    const many = Array.from({ length: 1_000 }, (_, n) => record(`n${n}`, n));
    expect(await found({ [plain]: many })).toHaveLength(17);
  });
});
