/** The few honest lines that lead to where an attack begins. Spec: RFC 6120 §9.1, RFC 7395 §3.10. @module */
import { NS } from '../../src/core/namespaces.ts';
import { connectSecurely, FrameClient, StreamClient } from './raw-client.ts';
import type { RawClient } from './raw-client.ts';

/** The opening tag of a client's stream, with these attributes in place of or beside the usual ones;
 *  undefined leaves one out. */
export function header(attributes: Readonly<Record<string, string | undefined>> = {}): string {
  const all = { 'xmlns': NS.client, 'xmlns:stream': NS.streams, 'to': 'localhost', 'version': '1.0', ...attributes };
  const written = Object.entries(all).map(([name, value]) => (value === undefined ? '' : ` ${name}='${value}'`));
  return `<?xml version='1.0'?><stream:stream${written.join('')}>`;
}

/** What begins a stream over WebSocket. */
export const open = `<open xmlns='${NS.framing}' to='localhost' version='1.0'/>`;
export const starttls = `<starttls xmlns='${NS.tls}'/>`;
/** What closes a stream over TCP. */
export const closingTag = '</stream:stream>';

/** A request for SASL PLAIN (RFC 4616 §2). */
export function plain(localpart: string, password = 'secret', authzid = ''): string {
  return `<auth xmlns='${NS.sasl}' mechanism='PLAIN'>${Buffer.from(`${authzid}\0${localpart}\0${password}`).toString('base64')}</auth>`;
}

/** A request to bind a resource (RFC 6120 §7). */
export function bind(resourcepart?: string): string {
  const resource = resourcepart === undefined ? '' : `<resource>${resourcepart}</resource>`;
  return `<iq type='set' id='bind'><bind xmlns='${NS.bind}'>${resource}</bind></iq>`;
}

/** Opens the stream, for the first time or after SASL. */
export async function opened<C extends RawClient>(client: C): Promise<C> {
  client.send(client instanceof FrameClient ? open : header());
  await client.hears('</stream:features>');
  return client;
}

/** Opens the stream and secures it by STARTTLS; the stream under TLS isn't open yet. */
export async function secured(client: StreamClient): Promise<StreamClient> {
  await (await opened(client)).send(starttls).hears('<proceed');
  client.socket.removeAllListeners('data');
  return connectSecurely(client.socket);
}

/** Opens the stream, and authenticates. */
export async function authenticated<C extends RawClient>(client: C, localpart: string): Promise<C> {
  await (await opened(client)).send(plain(localpart)).hears('<success');
  return opened(client);
}

/** Logs in, up to a bound resource. */
export async function bound<C extends RawClient>(client: C, localpart: string, resourcepart?: string): Promise<C> {
  await authenticated(client, localpart);
  await client.send(bind(resourcepart)).hears('</iq>');
  return client;
}

/** All that a bound client hears because of these stanzas: what comes before the answer to a ping that
 *  follows them (RFC 6120 §10.1). */
export async function answersTo(client: RawClient, stanzas: string): Promise<string> {
  const heard = await client.send(`${stanzas}<iq type='get' id='alive' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`).hears('id="alive"');
  await client.hears('/>');
  return heard.slice(0, heard.lastIndexOf('<'));
}
