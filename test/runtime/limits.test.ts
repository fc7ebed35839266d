/** The sums behind the limits: rates, addresses, admission. Spec: RFC 6120 §13.12, XEP-0205. @module */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopback, networkOf } from '../../src/runtime/address.ts';
import { Admission } from '../../src/runtime/admission.ts';
import { defaultLimits } from '../../src/runtime/limits.ts';
import { spend, waitFor } from '../../src/runtime/rate.ts';

describe('rate', () => {
  const allowance = { perSecond: 100, burstMs: 500 };

  it('rate: a burst is free, what goes beyond it waits for the rate', () => {
    const burst = spend(0, 10_000, 50, allowance);
    expect(waitFor(burst, 10_000, allowance)).toBe(0);
    expect(waitFor(spend(burst, 10_000, 10, allowance), 10_000, allowance)).toBeCloseTo(100);
  });

  it('rate: whoever waits as told never gets more than the rate and one burst', () => {
    fc.assert(fc.property(fc.array(fc.record({ amount: fc.integer({ min: 0, max: 50 }), idleMs: fc.integer({ min: 0, max: 2_000 }) }), { minLength: 1 }), (reads) => {
      let now = 1_000;
      let paidUntil = 0;
      let taken = 0;
      for (const { amount, idleMs } of reads) {
        taken += amount;
        paidUntil = spend(paidUntil, now, amount, allowance);
        now += Math.max(idleMs, waitFor(paidUntil, now, allowance));
      }
      expect(taken).toBeLessThanOrEqual(((now - 1_000 + allowance.burstMs) * allowance.perSecond) / 1_000 + 1e-6);
    }));
  });
});

describe('address', () => {
  it.each([
    ['127.0.0.1', true], ['127.8.9.10', true], ['::1', true], ['::ffff:127.0.0.1', true], ['localhost', true],
    ['0.0.0.0', false], ['::', false], ['192.0.2.1', false], ['127.0.0.1.example.com', false], ['::ffff:192.0.2.1', false],
  ])('address: %s is this machine: %s (RFC 6890 §2.2)', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'], ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'], ['2001:db8:1:2::9', '2001:db8:1:2'], ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'], ['fe80::1%eth0', 'fe80:0:0:0'], ['2001:0db8:0001:0002::', '2001:db8:1:2'],
  ])('address: %s counts for %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('admission', () => {
  it('admission: any coming and going keeps both counts right (RFC 6120 §13.12 rule 1)', () => {
    const limits = { ...defaultLimits, maxConnections: 5, maxConnectionsPerAddress: 2 };
    fc.assert(fc.property(fc.array(fc.record({ comes: fc.boolean(), address: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2', '192.0.2.3') })), (steps) => {
      const admission = new Admission(limits);
      const inside: string[] = [];
      for (const { comes, address } of steps) {
        if (comes) {
          const there = inside.filter((other) => networkOf(other) === networkOf(address)).length;
          const expected = inside.length >= 5 ? 'too many connections' : there >= 2 ? 'too many connections of this address' : undefined;
          expect(admission.enter(address)).toBe(expected);
          if (expected === undefined) inside.push(address);
        } else if (inside.includes(address)) {
          inside.splice(inside.indexOf(address), 1);
          admission.leave(address);
        }
      }
    }));
  });

  it('limits: the default is not below what the RFC demands (RFC 6120 §13.12 rule 4)', () => {
    expect(defaultLimits.maxStanzaBytes).toBeGreaterThanOrEqual(10_000);
    expect(defaultLimits.maxStanzaBytesUnauthenticated).toBeGreaterThanOrEqual(10_000);
  });
});
