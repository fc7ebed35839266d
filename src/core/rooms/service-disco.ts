/** What the service says of itself, and which rooms it lists. Spec: XEP-0045 §6.2, §6.3, §7.12, XEP-0059.
 *  Not here: what a room says of itself (disco.ts). @module */
import { Element } from 'ltx';
import { NS } from '../namespaces.ts';
import { childElements, childIn, ownText } from '../stanza.ts';
import type { RoomListing } from '../store.ts';
import { answer, refuse } from './answer.ts';
import { features, reservedNickNode } from './disco.ts';
import type { Received, Sent } from './room.ts';

/** The name of the service, where services are listed. */
export const serviceName = 'Chatrooms';

/** A stanza for the service itself.
 *  @param listings all rooms that are configured
 *  @param most how many are listed at a time */
export function receiveForService(received: Received, listings: () => readonly RoomListing[], most: number): readonly Sent[] {
  const { stanza } = received;
  const { type } = stanza.attrs;
  if (stanza.name === 'presence' || type === 'error' || type === 'result') return [];
  const [payload] = childElements(stanza);
  const xmlns = stanza.name === 'iq' && type === 'get' ? payload?.attrs.xmlns : undefined;
  if (payload === undefined || xmlns === undefined) return refuse(received, 'service-unavailable');
  if (xmlns === NS.ping) return answer(received, null);
  if (xmlns !== NS.discoInfo && xmlns !== NS.discoItems) return refuse(received, 'service-unavailable');
  if (payload.attrs.node === reservedNickNode) return refuse(received, 'feature-not-implemented'); // §7.12: it is the room's to say
  if (payload.attrs.node !== undefined) return refuse(received, 'item-not-found');
  return answer(received, xmlns === NS.discoInfo ? info() : items(payload, listings(), most));
}

function info(): Element {
  const query = new Element('query', { xmlns: NS.discoInfo });
  query.c('identity', { category: 'conference', type: 'text', name: serviceName });
  for (const feature of [...features.filter((each) => each !== NS.register), NS.resultSets]) query.c('feature', { var: feature });
  return query;
}

/** The public rooms, in the order of their addresses; page by page where they are many (XEP-0059 §2.1, §2.2, §2.6). */
function items(payload: Element, listings: readonly RoomListing[], most: number): Element {
  const set = childIn(payload, 'set', NS.resultSets);
  const asked = set === undefined ? '' : ownText(set, 'max');
  const after = set === undefined ? '' : ownText(set, 'after');
  const shown = listings.filter(({ isPublic }) => isPublic).sort((a, b) => (a.room < b.room ? -1 : 1));
  const rest = shown.filter(({ room }) => room > after);
  const page = rest.slice(0, /^\d{1,9}$/.test(asked) ? Math.min(Number(asked), most) : most);
  const query = new Element('query', { xmlns: NS.discoItems });
  for (const { room, name } of page) query.c('item', { jid: room, name: name === '' ? room.slice(0, room.indexOf('@')) : name });
  if (set === undefined && page.length === shown.length) return query;
  const result = query.c('set', { xmlns: NS.resultSets });
  const [first] = page;
  const last = page.at(-1);
  if (first !== undefined && last !== undefined) {
    result.c('first', { index: String(shown.length - rest.length) }).t(first.room);
    result.c('last').t(last.room);
  }
  result.c('count').t(String(shown.length));
  return query;
}
