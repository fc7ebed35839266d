/** Stanza errors: the type of each condition, and how one is written. Spec: RFC 6120 §8.3. Not here: when there is one. @module */
import { Element, parse } from 'ltx';
import { describe, expect, test } from 'vitest';
import { NS } from '../../src/core/namespaces.ts';
import { StanzaError, bounceOf, errorElement, errorTypes } from '../../src/core/stanza-error.ts';

/** RFC 6120 §8.3.3: the conditions that are defined, and the type that each has. Where that is left open, the one chosen. */
const defined = {
  'bad-request': 'modify', 'conflict': 'cancel', 'feature-not-implemented': 'cancel', 'forbidden': 'auth', 'gone': 'cancel',
  'internal-server-error': 'cancel', 'item-not-found': 'cancel', 'jid-malformed': 'modify', 'not-acceptable': 'modify',
  'not-allowed': 'cancel', 'not-authorized': 'auth', 'policy-violation': 'modify', 'recipient-unavailable': 'wait',
  'redirect': 'modify', 'registration-required': 'auth', 'remote-server-not-found': 'cancel', 'remote-server-timeout': 'wait',
  'resource-constraint': 'wait', 'service-unavailable': 'cancel', 'subscription-required': 'auth', 'undefined-condition': 'modify',
  'unexpected-request': 'wait',
};
const conditions = Object.keys(errorTypes) as (keyof typeof errorTypes)[];

test('stanza error: the conditions are those that are defined, and each has its type, one of the five (RFC 6120 §8.3.2, §8.3.3)', () => {
  expect(errorTypes).toEqual(defined);
  for (const type of Object.values(errorTypes)) expect(['auth', 'cancel', 'continue', 'modify', 'wait']).toContain(type);
});

test.each(conditions)('stanza error: %s is written with its type and its condition in the namespace of stanza errors (RFC 6120 §8.3.2)', (condition) => {
  expect(errorElement(new StanzaError(condition)).toString()).toBe(`<error type="${defined[condition]}"><${condition} xmlns="${NS.stanzas}"/></error>`);
});

test('stanza error: a text is in the namespace of stanza errors, and says its language (RFC 6120 §8.3.2)', () => {
  expect(errorElement(new StanzaError('bad-request', 'No & never.')).toString())
    .toBe(`<error type="modify"><bad-request xmlns="${NS.stanzas}"/><text xmlns="${NS.stanzas}" xml:lang="en">No &amp; never.</text></error>`);
});

test('stanza error: a condition of an extension comes after the defined one, in a namespace of its own (RFC 6120 §8.3.4)', () => {
  const [first, second] = errorElement(new StanzaError('not-acceptable', undefined, { name: 'blocked', xmlns: 'urn:xmpp:blocking:errors' })).getChildElements();
  expect([first?.name, first?.attrs.xmlns, second?.name, second?.attrs.xmlns]).toEqual(['not-acceptable', NS.stanzas, 'blocked', 'urn:xmpp:blocking:errors']);
});

describe('bounce', () => {
  const bounced = (stanza: string): string | undefined => bounceOf(parse(stanza), new StanzaError('bad-request'))?.toString();
  const error = `<error type="modify"><bad-request xmlns="${NS.stanzas}"/></error>`;

  test.each(['message', 'presence', 'iq'])('bounce: %s comes back as what it was, with the id it had, its addresses swapped, and without its content (RFC 6120 §8.3.1)', (kind) => {
    expect(bounced(`<${kind} id="1" from="a" to="b"><x>content</x></${kind}>`)).toBe(`<${kind} type="error" id="1" to="a" from="b">${error}</${kind}>`);
    expect(bounced(`<${kind} from="a" to="b"/>`)).toBe(`<${kind} type="error" to="a" from="b">${error}</${kind}>`);
  });

  test.each(['<message type="error"/>', '<presence type="error"/>', '<iq type="error"/>', '<iq type="result"/>'])('bounce: %s is never answered with an error (RFC 6120 §8.3.1, §8.2.3)', (stanza) => {
    expect(bounced(stanza)).toBeUndefined();
  });

  test('bounce: an element without anything is no reason to fail', () => {
    expect(bounceOf(new Element('message'), new StanzaError('bad-request'))?.toString()).toBe(`<message type="error">${error}</message>`);
  });
});
