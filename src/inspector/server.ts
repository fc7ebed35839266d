/** The inspector's web server: a page, the machines as data, and the feed, on a port of its own on loopback. It reads
 *  and drives nothing: there is no request that changes the server that is looked at. Not here: who may look
 *  (gate.ts), what is kept (recorder.ts). @module */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TraceError } from '../core/trace.ts';
import { Feed } from './feed.ts';
import { pageFiles } from './files.ts';
import { Gate, isOwn, safeHeaders } from './gate.ts';
import { isLoopback } from './loopback.ts';
import { peopleLike, seenBy, watchersOf } from './people.ts';
import type { Recorder } from './recorder.ts';
import { scenarioOf } from './scenario.ts';
import { sheets } from './sheets.ts';
import type { Subject } from './subject.ts';
import { queryOf } from './view.ts';
import { watchedTrace } from './watched.ts';

/** What an inspector is made with. */
export interface InspectorOptions {
  readonly recorder: Recorder;
  /** An address of loopback. */
  readonly host: string;
  /** 0 is any free one. */
  readonly port: number;
  readonly clock?: () => number;
  readonly lingerMs?: number;
  /** Where texts of traces come from, by what an ID has before its first colon. */
  readonly traces?: TraceSources;
}

/** By the rest of the ID; undefined when there is none of it. It rejects with a TraceError when it can say why. */
export type TraceSources = Readonly<Record<string, (name: string) => Promise<string | undefined>>>;

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
  const { recorder, host, port, clock = Date.now, lingerMs, traces } = options;
  if (!isLoopback(host)) throw new Error(`The inspector is for this machine only, and ${host} is no loopback address.`);
  const feed = new Feed({ recorder, clock, ...(lingerMs !== undefined && { lingerMs }) });
  const server = createServer({ maxHeaderSize: 8_192, headersTimeout: 10_000, requestTimeout: 15_000 });
  server.maxConnections = 64;
  server.listen(port, host);
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  const site = new Site(feed, bound, recorder, traces);
  server.on('request', (request, response) => site.answer(request, response));
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/?token=${site.gate.token}`,
    stop: () => close(server, feed),
  };
}

async function close(server: Server, feed: Feed): Promise<void> {
  feed.stop();
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

const json = 'application/json';

class Site {
  readonly gate = new Gate();
  readonly #files = pageFiles();
  readonly #machines = JSON.stringify([...sheets.values()]);
  readonly #feed: Feed;
  readonly #port: number;
  readonly #recorder: Recorder;
  readonly #traces: ReadonlyMap<string, TraceSources[string]>;

  constructor(feed: Feed, port: number, recorder: Recorder, traces: TraceSources = {}) {
    this.#feed = feed;
    this.#port = port;
    this.#recorder = recorder;
    const session = async (key: string): Promise<string | undefined> => textOf(recorder.roll.get(key), watchedTrace);
    this.#traces = new Map(Object.entries({ session, ...traces }));
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
    this.#serve(url, response, request.method === 'HEAD');
  }

  /** The token leaves the address bar at once. */
  #exchange(response: ServerResponse, token: string): void {
    const cookie = this.gate.cookieFor(token, this.#port);
    if (cookie === undefined) return refuse(response, 401, 'That token is of another start: open the address that was printed last.');
    response.writeHead(303, { 'Set-Cookie': cookie, Location: '/' }).end();
  }

  #serve({ pathname, searchParams }: URL, response: ServerResponse, isHead: boolean): void {
    if (pathname === '/live') return this.#join(response, searchParams, isHead);
    if (pathname === '/scenario') return tell(response, textOf(this.#recorder.roll.get(searchParams.get('open') ?? ''), scenarioOf), 'text/plain; charset=utf-8', isHead);
    if (pathname.startsWith('/traces/')) return void this.#trace(pathname.slice('/traces/'.length), response, isHead);
    if (pathname === '/why') return this.#explain(response, searchParams, isHead);
    if (pathname === '/people') return tell(response, JSON.stringify(peopleLike(this.#recorder.core, searchParams.get('part') ?? '')), json, isHead);
    const file = pathname === '/machines.json' ? { type: json, body: this.#machines } : this.#files.get(pathname);
    tell(response, file?.body, file?.type ?? '', isHead);
  }

  /** Its ID is one segment of the path. */
  async #trace(segment: string, response: ServerResponse, isHead: boolean): Promise<void> {
    const id = decoded(segment);
    const colon = id.indexOf(':');
    try {
      tell(response, await this.#traces.get(id.slice(0, Math.max(0, colon)))?.(id.slice(colon + 1)), 'application/x-ndjson; charset=utf-8', isHead);
    } catch (error) {
      if (error instanceof TraceError) refuse(response, 503, error.message);
      else refuse(response, 500, 'That can\'t be read.');
    }
  }

  #explain(response: ServerResponse, params: URLSearchParams, isHead: boolean): void {
    const [watcher, contact] = [params.get('watcher') ?? '', params.get('contact') ?? ''];
    const answer = seenBy(this.#recorder, watcher === '' ? contact : watcher, contact);
    if (answer === undefined) refuse(response, 400, 'Both must be addresses, such as juliet@localhost.');
    else if (watcher === '') tell(response, JSON.stringify({ watchers: watchersOf(this.#recorder, contact) }), json, isHead);
    else tell(response, JSON.stringify({ answer, watchers: [] }), json, isHead);
  }

  #join(response: ServerResponse, params: URLSearchParams, isHead: boolean): void {
    if (!this.#feed.hasRoom) return refuse(response, 503, 'Too many pages look already.');
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    if (isHead) response.end();
    else this.#feed.join(response, queryOf(params));
  }
}

const textOf = (subject: Subject | undefined, write: (subject: Subject) => string | undefined): string | undefined => (subject === undefined ? undefined : write(subject));

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return ''; // which names nothing
  }
}

function tell(response: ServerResponse, body: string | Buffer | undefined, type: string, isHead: boolean): void {
  if (body === undefined) return refuse(response, 404, 'There is nothing of that name.');
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(isHead ? undefined : body);
}

function refuse(response: ServerResponse, status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
}
