/** What a stream error looks like. Spec: RFC 6120 §4.9.2. Not here: which fault has which (test/hostile). @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import type { StreamErrorCondition } from '../../machines/vocabulary.ts';
import { NS } from '../../src/core/namespaces.ts';
import { streamErrorXml } from '../../src/core/stream-error.ts';

/** As it is read on a stream whose header declares the prefix. */
const read = (xml: string): Element => parse(`<stream:stream xmlns="jabber:client" xmlns:stream="${NS.streams}">${xml}</stream:stream>`).getChildElements()[0] as Element;

/** RFC 6120 §4.9.3.1 to §4.9.3.25; another name is an error of the type checker. */
const defined: Readonly<Record<StreamErrorCondition, true>> = {
  'bad-format': true, 'bad-namespace-prefix': true, 'conflict': true, 'connection-timeout': true, 'host-gone': true, 'host-unknown': true,
  'improper-addressing': true, 'internal-server-error': true, 'invalid-from': true, 'invalid-namespace': true, 'invalid-xml': true,
  'not-authorized': true, 'not-well-formed': true, 'policy-violation': true, 'remote-connection-failed': true, 'reset': true,
  'resource-constraint': true, 'restricted-xml': true, 'see-other-host': true, 'system-shutdown': true, 'undefined-condition': true,
  'unsupported-encoding': true, 'unsupported-feature': true, 'unsupported-stanza-type': true, 'unsupported-version': true,
};

describe('stream error', () => {
  test.each(Object.keys(defined) as StreamErrorCondition[])('stream error: %s is a defined condition, the only child, in the namespace of conditions (RFC 6120 §4.9.2)', (condition) => {
    const error = read(streamErrorXml(condition));
    expect(error.is('error', NS.streams)).toBe(true);
    expect(error.getChildElements().map((child) => [child.name, child.getNS()])).toEqual([[condition, NS.xmppStreams]]);
  });

  test('stream error: a text stands beside the condition, in the same namespace, and says its language (RFC 6120 §4.9.2)', () => {
    const [condition, text] = read(streamErrorXml('policy-violation', 'No <b/> & c.')).getChildElements();
    expect(condition?.is('policy-violation', NS.xmppStreams)).toBe(true);
    expect(text?.is('text', NS.xmppStreams)).toBe(true);
    expect([text?.attrs['xml:lang'], text?.getText()]).toEqual(['en', 'No <b/> & c.']);
  });
});
