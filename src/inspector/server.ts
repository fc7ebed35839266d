/** The inspector's web server, on a port of its own on loopback: the page with all that it asks for, and the feed of a live
 *  server where there is one. Not here: what stands where (site.ts), who may look (gate.ts), what is kept (recorder.ts). @module */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Feed } from './feed.ts';
import { Gate, isOwn, safeHeaders } from './gate.ts';
import { isLoopback } from './loopback.ts';
import type { Recorder } from './recorder.ts';
import { Site } from './site.ts';
import type { TraceSources } from './traces.ts';
import { queryOf } from './view.ts';

export type { TraceSource, TraceSources } from './traces.ts';

/** What an inspector is made with. */
export interface InspectorOptions {
  /** Of the server that is looked at; left out, there is none, and the page shows traces and machines. */
  readonly recorder?: Recorder;
  /** Where traces come from, beside the examples and the sessions that are looked at. */
  readonly traces?: TraceSources;
  /** An address of loopback. */
  readonly host: string;
  /** 0 is any free one. */
  readonly port: number;
  readonly clock?: () => number;
  readonly lingerMs?: number;
}

/** An inspector that can be looked at. */
export interface Inspector {
  /** Where it is, with the token: only for the eyes of whoever started the server. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Opens the port.
 *  @throws (rejects) when it can't be opened, and when it would be open to other machines: what it shows is for nobody
 *  else, and goes unencrypted; from elsewhere it is reached through a tunnel
 *  @example
 *  const recorder = new Recorder(createCore(config, features), { keepBodies: false });
 *  const { address } = await startInspector({ recorder, host: '127.0.0.1', port: 0 }); */
export async function startInspector(options: InspectorOptions): Promise<Inspector> {
  const { recorder, traces, host, port, clock = Date.now, lingerMs } = options;
  if (!isLoopback(host)) throw new Error(`The inspector is for this machine only, and ${host} is no loopback address.`);
  const feed = recorder && new Feed({ recorder, clock, ...(lingerMs !== undefined && { lingerMs }) });
  const server = createServer({ maxHeaderSize: 8_192, headersTimeout: 10_000, requestTimeout: 15_000 });
  server.maxConnections = 64;
  server.listen(port, host);
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  const door = new Door(new Site(recorder, traces), feed, bound);
  server.on('request', (request, response) => door.answer(request, response));
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/?token=${door.gate.token}`,
    stop: () => close(server, feed),
  };
}

async function close(server: Server, feed: Feed | undefined): Promise<void> {
  feed?.stop();
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** Lets in who may look. */
class Door {
  readonly gate = new Gate();
  readonly #site: Site;
  readonly #feed: Feed | undefined;
  readonly #port: number;

  constructor(site: Site, feed: Feed | undefined, port: number) {
    this.#site = site;
    this.#feed = feed;
    this.#port = port;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value);
    const url = URL.parse(request.url ?? '', 'http://localhost');
    if (url === null) return refuse(response, 400, 'That is no address.');
    if (!isOwn(request)) return refuse(response, 403, 'The inspector is looked at under the address that it has printed.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Here is only something to look at.', { Allow: 'GET, HEAD' });
    const token = url.pathname === '/' ? url.searchParams.get('token') : null;
    if (token !== null) return this.#exchange(response, token);
    if (!this.gate.knows(request, this.#port)) return refuse(response, 401, 'Open the address that the server printed when it started: it has a token in it.');
    const isHead = request.method === 'HEAD';
    if (url.pathname === '/live' && this.#feed !== undefined) return join(this.#feed, response, url.searchParams, isHead);
    void this.#show(url, response, isHead);
  }

  /** The token leaves the address bar at once. */
  #exchange(response: ServerResponse, token: string): void {
    const cookie = this.gate.cookieFor(token, this.#port);
    if (cookie === undefined) return refuse(response, 401, 'That token is of another start: open the address that was printed last.');
    response.writeHead(303, { 'Set-Cookie': cookie, Location: '/' }).end();
  }

  async #show({ pathname, searchParams }: URL, response: ServerResponse, isHead: boolean): Promise<void> {
    const found = await this.#site.find(pathname, searchParams);
    if ('status' in found) return refuse(response, found.status, found.sentence);
    response.writeHead(200, { 'Content-Type': found.type, 'Content-Length': found.body.length });
    response.end(isHead ? undefined : found.body);
  }
}

function join(feed: Feed, response: ServerResponse, params: URLSearchParams, isHead: boolean): void {
  if (!feed.hasRoom) return refuse(response, 503, 'Too many pages look already.');
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
  if (isHead) response.end();
  else feed.join(response, queryOf(params));
}

function refuse(response: ServerResponse, status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
}
