/** A client as plain as can be, over a real socket. It reads with a strict parser that is not the
 *  server's own (stream.ts). @module */
import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Element } from 'ltx';
import { readStream } from './stream.ts';
import { DOMAIN } from './world.ts';

const headerTo = (domain: string): string =>
  `<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="${domain}" version="1.0">`;
/** How long something may take to come before it counts as missing. */
const patienceMs = 10_000;

/** One end of a connection: what has come, and who waits for it. */
export class Connection {
  readonly socket: Socket;
  readonly #domain: string;
  readonly #received: (Element | 'closed')[] = [];
  #read: (text: string) => void;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket, domain: string) {
    this.socket = socket;
    this.#domain = domain;
    this.#read = readStream((item) => this.#push(item));
    socket.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    socket.on('error', () => {});
  }

  /** Connects to `host:port`, under TLS from the start or in the clear. The certificate is the
   *  server's own, made a moment ago; there is nobody to vouch for it.
   *  @param domain whom the stream is to */
  static async open(address: string | undefined, security: 'tls' | 'plain', domain = DOMAIN): Promise<Connection> {
    const [host = '', port = ''] = (address ?? '').split(':');
    const where = { host, port: Number(port) };
    const socket = security === 'tls' ? connectTls({ ...where, rejectUnauthorized: false, ALPNProtocols: ['xmpp-client'] }) : connectPlain(where);
    await once(socket, security === 'tls' ? 'secureConnect' : 'connect');
    return new Connection(socket, domain);
  }

  /** Opens the stream, or opens it anew, and waits for the features. */
  openStream(): Promise<Element> {
    this.#read = readStream((item) => this.#push(item));
    return this.ask(headerTo(this.#domain));
  }

  /** Asks for an account before authentication (XEP-0077 §3.1). */
  async register(name: string, password: string): Promise<Element> {
    await this.openStream();
    return this.ask(`<iq id="register" type="set"><query xmlns="jabber:iq:register"><username>${name}</username><password>${password}</password></query></iq>`);
  }

  /** Logs in with PLAIN and binds a resource.
   *  @returns the full JID */
  async logIn(name: string, password: string, resource?: string): Promise<string> {
    await this.openStream();
    const outcome = await this.ask(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${btoa(`\0${name}\0${password}`)}</auth>`);
    if (outcome.getName() !== 'success') throw new Error(`no log-in: ${outcome.toString()}`);
    await this.openStream();
    const wanted = resource === undefined ? '' : `<resource>${resource}</resource>`;
    const bound = await this.ask(`<iq id="bind" type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind">${wanted}</bind></iq>`);
    const jid = bound.getChild('bind')?.getChildText('jid');
    if (jid === undefined || jid === null) throw new Error(`no resource: ${bound.toString()}`);
    return jid;
  }

  send(xml: string): void {
    this.socket.write(xml);
  }

  /** The next first-level element, or `closed` for the closing tag. Rejects when nothing comes. */
  async next(): Promise<Element | 'closed'> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const next = this.#received.shift();
      if (next !== undefined) return next;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error('nothing more is received');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async element(): Promise<Element> {
    const next = await this.next();
    if (next === 'closed') throw new Error('the stream is closed');
    return next;
  }

  ask(xml: string): Promise<Element> {
    this.send(xml);
    return this.element();
  }

  /** Cuts the connection. */
  drop(): void {
    this.socket.destroy();
  }

  #push(item: Element | 'closed'): void {
    this.#received.push(item);
    this.#wake?.();
  }
}
