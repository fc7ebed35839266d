/** What the inspector answers to a request, by whosever HTTP server it came in, and to whom. Not here: the token and the
 *  rules of origin (gate.ts), what stands where (site.ts). @module */
import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Feed } from './feed.ts';
import { Gate, isOfOneHost, isOwn, safeHeaders } from './gate.ts';
import { isLoopback } from './loopback.ts';
import type { Site } from './site.ts';
import { chosenOf } from './stately.ts';
import type { Stately } from './stately.ts';
import { queryOf } from './view.ts';

/** Who is told while something happens: pages, and other inspectors. */
export interface Live {
  readonly feed: Feed;
  readonly stately: Stately;
}

/** Whether somebody may look, as the program around the inspector decides. */
export type LookCheck = (request: IncomingMessage) => boolean | Promise<boolean>;

/** Lets in who may look: who has the token, on this machine; or whom the program lets in, wherever that is. */
export class Door {
  readonly gate = new Gate();
  readonly #site: Site;
  readonly #live: Live | undefined;
  readonly #path: string;
  readonly #mayLook: LookCheck | undefined;

  constructor(site: Site, live: Live | undefined, path: string, mayLook?: LookCheck) {
    this.#site = site;
    this.#live = live;
    this.#path = path;
    this.#mayLook = mayLook;
  }

  /** @returns false, with nothing done, when the request is for something outside the path */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const address = request.url ?? '';
    if (address.split('?', 1)[0] === this.#path.slice(0, -1) && this.#path !== '/') {
      // Without the slash what the page names would be beside it. The token, if there is one, goes along.
      response.writeHead(308, { Location: `${this.#path}${address.slice(this.#path.length - 1)}` }).end();
      return true;
    }
    if (!address.startsWith(this.#path) && this.#path !== '/') return false;
    this.#let(request, response);
    return true;
  }

  /** What the page calls an address: the path of the inspector is off it. */
  #addressOf({ url = '' }: IncomingMessage): URL | null {
    return URL.parse(url.startsWith(this.#path) ? url.slice(this.#path.length - 1) : url, 'http://localhost');
  }

  #let(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value);
    const url = this.#addressOf(request);
    if (url === null) return refuse(response, 400, 'That is no address.');
    const no = (status: number, sentence: string): void => refuse(response, status, sentence);
    if (this.#mayLook !== undefined) return this.#ask(request, () => this.#serve(request, response, url), no);
    if (!isHere(request)) return no(403, 'The inspector is looked at under the address that it has printed.');
    const token = url.pathname === '/' ? url.searchParams.get('token') : null;
    if (token !== null) return this.#exchange(request, response, token);
    if (!this.gate.knows(request, portOf(request))) return no(401, 'Open the address that the server printed when it started: it has a token in it.');
    this.#serve(request, response, url);
  }

  /** Asks the program; a page of another site is refused whoever the program takes it for. */
  #ask(request: IncomingMessage, yes: () => void, no: (status: number, sentence: string) => void): void {
    if (!isOfOneHost(request)) return no(403, 'A page of another site may not look.');
    const check = async (): Promise<boolean> => (await this.#mayLook?.(request)) === true;
    check().then((may) => (may ? yes() : no(403, 'You may not look.')), () => no(503, 'Whether you may look can\'t be found out.'));
  }

  #serve(request: IncomingMessage, response: ServerResponse, url: URL): void {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Here is only something to look at.', { Allow: 'GET, HEAD' });
    const isHead = request.method === 'HEAD';
    if (url.pathname === '/live' && this.#live !== undefined) return join(this.#live.feed, response, url.searchParams, isHead);
    if (url.pathname === '/stately') return refuse(response, 426, 'Here is a WebSocket for other inspectors.', { Upgrade: 'websocket' });
    void this.#show(url, response, isHead);
  }

  /** A WebSocket for other inspectors; they have no cookie, and give the token. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (this.#path !== '/' && request.url?.startsWith(this.#path) !== true) return false;
    this.#join(request, socket, head);
    return true;
  }

  #join(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const url = this.#addressOf(request);
    if (url === null || url.pathname !== '/stately' || this.#live === undefined) return refuseUpgrade(socket, 404, 'There is nothing of that name.');
    const { stately } = this.#live;
    const join = (): void => this.#joinStately(stately, request, socket, head, url);
    const no = (status: number, sentence: string): void => refuseUpgrade(socket, status, sentence);
    if (this.#mayLook !== undefined) return this.#ask(request, join, no);
    if (!isHere(request)) return no(403, 'The inspector is looked at under the address that it has printed.');
    if (!this.gate.knows(request, portOf(request)) && !this.gate.admits(url.searchParams.get('token') ?? '')) return no(401, 'Give the token of the address that the server printed when it started.');
    join();
  }

  #joinStately(stately: Stately, request: IncomingMessage, socket: Duplex, head: Buffer, url: URL): void {
    const chosen = chosenOf(url.searchParams);
    if (chosen === undefined) return refuseUpgrade(socket, 400, 'Say whose machines: ?session=c1, or a full JID; 32 at the most.');
    if (!stately.hasRoom) return refuseUpgrade(socket, 503, 'Too many look already.');
    stately.join(request, socket, head, chosen);
  }

  /** The token leaves the address bar at once. */
  #exchange(request: IncomingMessage, response: ServerResponse, token: string): void {
    const cookie = this.gate.cookieFor(token, portOf(request), this.#path);
    if (cookie === undefined) return refuse(response, 401, 'That token is of another start: open the address that was printed last.');
    response.writeHead(303, { 'Set-Cookie': cookie, Location: this.#path }).end();
  }

  async #show({ pathname, searchParams }: URL, response: ServerResponse, isHead: boolean): Promise<void> {
    const found = await this.#site.find(pathname, searchParams);
    if ('status' in found) return refuse(response, found.status, found.sentence);
    response.writeHead(200, { 'Content-Type': found.type, 'Content-Length': found.body.length });
    response.end(isHead ? undefined : found.body);
  }
}

/** A browser keeps one cookie for each port. */
const portOf = ({ socket }: IncomingMessage): number => socket.localPort ?? 0;

/** Whether a request comes from this machine, and means it: the HTTP server may be open to others. */
const isHere = (request: IncomingMessage): boolean =>
  isLoopback((request.socket.remoteAddress ?? '').replace(/^::ffff:/i, '')) && isOwn(request);

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
