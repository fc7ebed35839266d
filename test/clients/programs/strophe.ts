/** `strophe.js`, the library of most web clients, as a program: WebSocket. It has no reconnection of
 *  its own; like the clients that are built on it, it resets and connects again. @module */
import { $iq, $msg, $pres, Strophe } from 'strophe.js';
import type { Builder, Connection, DomElement } from 'strophe.js';
import type { Commands, Contact, Login, Session } from '../client.ts';
import { obey, saw } from './obey.ts';

const rosterNs = Strophe.NS.ROSTER;
let connection: Connection;
let login: Login;
let mechanism = '';
let lost = (): void => {};

function connect(): Promise<Session> {
  const { promise, resolve, reject } = Promise.withResolvers<Session>();
  // Handlers end with the connection they were added to.
  connection.addHandler(tellMessage, '', 'message', '');
  connection.addHandler(tellPresence, '', 'presence', '');
  connection.addHandler(tellPush, rosterNs, 'iq', 'set');
  connection.connect(`${login.username}@localhost/${login.resource}`, login.password, (status: number, reason: string | null) => {
    if (status === Strophe.Status.CONNECTED) resolve({ jid: connection.jid, mechanism });
    else if (status === Strophe.Status.DISCONNECTED) lost();
    else if (status === Strophe.Status.AUTHFAIL || status === Strophe.Status.CONNFAIL) reject(new Error(`${status} ${reason}`));
  });
  return promise;
}

/** Strophe tells of the end of a connection by the callback of its beginning. */
function untilLost(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  lost = resolve;
  return promise;
}

const request = (iq: Builder): Promise<DomElement> =>
  new Promise((resolve, reject) => connection.sendIQ(iq, resolve, (error) => reject(new Error(error?.toString() ?? 'no answer'))));

const commands: Commands = {
  connect(given) {
    login = given;
    connection = new Strophe.Connection(login.service);
    connection.xmlOutput = (sent) => (mechanism = sent.getAttribute('mechanism') ?? mechanism);
    return connect();
  },
  async relapse() {
    const over = untilLost();
    connection._proto.socket?.terminate();
    await over;
    connection.reset();
    return connect();
  },
  async disconnect() {
    const over = untilLost();
    connection.disconnect('');
    await over;
  },
  async message(to, body) {
    connection.send($msg({ to, type: 'chat' }).c('body').t(body));
  },
  async presence(type, to) {
    connection.send($pres({ ...(type && { type }), ...(to && { to }) }));
  },
  async roster() {
    const result = await request($iq({ type: 'get' }).c('query', { xmlns: rosterNs }));
    return [...result.getElementsByTagName('item')].map(contactOf);
  },
  async setContact(jid, name) {
    await request($iq({ type: 'set' }).c('query', { xmlns: rosterNs }).c('item', { jid, name }));
  },
};

const contactOf = (item: DomElement): Contact => {
  const name = item.getAttribute('name');
  return { jid: item.getAttribute('jid') ?? '', subscription: item.getAttribute('subscription') ?? '', ...(name !== null && { name }) };
};

function tellMessage(stanza: DomElement): boolean {
  const from = stanza.getAttribute('from');
  const body = stanza.getElementsByTagName('body')[0]?.textContent;
  const delay = stanza.getElementsByTagName('delay')[0]?.getAttribute('stamp');
  saw({ kind: 'message', ...(from && { from }), ...(body && { body }), ...(delay && { delay }) });
  return true;
}

function tellPresence(stanza: DomElement): boolean {
  const from = stanza.getAttribute('from');
  saw({ kind: 'presence', ...(from && { from }), type: stanza.getAttribute('type') ?? 'available' });
  return true;
}

function tellPush(push: DomElement): boolean {
  for (const item of push.getElementsByTagName('item')) saw({ kind: 'push', ...contactOf(item) });
  connection.send($iq({ type: 'result', id: push.getAttribute('id') ?? '' }));
  return true;
}

obey(commands);
