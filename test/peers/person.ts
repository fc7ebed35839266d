/** Somebody with an account at a server, and what they wait for. What comes besides is passed over. @module */
import type { Element } from 'ltx';
import { Connection } from '../world/connection.ts';
import type { Endpoint } from './peer.ts';

/** A server where one can log in: a peer, or the server under test. */
export interface Home {
  readonly domain: string;
  readonly c2s: Endpoint;
  addAccount(name: string, password: string): Promise<void>;
}

export interface Person {
  /** The full JID. */
  readonly jid: string;
  readonly bareJid: string;
  send(xml: string): void;
  /** The next stanza that is so. Rejects when nothing more comes. */
  see(isWanted: (stanza: Element) => boolean): Promise<Element>;
  /** Cuts the connection. */
  leave(): void;
}

const password = 'o happy dagger';

/** Makes the account, logs in with PLAIN, asks for the roster and sends initial presence (RFC 6121 §2.2, §4.2). */
export async function settle(home: Home, name: string): Promise<Person> {
  await home.addAccount(name, password);
  return come(home, name);
}

/** Logs in with an account that {@link settle} has made. */
export async function come(home: Home, name: string): Promise<Person> {
  const connection = await Connection.open(`${home.c2s.host}:${home.c2s.port}`, 'plain', home.domain);
  const jid = await connection.logIn(name, password);
  const person: Person = {
    jid,
    bareJid: `${name}@${home.domain}`,
    send: (xml) => connection.send(xml),
    async see(isWanted) {
      for (;;) {
        const stanza = await connection.element();
        if (isWanted(stanza)) return stanza;
      }
    },
    leave: () => connection.drop(),
  };
  person.send('<iq id="roster" type="get"><query xmlns="jabber:iq:roster"/></iq><presence/>');
  await person.see(({ attrs }) => attrs['from'] === jid);
  return person;
}

/** A presence stanza of this type and from there; a bare JID stands for all its resources.
 *  @param type undefined for available */
export function presenceOf(from: string, type?: string): (stanza: Element) => boolean {
  return (stanza) => stanza.getName() === 'presence' && stanza.attrs['type'] === type && isFrom(stanza, from);
}

/** A message with this body. */
export function messageOf(body: string): (stanza: Element) => boolean {
  return (stanza) => stanza.getName() === 'message' && stanza.getChildText('body') === body;
}

function isFrom(stanza: Element, jid: string): boolean {
  const from = String(stanza.attrs['from']);
  return from === jid || from.startsWith(`${jid}/`);
}
