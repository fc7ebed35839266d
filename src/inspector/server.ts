/** The inspector's web server, on a port of its own on loopback: the page with all that it asks for, and the feed of a live
 *  server where there is one. Not here: what stands where (site.ts), who may look (gate.ts), what is kept (recorder.ts). @module */
import { once } from 'node:events';
import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Core } from '../core/server.ts';
import { Feed } from './feed.ts';
import { Gate, isOwn, safeHeaders } from './gate.ts';
import { isLoopback } from './loopback.ts';
import { Recorder } from './recorder.ts';
import { Site } from './site.ts';
import type { Source } from './source.ts';
import { chosenOf, Stately } from './stately.ts';
import type { TraceSources } from './traces.ts';
import { queryOf } from './view.ts';

export type { TraceSource, TraceSources } from './traces.ts';

/** What an inspector is made with. */
export interface InspectorOptions {
  /** Of the core that is looked at; left out, there is none, and without actors the page shows traces and machines only. */
  readonly recorder?: Recorder;
  /** Machines that are looked at beside those of the core, or without it. */
  readonly actors?: Source;
  /** Where traces come from, beside the examples and the sessions that are looked at. */
  readonly traces?: TraceSources;
  /** An address of loopback; `127.0.0.1` unless given. */
  readonly host?: string;
  /** Any that is free unless given, or 0. */
  readonly port?: number;
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
  const { traces, host = '127.0.0.1', port = 0, clock = Date.now, lingerMs } = options;
  if (!isLoopback(host)) throw new Error(`The inspector is for this machine only, and ${host} is no loopback address.`);
  const recorder = recorderOf(options);
  const live = recorder && liveOf(recorder, clock, lingerMs);
  const server = createServer({ maxHeaderSize: 8_192, headersTimeout: 10_000, requestTimeout: 15_000 });
  server.maxConnections = 64;
  server.listen(port, host);
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  const door = new Door(new Site(recorder, traces), live, bound);
  server.on('request', (request, response) => door.answer(request, response));
  server.on('upgrade', (request, socket, head) => door.upgrade(request, socket, head));
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/?token=${door.gate.token}`,
    stop: () => close(server, live),
  };
}

/** Who is told while something happens: pages, and other inspectors. */
interface Live {
  readonly feed: Feed;
  readonly stately: Stately;
}

function liveOf(recorder: Recorder, clock: () => number, lingerMs: number | undefined): Live {
  const feed = new Feed({ recorder, clock, ...(lingerMs !== undefined && { lingerMs }) });
  return { feed, stately: new Stately({ recorder, look: () => feed.look(), clock }) };
}

/** Actors are looked at without a core, too. */
function recorderOf({ recorder, actors }: InspectorOptions): Recorder | undefined {
  if (actors === undefined) return recorder;
  const found = recorder ?? new Recorder(nobody, { keepBodies: false });
  found.source = actors;
  return found;
}

async function close(server: Server, live: Live | undefined): Promise<void> {
  live?.stately.stop();
  live?.feed.stop();
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** A core in which nothing happens. */
const nobody: Core = {
  step: () => [],
  observe: () => () => {},
  standing: () => [],
  places: () => [],
  waiting: () => [],
  sight: () => undefined,
  census: () => ({ streams: 0, accounts: 0, resources: 0, timers: 0, requests: 0, peers: 0, links: 0, farewells: 0 }),
};

/** Lets in who may look. */
class Door {
  readonly gate = new Gate();
  readonly #site: Site;
  readonly #live: Live | undefined;
  readonly #port: number;

  constructor(site: Site, live: Live | undefined, port: number) {
    this.#site = site;
    this.#live = live;
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
    if (url.pathname === '/live' && this.#live !== undefined) return join(this.#live.feed, response, url.searchParams, isHead);
    if (url.pathname === '/stately') return refuse(response, 426, 'Here is a WebSocket for other inspectors.', { Upgrade: 'websocket' });
    void this.#show(url, response, isHead);
  }

  /** A WebSocket for other inspectors; they have no cookie, and give the token. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const url = URL.parse(request.url ?? '', 'http://localhost');
    if (url === null || url.pathname !== '/stately' || this.#live === undefined) return refuseUpgrade(socket, 404, 'There is nothing of that name.');
    if (!isOwn(request)) return refuseUpgrade(socket, 403, 'The inspector is looked at under the address that it has printed.');
    const isAdmitted = this.gate.knows(request, this.#port) || this.gate.admits(url.searchParams.get('token') ?? '');
    if (!isAdmitted) return refuseUpgrade(socket, 401, 'Give the token of the address that the server printed when it started.');
    const chosen = chosenOf(url.searchParams);
    if (chosen === undefined) return refuseUpgrade(socket, 400, 'Say whose machines: ?session=c1, or a full JID; 32 at the most.');
    if (!this.#live.stately.hasRoom) return refuseUpgrade(socket, 503, 'Too many look already.');
    this.#live.stately.join(request, socket, head, chosen);
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

function refuseUpgrade(socket: Duplex, status: number, sentence: string): void {
  const body = `${sentence}\n`;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () => socket.destroy());
}

function refuse(response: ServerResponse, status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
}
