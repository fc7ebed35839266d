/** A deliberately naive server, as short as it can be, with the faults that Openfire 4.6.0 had (OF-2012): there is a route to a
 *  resource only between its initial and its unavailable presence. It knows no subscriptions. For the tests of the checks. @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import type { TestedServer } from '../../properties/index.ts';

interface NaiveSession {
  readonly jid: string;
  readonly hear: (xml: string) => void;
}

const bareOf = (jid: string): string => jid.split('/')[0] ?? jid;

/** Makes one. */
export function naiveServer(): TestedServer {
  const routes = new Map<string, NaiveSession>();
  const offline = new Map<string, string[]>();

  function deliver(message: Element, sender: NaiveSession): void {
    const { to = '', type } = message.attrs;
    const found = routes.get(to) ?? [...routes.values()].find(({ jid }) => bareOf(jid) === bareOf(to));
    if (found !== undefined) found.hear(message.toString());
    else if (type === 'groupchat') sender.hear(`<message type="error" from="${to}" to="${sender.jid}" id="${message.attrs.id}"/>`);
    else if (type !== 'headline') offline.set(bareOf(to), [...(offline.get(bareOf(to)) ?? []), message.toString()]);
  }

  function changePresence(session: NaiveSession, isAvailable: boolean): void {
    if (!isAvailable) return void routes.delete(session.jid);
    routes.set(session.jid, session);
    session.hear(`<presence from="${session.jid}" to="${bareOf(session.jid)}"/>`);
    for (const message of offline.get(bareOf(session.jid)) ?? []) session.hear(message);
    offline.delete(bareOf(session.jid));
  }

  return {
    advance() {},
    connect(jid, hear) {
      const session = { jid, hear };
      return {
        cut: () => changePresence(session, false),
        send(xml) {
          if (xml.startsWith('</')) {
            changePresence(session, false);
            return hear(xml);
          }
          const stanza = parse(xml);
          if (stanza.name === 'message') deliver(Object.assign(stanza, { attrs: { ...stanza.attrs, from: jid } }), session);
          if (stanza.name === 'presence' && stanza.attrs.to === undefined) changePresence(session, stanza.attrs.type === undefined);
        },
      };
    },
  };
}
