/** Documents that a client keeps for itself on the server. Spec: XEP-0049. @module */
import { Element, parse } from 'ltx';
import type { Feature, Host, IqAnswer, IqRequest } from '../feature.ts';
import { NS } from '../namespaces.ts';
import { StanzaError } from '../stanza-error.ts';
import { childElements } from '../stanza.ts';
import { ask } from '../task.ts';
import type { Task } from '../task.ts';
import { serialize } from '../xml/writer.ts';

/** XEP-0049 §2. */
export const privateStorage: Feature = {
  name: 'private-storage',
  serverFeatures: [NS.private],
  iq: [{ name: 'query', xmlns: NS.private, types: ['get', 'set'], to: ['own', 'contact'], answer }],
};

function* answer({ config }: Host, { type, payload, account, resource }: IqRequest): Task<IqAnswer> {
  if (account === undefined || account !== resource?.account.jid) return new StanzaError('forbidden'); // XEP-0049 §2.4
  const documents = childElements(payload);
  const [document] = documents;
  // One document at a time on request; each in a namespace of its own (XEP-0049 §2.2, §2.3).
  if (document === undefined) return new StanzaError(type === 'set' ? 'not-acceptable' : 'bad-request');
  if (type === 'get' && documents.length > 1) return new StanzaError('bad-request');
  if (documents.some(({ attrs: { xmlns } }) => xmlns === undefined || xmlns.startsWith('jabber:client'))) return new StanzaError('not-acceptable');
  if (type === 'get') {
    const kept = yield* ask({ op: 'document.read', account, space: NS.private, key: keyOf(document) });
    const query = new Element('query', { xmlns: NS.private });
    query.cnode(kept === null ? new Element(document.name, document.attrs) : parse(kept));
    return query;
  }
  if (resource.account.exists !== true) return new StanzaError('not-allowed');
  for (const each of documents) {
    const xml = serialize(each);
    if (xml.length > config.documentLimit) return new StanzaError('resource-constraint');
    yield* ask({ op: 'document.write', account, space: NS.private, key: keyOf(each), xml });
  }
  return null;
}

const keyOf = (document: Element): string => `${document.attrs.xmlns ?? ''} ${document.name}`;
