/** A small XMPP client for load: stream, SASL, resource binding, registration and nothing else
 *  (RFC 6120 §4-§7, XEP-0077). @module */
import net from 'node:net';
import { Framer } from './framer.ts';
import { PASSWORD } from './job.ts';
import { clientFinal, clientFirst } from './scram.ts';

/** libuv asks for a buffer and hands it back filled within one call, so all clients share one. */
const received = Buffer.allocUnsafeSlow(256 * 1024);
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const REPLY_MS = 60_000;
const CLOSE_MS = 2_000;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const decode = (element: string): string =>
  Buffer.from(element.slice(element.indexOf('>') + 1, element.lastIndexOf('</')), 'base64').toString();

interface Waiter {
  readonly matches: (xml: string) => boolean;
  readonly resolve: (xml: string) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** The SASL mechanisms that the generator speaks. */
export type Mechanism = 'PLAIN' | 'SCRAM-SHA-1';

/** One connection and its stream. A failure that nobody waits for is thrown, and ends the run. */
export class Client {
  /** The full JID, once bound. */
  jid = '';
  /** Told of each first-level element that nobody waits for. */
  onStanza: ((xml: string) => void) | undefined;
  /** While set, takes all bytes, and the framer none. */
  onBytes: ((bytes: Buffer) => void) | undefined;
  /** Whether the connection has ended. */
  ended = false;
  readonly #port: number;
  readonly #domain: string;
  readonly #framer: Framer;
  #waiters: Waiter[] = [];
  #socket: net.Socket | undefined;
  #closed: (() => void) | undefined;
  #ids = 0;

  constructor(port: number, domain: string) {
    this.#port = port;
    this.#domain = domain;
    this.#framer = new Framer({
      element: (xml) => this.#element(xml),
      end: () => this.#down(new Error('the server closed the stream')),
    });
  }

  /** The bare JID, once bound. */
  get bareJid(): string {
    return this.jid.slice(0, this.jid.indexOf('/'));
  }

  /** Writes stanzas. */
  send(data: string | Uint8Array): void {
    this.#socket?.write(data);
  }

  /** Sends an IQ request and waits for its answer (RFC 6120 §8.2.3). */
  iq(type: 'get' | 'set', payload: string, to?: string): Promise<string> {
    const id = `q${this.#ids++}`;
    const answer = this.wait((xml) => xml.startsWith('<iq') && new RegExp(`^[^>]*\\sid=['"]${id}['"]`).test(xml), `answer to ${payload}`);
    this.send(`<iq id='${id}' type='${type}'${to === undefined ? '' : ` to='${to}'`}>${payload}</iq>`);
    return answer;
  }

  /** Waits for the first element that matches. */
  wait(matches: (xml: string) => boolean, what: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${what} within ${REPLY_MS} ms`)), REPLY_MS);
      this.#waiters.push({ matches, resolve, reject, timer });
    });
  }

  /** Creates an account (XEP-0077 §3.1); one that exists already is fine. */
  async register(localpart: string): Promise<void> {
    await this.#connect();
    await this.#openStream();
    const answer = await this.iq('set', `<query xmlns='jabber:iq:register'><username>${localpart}</username><password>${PASSWORD}</password></query>`);
    if (!isResult(answer) && !answer.includes('conflict')) throw new Error(`registration refused: ${answer}`);
    await this.close();
  }

  /** Connects, authenticates and binds a resource; with the session of RFC 3921 §3 when the server
   *  offers it, as older clients do. */
  async login(localpart: string, mechanism: Mechanism): Promise<this> {
    await this.#connect();
    const offered = await this.#openStream();
    if (!offered.includes(`>${mechanism}<`)) throw new Error(`the server does not offer ${mechanism}: ${offered}`);
    await (mechanism === 'PLAIN' ? this.#plain(localpart) : this.#scram(localpart));
    const features = await this.#openStream();
    const bound = await this.iq('set', "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>bench</resource></bind>");
    this.jid = /<jid>([^<]*)<\/jid>/.exec(bound)?.[1] ?? '';
    if (this.jid === '') throw new Error(`resource binding refused: ${bound}`);
    if (/<session[ >]/.test(features)) {
      const answer = await this.iq('set', "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>");
      if (!isResult(answer)) throw new Error(`session refused: ${answer}`);
    }
    return this;
  }

  /** Ends the stream in order (RFC 6120 §4.4); after two seconds without an answer, abruptly. */
  close(): Promise<void> {
    const socket = this.#socket;
    if (this.ended || socket === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => socket.destroy(), CLOSE_MS);
      this.#closed = () => {
        clearTimeout(timer);
        socket.destroy();
        resolve();
      };
      this.onBytes = () => {};
      socket.end('</stream:stream>');
    });
  }

  #connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const read = (count: number): boolean => {
        const bytes = received.subarray(0, count);
        // What the framer sees is ASCII: no character can be cut in two.
        if (this.onBytes === undefined) this.#framer.push(bytes.toString('latin1'));
        else this.onBytes(bytes);
        return true;
      };
      const socket = net.connect({ host: '127.0.0.1', port: this.#port, noDelay: true, onread: { buffer: received, callback: read } });
      this.#socket = socket;
      socket.once('connect', resolve);
      socket.once('error', (error) => {
        reject(error);
        this.#down(error);
      });
      socket.once('close', () => this.#down(new Error('the server closed the connection')));
    });
  }

  #openStream(): Promise<string> {
    this.#framer.restart();
    const features = this.wait((xml) => xml.startsWith('<stream:features'), 'stream features');
    this.send(`<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${this.#domain}' version='1.0'>`);
    return features;
  }

  async #plain(localpart: string): Promise<void> {
    await this.#sasl(`<auth xmlns='${SASL}' mechanism='PLAIN'>${base64(`\0${localpart}\0${PASSWORD}`)}</auth>`, '<success');
  }

  async #scram(localpart: string): Promise<void> {
    const first = clientFirst(localpart);
    const challenge = await this.#sasl(`<auth xmlns='${SASL}' mechanism='SCRAM-SHA-1'>${base64(first.message)}</auth>`, '<challenge');
    const final = await clientFinal(first, decode(challenge), PASSWORD);
    const success = await this.#sasl(`<response xmlns='${SASL}'>${base64(final.message)}</response>`, '<success');
    if (decode(success) !== `v=${final.serverSignature}`) throw new Error('SCRAM: wrong server signature');
  }

  async #sasl(xml: string, expected: '<challenge' | '<success'): Promise<string> {
    const answer = this.wait((element) => /^<(challenge|success|failure)/.test(element), 'SASL answer');
    this.send(xml);
    const element = await answer;
    if (!element.startsWith(expected)) throw new Error(`log-in refused: ${element}`);
    return element;
  }

  #element(xml: string): void {
    if (xml.startsWith('<stream:error')) return this.#down(new Error(`stream error: ${xml}`));
    const index = this.#waiters.findIndex((waiter) => waiter.matches(xml));
    const [waiter] = index < 0 ? [] : this.#waiters.splice(index, 1);
    if (waiter === undefined) return this.onStanza?.(xml);
    clearTimeout(waiter.timer);
    waiter.resolve(xml);
  }

  #down(error: Error): void {
    if (this.ended) return;
    this.ended = true;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      clearTimeout(waiter.timer);
      waiter.reject(error);
    }
    if (this.#closed !== undefined) this.#closed();
    else if (waiters.length === 0) throw error;
  }
}

/** Whether an IQ is a result. */
function isResult(xml: string): boolean {
  return /^[^>]*\stype=['"]result['"]/.test(xml);
}
