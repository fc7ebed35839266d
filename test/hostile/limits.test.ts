/** Stanzas that are too much: bytes, depth, attributes. Spec: RFC 6120 §13.12. Not here: too long a header
 *  (header.test.ts), too many stanzas or connections (flood.test.ts), too much time (slow.test.ts). @module */
import { describe, it } from 'vitest';
import { bound, opened } from './dialogue.ts';
import { besiege, expectExpelled } from './siege.ts';
import type { Way } from './siege.ts';

const siege = besiege();

const deep = (levels: number): string => `<message>${'<a>'.repeat(levels - 1)}${'</a>'.repeat(levels - 1)}</message>`;
const wide = (attributes: number): string => `<message ${Array.from({ length: attributes }, (_, n) => `a${n}=''`).join(' ')}/>`;

const tooMuch: readonly (readonly [attack: string, stranger: string, user: string])[] = [
  ['a stanza too long', `<message><body>${'x'.repeat(10_000)}</body></message>`, `<message><body>${'x'.repeat(262_144)}</body></message>`],
  ['a stanza that never ends', `<message>${'<a/>'.repeat(4_000)}`, `<message>${'<a/>'.repeat(80_000)}`],
  ['a tag that never ends', `<message a='${'x'.repeat(11_000)}`, `<message a='${'x'.repeat(270_000)}`],
  ['a name that never ends', `<${'x'.repeat(11_000)}`, `<${'x'.repeat(270_000)}`],
  ['a reference that never ends', `<message>&${'x'.repeat(11_000)}`, `<message>&${'x'.repeat(270_000)}`],
  ['a CDATA section that never ends', `<message><![CDATA[${']'.repeat(11_000)}`, `<message><![CDATA[${']'.repeat(270_000)}`],
  ['elements nested too deeply', deep(65), deep(65)],
  ['elements that are never closed', '<a>'.repeat(3_000), '<a>'.repeat(80_000)],
  ['too many attributes', wide(65), wide(65)],
];

describe.concurrent.each<Way>(['TCP', 'direct TLS', 'WebSocket'])('limits: of strangers over %s', (way) => {
  // A message of WebSocket is read as a whole, so that one which never ends is malformed instead.
  const rows = tooMuch.filter(([attack]) => way !== 'WebSocket' || !attack.includes('never'));
  it.each(rows)('limits: %s is a policy-violation (RFC 6120 §13.12)', async (_attack, xml) => {
    await expectExpelled((await opened(await siege.connect(way))).send(xml), 'policy-violation');
  });
});

describe.concurrent('limits: of users', () => {
  it.each(tooMuch)('limits: %s is a policy-violation (RFC 6120 §13.12)', async (_attack, _stranger, xml) => {
    await expectExpelled((await bound(await siege.tcp(), 'mallory')).send(xml), 'policy-violation');
  });

  it.each([
    ['a stanza of the length that every server must take', 'rule 4', 'long', (to: string) => `<message ${to}><body>${'x'.repeat(9_900)}</body></message>`],
    ['a stanza of nearly the greatest length', 'rule 4', 'longest', (to: string) => `<message ${to}><body>${'x'.repeat(262_000)}</body></message>`],
    ['a stanza of as many levels as there may be', 'rule 4', 'deepest', (to: string) => deep(64).replace('<message', `<message ${to}`)],
  ] as const)('limits: %s is delivered (RFC 6120 §13.12 %s)', async (_claim, _rule, resourcepart, stanzaTo) => {
    const client = await bound(await siege.tcp(), 'mallory', resourcepart);
    await client.send(stanzaTo(`to='mallory@localhost/${resourcepart}' id='it'`)).hears('id="it"');
    client.destroy();
  });
});
