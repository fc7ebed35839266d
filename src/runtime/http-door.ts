/** What is answered over HTTP, by whosever server it came in: where a WebSocket begins, and the documents that say where that is.
 *  Spec: RFC 7395 §3.1, §4, XEP-0156, RFC 6415. Not here: a listener of its own (http.ts), the stream over a WebSocket
 *  (websocket.ts). @module */
import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { escapeXML } from 'ltx';
import { WebSocketServer } from 'ws';
import { channelBindings } from './channel-binding.ts';
import { plainSecurity, tlsSecurity } from './channel.ts';
import type { Security } from './channel.ts';
import type { Surroundings } from './connection.ts';
import { certificateOf } from './tls.ts';
import { WebSocketConnection } from './websocket.ts';

/** Where WebSockets are, and who may open one.
 *  @public */
export interface WebSocketOptions {
  /** The path of the endpoint; `/xmpp-websocket` unless given. */
  readonly path?: string;
  /** The values of `Origin` that are let in; every one, and none, unless given. */
  readonly origins?: readonly string[];
  /** A proxy in front terminates TLS: plain HTTP counts as secure, and is served off loopback too. */
  readonly behindProxy?: boolean;
  /** The address that clients are told (XEP-0156); made of the domain and the port unless given. */
  readonly url?: string;
}

/** What a door is made with. */
export interface HttpDoorOptions {
  readonly webSocket: WebSocketOptions;
  readonly maxStanzaBytes: number;
  readonly domain: string;
  /** Whether nobody else can reach this socket: it may be served without TLS. */
  isLoopback(socket: Socket): boolean;
  /** What a connection over the socket is made with. */
  surroundingsOf(socket: Socket): Surroundings;
  /** Counts a socket in that is about to be a WebSocket; whoever counts them when they connect has none.
   *  @returns the status that it is refused with, if it is */
  enter?(socket: Socket): number | undefined;
}

/** The path of the endpoint, unless another is configured. */
export const defaultPath = '/xmpp-websocket';

/** Takes what is ours, and leaves the rest.
 *  @example
 *  server.on('request', (request, response) => door.answer(request, response) || others(request, response)); */
export class HttpDoor {
  readonly #options: HttpDoorOptions;
  readonly #webSockets: WebSocketServer;

  constructor(options: HttpDoorOptions) {
    this.#options = options;
    this.#webSockets = new WebSocketServer({
      noServer: true, clientTracking: false, perMessageDeflate: false,
      maxPayload: options.maxStanzaBytes,
      handleProtocols: () => 'xmpp',
    });
  }

  /** Answers a request for a document that says where the WebSocket is.
   *  @returns false, with nothing done, when it is for something else, or nobody would be let in */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const url = this.#urlFor(request.socket);
    const document = url === undefined ? undefined : documentOf(pathOf(request), url);
    if (document === undefined) return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return true;
    }
    // Web clients of other origins find the server by these two, and by nothing else (XEP-0156 §3).
    response.writeHead(200, { 'Content-Type': document.type, 'Access-Control-Allow-Origin': '*' });
    response.end(document.body);
    return true;
  }

  /** Makes a stream of a WebSocket, or refuses it.
   *  @returns false, with nothing done, when it is under another path */
  upgrade(request: IncomingMessage, duplex: Duplex, head: Buffer): boolean {
    if (pathOf(request) !== (this.#options.webSocket.path ?? defaultPath)) return false;
    // A TLSSocket of https is a Socket as well; the types say no more than Duplex.
    const socket = duplex as Socket;
    const status = this.#refusal(request, socket) ?? this.#options.enter?.(socket);
    if (status !== undefined) {
      refuse(socket, status);
      return true;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      WebSocketConnection.begin(this.#options.surroundingsOf(socket), socket, webSocket, this.#securityOf(socket));
    });
    return true;
  }

  /** Whether there may be WebSockets here: off loopback credentials don't travel in the clear (RFC 7395 §6). */
  #isServed(socket: Socket): boolean {
    const { webSocket } = this.#options;
    return socket instanceof TLSSocket || webSocket.behindProxy === true || this.#options.isLoopback(socket);
  }

  /** The status that an upgrade is refused with, if it is. */
  #refusal({ headers }: IncomingMessage, socket: Socket): number | undefined {
    const { origins } = this.#options.webSocket;
    if (!this.#isServed(socket)) return 403;
    if (origins !== undefined && !origins.includes(headers.origin ?? '')) return 403;
    const protocols = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
    return protocols?.includes('xmpp') ? undefined : 400;
  }

  #securityOf(socket: Socket): Security {
    const { policy } = this.#options.surroundingsOf(socket);
    if (socket instanceof TLSSocket) return tlsSecurity(policy, channelBindings(socket, certificateOf(socket)));
    return this.#options.webSocket.behindProxy === true ? tlsSecurity(policy, new Map()) : plainSecurity(policy, false);
  }

  /** The address that clients are told; undefined where there is none that would let them in. */
  #urlFor(socket: Socket): string | undefined {
    const { webSocket, domain } = this.#options;
    if (webSocket.url !== undefined || !this.#isServed(socket)) return webSocket.url;
    return `${socket instanceof TLSSocket ? 'wss' : 'ws'}://${domain}:${socket.localPort ?? ''}${webSocket.path ?? defaultPath}`;
  }
}

/** Says with what an upgrade is refused, and lets go of the socket. */
export function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

function documentOf(path: string | undefined, url: string): { readonly type: string; readonly body: string } | undefined {
  const rel = 'urn:xmpp:alt-connections:websocket';
  switch (path) {
    case '/.well-known/host-meta': return {
      type: 'application/xrd+xml',
      body: `<?xml version='1.0' encoding='utf-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'><Link rel='${rel}' href='${escapeXML(url)}'/></XRD>\n`,
    };
    case '/.well-known/host-meta.json': return {
      type: 'application/json',
      body: `${JSON.stringify({ links: [{ rel, href: url }] })}\n`,
    };
    default: return undefined;
  }
}

function pathOf(request: IncomingMessage): string | undefined {
  return request.url?.split('?', 1)[0];
}
