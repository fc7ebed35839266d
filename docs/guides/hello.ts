/** Two users of two servers write to each other, and say what has come: a check that the servers have found each other, and have
 *  believed each other. docs/guides/run.md tells how to use it. @module */
import { once } from 'node:events';
import { client, xml } from '@xmpp/client';
import type { XmppClient } from '@xmpp/client';
import type { Element } from 'ltx';

const [one, oneService, other, otherService] = process.argv.slice(2);
const password = process.env['WAYSTATE_PASSWORD'];
if (one === undefined || oneService === undefined || other === undefined || otherService === undefined || password === undefined) {
  console.error('Usage: WAYSTATE_PASSWORD=... node docs/guides/hello.ts JID WEBSOCKET JID WEBSOCKET');
  process.exit(2);
}

function clientOf(jid: string, service: string): XmppClient {
  const [username = '', domain = ''] = jid.split('@');
  const entity = client({ service, domain, username, password: password ?? '', resource: 'hello' });
  entity.reconnect.stop();
  return entity;
}

/** Sends a greeting, and tells what comes of it: the message, or the error that comes back. */
async function greet(from: XmppClient, to: XmppClient, jid: string): Promise<boolean> {
  const arrived = Promise.race([once(to, 'stanza'), once(from, 'stanza')]) as Promise<[Element]>;
  await from.send(xml('message', { to: jid, type: 'chat' }, xml('body', {}, `Hello, ${jid}!`)));
  const [stanza] = await arrived;
  const isThere = stanza.attrs.type !== 'error';
  console.log(isThere ? `${jid} has got: ${stanza.getChildText('body')}` : `It has come back: ${stanza.getChild('error')?.toString()}`);
  return isThere;
}

const juliet = clientOf(one, oneService);
const romeo = clientOf(other, otherService);
await Promise.all([juliet.start(), romeo.start()]);
const isThere = await greet(juliet, romeo, other) && await greet(romeo, juliet, one);
await Promise.all([juliet.stop(), romeo.stop()]);
process.exitCode = isThere ? 0 : 1;
