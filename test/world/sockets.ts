/** A whole server behind real sockets: direct TLS on loopback, accounts by in-band registration, SASL
 *  PLAIN inside TLS. The client is as plain as can be; it reads with a strict parser that is not the server's
 *  own (stream.ts). @module */
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { Element } from 'ltx';
import { parseConfig } from '../../src/cli/config.ts';
import { startServer } from '../../src/cli/start.ts';
import type { RunningServer } from '../../src/cli/serve.ts';
import { readStream } from './stream.ts';
import { DOMAIN } from './world.ts';
import type { Client, World } from './world.ts';

const header = `<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="${DOMAIN}" version="1.0">`;
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const password = 'a secret of the scenarios';
/** How long something may take to come before it counts as missing. */
const patienceMs = 5_000;

/** One end of a connection: what has come, and who waits for it. */
class Connection {
  readonly #socket: TLSSocket;
  readonly #received: (Element | 'closed')[] = [];
  #read: (text: string) => void;
  #wake: (() => void) | undefined;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.#read = readStream((item) => this.#push(item));
    socket.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    socket.on('error', () => {});
  }

  /** Opens the stream, or opens it anew, and waits for the features. */
  async openStream(): Promise<Element> {
    this.#read = readStream((item) => this.#push(item));
    this.send(header);
    return this.element();
  }

  send(xml: string): void {
    this.#socket.write(xml);
  }

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

  async ask(xml: string): Promise<Element> {
    this.send(xml);
    return this.element();
  }

  drop(): void {
    this.#socket.destroy();
  }

  #push(item: Element | 'closed'): void {
    this.#received.push(item);
    this.#wake?.();
  }
}

/** A server on a free port, with its data in memory. */
export class Sockets implements World {
  readonly #server: RunningServer;
  readonly #connections: Connection[] = [];

  private constructor(server: RunningServer) {
    this.#server = server;
  }

  static async start(): Promise<Sockets> {
    const config = parseConfig('{ "memory": true, "openRegistration": true, "ports": { "c2s": false, "c2sTls": 0, "http": false, "https": false } }', 'scenario.json');
    return new Sockets(await startServer(config, { log: quiet }));
  }

  async account(name: string): Promise<void> {
    const connection = await this.#open();
    await connection.openStream();
    const answer = await connection.ask(`<iq id="register" type="set"><query xmlns="jabber:iq:register"><username>${name}</username><password>${password}</password></query></iq>`);
    if (answer.attrs.type !== 'result') throw new Error(`no account: ${answer.toString()}`);
    connection.send('</stream:stream>');
  }

  async connect(name: string, resource: string | undefined): Promise<Client> {
    const connection = await this.#open();
    await connection.openStream();
    const outcome = await connection.ask(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${btoa(`\0${name}\0${password}`)}</auth>`);
    if (outcome.getName() !== 'success') throw new Error(`no log-in: ${outcome.toString()}`);
    await connection.openStream();
    const wanted = resource === undefined ? '' : `<resource>${resource}</resource>`;
    const bound = await connection.ask(`<iq id="bind" type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind">${wanted}</bind></iq>`);
    const jid = bound.getChild('bind')?.getChildText('jid');
    if (jid === undefined || jid === null) throw new Error(`no resource: ${bound.toString()}`);
    return {
      jid,
      send: (xml) => connection.send(xml),
      next: () => connection.next(),
      close: () => connection.send('</stream:stream>'),
      drop: () => connection.drop(),
    };
  }

  async dispose(): Promise<void> {
    for (const connection of this.#connections) connection.drop();
    await this.#server.stop();
  }

  async #open(): Promise<Connection> {
    const [host = '', port = ''] = (this.#server.addresses.c2sTls ?? '').split(':');
    // The certificate is the server's own, made a moment ago; there is nobody to vouch for it.
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false, ALPNProtocols: ['xmpp-client'] });
    await once(socket, 'secureConnect');
    const connection = new Connection(socket);
    this.#connections.push(connection);
    return connection;
  }
}
