/** What the server and its accounts can do. Spec: XEP-0030. Not here: what each extension says of
 *  itself (its own file). @module */
import { Element } from 'ltx';
import type { Feature, Host, IqAnswer, IqRequest } from '../feature.ts';
import { NS } from '../namespaces.ts';
import { StanzaError } from '../stanza-error.ts';

/** XEP-0030 §3, §4: no nodes; the items of the server are its other services. */
export const disco: Feature = {
  name: 'disco',
  serverFeatures: [NS.discoInfo, NS.discoItems, NS.offline],
  accountFeatures: [NS.discoInfo, NS.discoItems],
  iq: [
    { name: 'query', xmlns: NS.discoInfo, types: ['get'], to: ['server', 'own'], answer: info },
    { name: 'query', xmlns: NS.discoItems, types: ['get'], to: ['server', 'own', 'contact'], answer: items },
  ],
};

function info({ config, features }: Host, { payload, account }: IqRequest): IqAnswer {
  if (payload.attrs.node !== undefined) return new StanzaError('item-not-found'); // XEP-0030 §7
  const query = new Element('query', { xmlns: NS.discoInfo });
  query.cnode(account === undefined
    ? new Element('identity', { category: 'server', type: 'im', name: config.software.name })
    : new Element('identity', { category: 'account', type: 'registered' }));
  const names = features.flatMap((feature) => (account === undefined ? feature.serverFeatures : feature.accountFeatures) ?? []);
  for (const name of [...new Set(names)].sort()) query.c('feature', { var: name });
  return query;
}

/** Of an account there is nothing to show, to whomever (XEP-0030 §8). */
function items({ services }: Host, { payload, account }: IqRequest): IqAnswer {
  if (payload.attrs.node !== undefined) return new StanzaError('item-not-found');
  const query = new Element('query', { xmlns: NS.discoItems });
  if (account === undefined) for (const { domain, name } of services.values()) if (name !== undefined) query.c('item', { jid: domain, name });
  return query;
}
