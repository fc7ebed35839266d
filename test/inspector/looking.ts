/** A real server with an inspector, people who are connected to it, and a browser's way in. @module */
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { loadConfig } from '../../src/cli/config.ts';
import type { JsonObject } from '../../src/cli/config-source.ts';
import type { RunningServer } from '../../src/cli/serve.ts';
import { startServer } from '../../src/cli/start.ts';
import { header, Peer } from '../runtime/peer.ts';
import { KeptLog } from '../runtime/running.ts';

/** The password of everybody here; no page may show it. */
export const password = 'art thou not Romeo';

/** Starts a server in memory; the inspector is there because it is `localhost`. */
export async function lookedAt(settings: JsonObject = {}): Promise<{ readonly server: RunningServer; readonly log: KeptLog }> {
  const log = new KeptLog();
  const options = {
    host: '127.0.0.1', ports: { c2s: 0, c2sTls: false, http: false, https: false }, memory: true, insecurePlain: true, openRegistration: true,
    drainTimeoutMs: 50, limits: { closeTimeoutMs: 20 }, ...settings,
  };
  return { server: await startServer(loadConfig({ options, flags: new Map() }), { log }), log };
}

/** Registers, logs in and binds. */
export async function person(server: RunningServer, username: string, resource: string): Promise<Peer> {
  const peer = await Peer.connect(Number(server.addresses.c2s?.split(':').at(-1)));
  await peer.send(header).hears('</stream:features>');
  await peer.send(`<iq type='set' id='reg'><query xmlns='jabber:iq:register'><username>${username}</username><password>${password}</password></query></iq>`).hears('id="reg"');
  await peer.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${Buffer.from(`\0${username}\0${password}`).toString('base64')}</auth>`).hears('<success');
  await peer.send(header).hears('urn:ietf:params:xml:ns:xmpp-bind');
  await peer.send(`<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`).hears('</jid>');
  return peer;
}

/** An answer over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Asks as no browser would: any path as it stands, any header. */
export function ask(address: string, { path, method = 'GET', headers = {} }: { readonly path: string; readonly method?: string; readonly headers?: Readonly<Record<string, string>> }): Promise<Answer> {
  const { hostname, port } = new URL(address);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request({ host: hostname.replace(/[[\]]/g, ''), port, path, method, headers }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
  }).on('error', reject).end();
  return promise;
}

/** Exchanges the token of an address for the cookie. */
export async function cookieOf(address: string): Promise<string> {
  const { headers } = await ask(address, { path: new URL(address).pathname + new URL(address).search });
  return headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
}

/** One page of the feed, until it is closed. */
export class Listening {
  readonly events: unknown[] = [];
  #heard = (): void => {};
  readonly close: () => void;

  constructor(address: string, cookie: string, query: string) {
    const { hostname, port } = new URL(address);
    const asked = request({ host: hostname, port, path: `/live?${query}`, headers: { cookie } }, (response) => {
      let rest = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        const lines = (rest + part).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.startsWith('data: ')) this.events.push(JSON.parse(line.slice(6)));
        this.#heard();
      }).on('error', () => {});
    });
    asked.on('error', () => {}).end();
    this.close = () => void asked.destroy();
  }

  /** Everything that was told so far, as text. */
  get text(): string {
    return JSON.stringify(this.events);
  }

  /** Resolves once the text was told. */
  async tells(text: string): Promise<void> {
    while (!this.text.includes(text)) await new Promise<void>((resolve) => (this.#heard = resolve));
  }
}
