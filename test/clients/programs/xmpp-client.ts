/** `@xmpp/client` as a program: TCP with STARTTLS, direct TLS, and WebSocket by Node's own. It logs in
 *  again by its own reconnection. @module */
import { once } from 'node:events';
import { client, xml } from '@xmpp/client';
import type { XmppClient } from '@xmpp/client';
import type { Element } from 'ltx';
import type { Commands, Session } from '../client.ts';
import { obey, saw } from './obey.ts';

const rosterNs = 'jabber:iq:roster';
let entity: XmppClient;
let mechanism = '';

const session = (): Session => ({ jid: String(entity.jid), mechanism });

const commands: Commands = {
  async connect({ service, username, password, resource }) {
    entity = client({ service, domain: 'localhost', resource, username, password });
    entity.reconnect.delay = 10;
    // A transport that is lost is an error to the library as well as a reason to come back.
    entity.on('error', () => {});
    entity.on('send', (sent: Element) => (mechanism = sent.attrs['mechanism'] ?? mechanism));
    entity.on('stanza', tell);
    entity.iqCallee.set(rosterNs, 'query', ({ element }) => {
      for (const { attrs } of element.getChildElements()) saw({ kind: 'push', ...attrs });
      return true;
    });
    await entity.start();
    return session();
  },
  async relapse() {
    const back = once(entity, 'online');
    const { socket } = entity.socket ?? {};
    if (socket?.destroy !== undefined) socket.destroy();
    else socket?.close?.();
    await back;
    return session();
  },
  async disconnect() {
    entity.reconnect.stop();
    await entity.stop();
  },
  message: (to, body) => entity.send(xml('message', { to, type: 'chat' }, xml('body', {}, body))),
  presence: (type, to) => entity.send(xml('presence', { type, to })),
  async roster() {
    const result = await entity.iqCaller.request(xml('iq', { type: 'get' }, xml('query', { xmlns: rosterNs })));
    return (result.getChild('query', rosterNs)?.getChildren('item') ?? []).map(({ attrs }) => ({ subscription: '', jid: '', ...attrs }));
  },
  async setContact(jid, name) {
    await entity.iqCaller.request(xml('iq', { type: 'set' }, xml('query', { xmlns: rosterNs }, xml('item', { jid, name }))));
  },
};

function tell(stanza: Element): void {
  const { from, type } = stanza.attrs;
  const delay = stanza.getChild('delay', 'urn:xmpp:delay')?.attrs['stamp'];
  const body = stanza.getChildText('body');
  if (stanza.is('message')) saw({ kind: 'message', ...(from && { from }), ...(body !== null && { body }), ...(delay && { delay }) });
  if (stanza.is('presence')) saw({ kind: 'presence', ...(from && { from }), type: type ?? 'available' });
}

obey(commands);
