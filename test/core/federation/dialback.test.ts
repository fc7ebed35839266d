/** Keys of dialback, and names in certificates: tables. @module */
import { describe, expect, test } from 'vitest';
import { vouchesFor } from '../../../src/core/federation/certificate.ts';
import { dialbackKey } from '../../../src/core/federation/dialback.ts';
import { decodeDomain, encodeDomain } from '../../../src/core/federation/external.ts';

describe('dialback: the key is the one of the examples (XEP-0220 §2.1.1, XEP-0185)', () => {
  test.each([
    { secret: 's3cr3tf0rd14lb4ck', from: 'capulet.example', to: 'montague.example', id: 'D60000229F', key: 'b4835385f37fe2895af6c196b59097b16862406db80559900d96bf6fa7d23df3' },
    { secret: 'd14lb4ck43v3r', from: 'montague.example', to: 'capulet.example', id: '417GAF25', key: '225cc5aa6a071133249d25fef42ae516fc7a86c523aa1c6980a7f73e784c972d' },
  ])('$from to $to', ({ secret, from, to, id, key }) => {
    expect(dialbackKey(secret, { from, to }, id)).toBe(key);
  });
});

describe('certificates: a name vouches for a domain (RFC 6125 §6.4)', () => {
  test.each([
    { names: ['example.org'], domain: 'example.org', vouches: true },
    { names: ['EXAMPLE.org'], domain: 'example.org', vouches: true },
    { names: ['other.org', 'example.org'], domain: 'example.org', vouches: true },
    { names: ['*.example.org'], domain: 'rooms.example.org', vouches: true },
    { names: ['*.example.org'], domain: 'example.org', vouches: false },
    { names: ['*.example.org'], domain: 'a.b.example.org', vouches: false },
    { names: ['*'], domain: 'org', vouches: false },
    { names: ['r*.example.org'], domain: 'rooms.example.org', vouches: false },
    { names: ['xn--bcher-kva.example'], domain: 'bücher.example', vouches: true },
    { names: ['example.org'], domain: 'example.org.evil.test', vouches: false },
    { names: [], domain: 'example.org', vouches: false },
    { names: undefined, domain: 'example.org', vouches: false },
  ])('$names for $domain: $vouches', ({ names, domain, vouches }) => {
    expect(vouchesFor(names, domain)).toBe(vouches);
  });
});

describe('SASL EXTERNAL: the domain that is named (RFC 6120 §6.4.2)', () => {
  test.each([
    { data: '', domain: undefined }, { data: '=', domain: undefined }, { data: encodeDomain('example.org'), domain: 'example.org' },
    { data: encodeDomain('bücher.example'), domain: 'bücher.example' }, { data: '!!', domain: '' }, { data: btoa('\xff\xfe'), domain: '' },
  ])('$data', ({ data, domain }) => {
    expect(decodeDomain(data)).toBe(domain);
  });
});
