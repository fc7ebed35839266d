/** How streams are written down. Spec: RFC 6120 §4.2, RFC 7395 §3.3. @module */
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
import { NS } from '../../src/core/namespaces.ts';
import { tcpFraming as framingOf, webSocketFraming } from '../../src/runtime/framing.ts';

const tcpFraming = framingOf('client');

const header = { from: 'localhost', id: `<&"'>`, lang: 'en', version: '1.0', to: `"o'hara"@localhost` };

describe('framing', () => {
  it.each([
    ['TCP', `${tcpFraming.open(header).replace("<?xml version='1.0'?>", '')}${tcpFraming.close}`, 'stream:stream'],
    ['WebSocket', webSocketFraming.open(header), 'open'],
  ])('framing: the header over %s is XML with every attribute (RFC 6120 §4.7)', (_, xml, name) => {
    const element = parse(xml);
    const { from, id, version, to, 'xml:lang': lang } = element.attrs;
    expect({ name: element.name, from, id, version, to, lang }).toEqual({ name, ...header });
  });

  it.each([
    ['client', { xmlns: NS.client }],
    ['server', { 'xmlns': NS.server, 'xmlns:db': NS.dialback }],
  ] as const)('framing: the header to a %s is of the stream namespace, and declares the content namespace, what stands on the first level, and nothing for stanzas (RFC 6120 §4.8.1, §4.8.2, §4.8.5)', (peer, declared) => {
    const element = parse(framingOf(peer).open(header).replace("<?xml version='1.0'?>", '') + framingOf(peer).close);
    expect(element.is('stream', NS.streams)).toBe(true);
    const declarations = Object.fromEntries(Object.entries(element.attrs).filter(([name]) => name.startsWith('xmlns')));
    expect(declarations).toEqual({ ...declared, 'xmlns:stream': NS.streams });
  });

  it('framing: a header of 0.9 has no version (RFC 6120 §4.7.5)', () => {
    for (const framing of [tcpFraming, webSocketFraming]) expect(framing.open({ from: 'localhost', lang: 'en' })).not.toMatch(/<(stream:stream|open)[^>]* version=/);
  });

  it.each([
    ['<presence/>', "<presence xmlns='jabber:client'/>"],
    ["<message to='a'><body>xmlns='b'</body></message>", "<message xmlns='jabber:client' to='a'><body>xmlns='b'</body></message>"],
    [`<iq id=" xmlns='x'"/>`, `<iq xmlns='jabber:client' id=" xmlns='x'"/>`],
    [`<iq id=">" xmlns="jabber:client"/>`, `<iq id=">" xmlns="jabber:client"/>`],
    ["<message xmlns:x='y'/>", "<message xmlns='jabber:client' xmlns:x='y'/>"],
    ["<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"],
    ['<stream:features/>', "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>"],
    ["<stream:error><conflict xmlns='x'/></stream:error>", "<stream:error xmlns:stream='http://etherx.jabber.org/streams'><conflict xmlns='x'/></stream:error>"],
  ])('framing: %s stands alone over WebSocket (RFC 7395 §3.3.3)', (xml, alone) => {
    expect(webSocketFraming.element(xml)).toBe(alone);
    expect(tcpFraming.element(xml)).toBe(xml);
  });
});
