/** The vCard of an account, kept as it was sent. Spec: XEP-0054. @module */
import { Element, parse } from 'ltx';
import type { Feature, Host, IqAnswer, IqRequest } from '../feature.ts';
import { NS } from '../namespaces.ts';
import { StanzaError } from '../stanza-error.ts';
import { ask } from '../task.ts';
import type { Task } from '../task.ts';
import { serialize } from '../xml/writer.ts';

/** XEP-0054 §3: anyone may read one, its owner may change it. */
export const vcard: Feature = {
  name: 'vcard',
  serverFeatures: [NS.vcardTemp],
  accountFeatures: [NS.vcardTemp],
  iq: [{ name: 'vCard', xmlns: NS.vcardTemp, types: ['get', 'set'], to: ['own', 'contact'], answer }],
};

function* answer({ config }: Host, { type, payload, account, resource }: IqRequest): Task<IqAnswer> {
  if (account === undefined) return new StanzaError('service-unavailable');
  const isOwn = account === resource?.account.jid;
  if (type === 'get') {
    const kept = yield* ask({ op: 'document.read', account, space: NS.vcardTemp, key: '' });
    if (kept !== null) return parse(kept);
    // XEP-0054 §3.1, and RFC 6121 §8.5.1: no more is said of an account that is not the asker's.
    return isOwn ? new Element('vCard', { xmlns: NS.vcardTemp }) : new StanzaError('service-unavailable');
  }
  if (!isOwn) return new StanzaError('forbidden'); // XEP-0054 §3.2
  if (resource.account.exists !== true) return new StanzaError('not-allowed');
  const xml = serialize(payload);
  if (xml.length > config.documentLimit) return new StanzaError('resource-constraint');
  yield* ask({ op: 'document.write', account, space: NS.vcardTemp, key: '', xml });
  return null;
}
