/** Stream errors. Spec: RFC 6120 §4.9. Not here: when one is sent (machines/stream.ts). @module */
import { Element } from 'ltx';
import type { StreamErrorCondition } from '../../machines/vocabulary.ts';
import { NS } from './namespaces.ts';
import { serialize } from './xml/writer.ts';

/** `<stream:error/>` as it goes over the wire (RFC 6120 §4.9.2). */
export function streamErrorXml(condition: StreamErrorCondition, text?: string): string {
  const error = new Element('stream:error');
  error.c(condition, { xmlns: NS.xmppStreams });
  if (text !== undefined) error.c('text', { 'xmlns': NS.xmppStreams, 'xml:lang': 'en' }).t(text);
  return serialize(error);
}
