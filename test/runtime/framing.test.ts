/** How streams are written down. Spec: RFC 6120 §4.2, RFC 7395 §3.3. @module */
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
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
