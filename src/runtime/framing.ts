/** How a stream is written down on its transport: what stands for its header, its first-level elements
 *  and its end. Spec: RFC 6120 §4.2 and §4.4 over TCP, RFC 7395 §3.3 over WebSocket. Not here: reading
 *  (src/core/xml/reader.ts, websocket.ts). @module */
import { escapeXML } from 'ltx';
import type { ServerHeader } from '../core/effect.ts';
import type { PeerKind } from '../core/input.ts';
import { NS } from '../core/namespaces.ts';

/** The content namespace of components (XEP-0114 §3). */
const componentNamespace = 'jabber:component:accept';

/** One way to write a stream down. Each string that comes out is sent as one. */
export interface Framing {
  open(header: ServerHeader): string;
  element(xml: string): string;
  readonly close: string;
}

/** A stream is one XML document, whose root the header opens (RFC 6120 §4.2). What it declares is known by who
 *  reads it (§4.8.2, XEP-0220 §2.1, XEP-0114 §3).
 *  @example
 *  tcpFraming('client').element('<presence/>'); // '<presence/>' */
export function tcpFraming(peer: PeerKind): Framing {
  return framings[peer];
}

const framings: Readonly<Record<PeerKind, Framing>> = {
  client: streamOf(`xmlns='${NS.client}'`, attributesOf),
  server: streamOf(`xmlns='${NS.server}' xmlns:db='${NS.dialback}'`, attributesOf),
  // A version would promise features (RFC 6120 §4.7.5), and components know of none.
  component: streamOf(`xmlns='${componentNamespace}'`, ({ from, id }) => ` from='${escapeXML(from)}'${id === undefined ? '' : ` id='${escapeXML(id)}'`}`),
};

function streamOf(declarations: string, attributes: (header: ServerHeader) => string): Framing {
  return {
    open: (header) => `<?xml version='1.0'?><stream:stream ${declarations} xmlns:stream='${NS.streams}'${attributes(header)}>`,
    element: (xml) => xml,
    close: '</stream:stream>',
  };
}

/** Each element is a document of its own and declares what it uses (RFC 7395 §3.3.3).
 *  @example
 *  webSocketFraming.element('<presence/>'); // "<presence xmlns='jabber:client'/>" */
export const webSocketFraming: Framing = {
  open: (header) => `<open xmlns='${NS.framing}'${attributesOf(header)}/>`,
  element: standAlone,
  close: `<close xmlns='${NS.framing}'/>`,
};

function attributesOf({ from, id, lang, version, to }: ServerHeader): string {
  const addressee = to === undefined ? '' : ` to='${escapeXML(to)}'`;
  const name = id === undefined ? '' : ` id='${escapeXML(id)}'`;
  const ofVersion = version === undefined ? '' : ` version='${escapeXML(version)}'`;
  return ` from='${escapeXML(from)}'${addressee}${name}${ofVersion} xml:lang='${escapeXML(lang)}'`;
}

/** The name of the first start tag, and the attributes before an `xmlns`, if there is one. */
const name = /^<[^\s/>]+/;
const declared = /^<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:'[^']*'|"[^"]*"))*?\s+xmlns\s*=/;

function standAlone(xml: string): string {
  const tag = name.exec(xml)?.[0] ?? '';
  if (tag.startsWith('<stream:')) return `${tag} xmlns:stream='${NS.streams}'${xml.slice(tag.length)}`;
  if (declared.test(xml)) return xml;
  return `${tag} xmlns='${NS.client}'${xml.slice(tag.length)}`;
}
