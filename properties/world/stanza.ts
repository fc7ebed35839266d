/** What a client sends to do something. @module */
import { LISTS } from '../arbitrary/history.ts';
import type { Deed } from '../arbitrary/history.ts';

/** The stanzas of a deed, in order; none for one that is done without.
 *  @param id of a message: its place among all of them */
export function stanzaOf(deed: Deed, id: number): readonly string[] {
  switch (deed.do) {
    case 'message': return [`<message to="${deed.to}" type="${deed.type}" id="${id}"><body>x</body></message>`];
    case 'available': return [`<presence><priority>${deed.priority}</priority></presence>`];
    case 'unavailable': return ['<presence type="unavailable"/>'];
    case 'directed': return [`<presence to="${deed.to}"${deed.isAvailable ? '' : ' type="unavailable"'}/>`];
    case 'subscription': return [`<presence to="${deed.to}" type="${deed.type}"/>`];
    case 'remove': return [`<iq id="x" type="set"><query xmlns="jabber:iq:roster"><item jid="${deed.to}" subscription="remove"/></query></iq>`];
    case 'block':
    case 'unblock': return [`<iq id="${deed.do}" type="set"><${deed.do} xmlns="urn:xmpp:blocking"><item jid="${deed.jid}"/></${deed.do}></iq>`];
    case 'list': return activation(deed.list);
    case 'invisible': return [`<iq id="invisible" type="set"><invisible xmlns="urn:xmpp:invisible:1" probe="${deed.probe}"/></iq>`];
    case 'visible': return ['<iq id="visible" type="set"><visible xmlns="urn:xmpp:invisible:1"/></iq>'];
    case 'roster': return ['<iq id="r" type="get"><query xmlns="jabber:iq:roster"/></iq>'];
    default: return [];
  }
}

function activation(list: number): readonly string[] {
  const items = LISTS[list];
  const query = (what: string): string => `<iq id="list" type="set"><query xmlns="jabber:iq:privacy">${what}</query></iq>`;
  return items === undefined ? [query('<active/>')] : [query(`<list name="${list}">${items}</list>`), query(`<active name="${list}"/>`)];
}
