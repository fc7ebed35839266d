/** The HTTP side: where a WebSocket begins, and the documents that say where that is. Spec: RFC 7395 §3.1, §4,
 *  XEP-0156, RFC 6415. Everything else is 404. Not here: the stream over a WebSocket (websocket.ts).
 *  @module */
import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { escapeXML } from 'ltx';
import { WebSocketServer } from 'ws';
import { channelBindings } from './channel-binding.ts';
import type { KeyAndCertificate } from './certificate.ts';
import { plainSecurity, tlsSecurity } from './channel.ts';
import type { Security } from './channel.ts';
import type { Surroundings } from './connection.ts';
import { certificateOf, tlsOptions } from './tls.ts';
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

/** What an HTTP listener is made with. */
export interface HttpOptions {
  readonly surroundings: Surroundings;
  readonly webSocket: WebSocketOptions;
  /** With it the listener speaks HTTPS. */
  readonly tls?: KeyAndCertificate;
  /** Nobody else can reach this listener: it may be served without TLS. */
  readonly loopback: boolean;
}

/** The path of the endpoint, unless another is configured. */
export const defaultPath = '/xmpp-websocket';

const serverOptions: ServerOptions = {
  maxHeaderSize: 8_192,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 5_000,
  keepAlive: true,
  noDelay: true,
};

/** Makes an HTTP or HTTPS server that isn't listening yet.
 *  @example
 *  createHttpServer({ surroundings, webSocket: {}, loopback: true }).listen(5280, '127.0.0.1'); */
export function createHttpServer(options: HttpOptions): Server {
  const { tls, surroundings: { limits } } = options;
  const server: Server = tls === undefined
    ? createServer(serverOptions)
    : createSecureServer({ ...serverOptions, ...tlsOptions(tls), handshakeTimeout: limits.tlsHandshakeTimeoutMs });
  const gate = new WebSocketServer({
    noServer: true, clientTracking: false, perMessageDeflate: false,
    maxPayload: limits.maxStanzaBytes,
    handleProtocols: () => 'xmpp',
  });
  server.on('request', (request, response) => answer(options, server, request, response));
  // A TLSSocket of https is a Socket as well; the types say no more than Duplex.
  server.on('upgrade', (request, socket, head) => upgrade(options, gate, request, socket as Socket, head));
  return server;
}

function upgrade(options: HttpOptions, gate: WebSocketServer, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const status = refusal(options, request);
  if (status !== undefined) return refuse(socket, status);
  gate.handleUpgrade(request, socket, head, (webSocket) => {
    WebSocketConnection.begin(options.surroundings, socket, webSocket, securityOf(options, socket));
  });
}

/** Whether there may be WebSockets here: off loopback credentials don't travel in the clear (RFC 7395 §6). */
function isServed({ webSocket, tls, loopback }: HttpOptions): boolean {
  return tls !== undefined || loopback || webSocket.behindProxy === true;
}

/** The status that an upgrade is refused with, if it is. */
function refusal(options: HttpOptions, request: IncomingMessage): number | undefined {
  const { webSocket } = options;
  if (pathOf(request) !== (webSocket.path ?? defaultPath)) return 404;
  if (!isServed(options)) return 403;
  if (webSocket.origins !== undefined && !webSocket.origins.includes(request.headers.origin ?? '')) return 403;
  const protocols = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
  return protocols?.includes('xmpp') ? undefined : 400;
}

function refuse(socket: Socket, status: number): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

function securityOf({ surroundings: { policy }, webSocket }: HttpOptions, socket: Socket): Security {
  if (socket instanceof TLSSocket) return tlsSecurity(policy, channelBindings(socket, certificateOf(socket)));
  return webSocket.behindProxy === true ? tlsSecurity(policy, new Map()) : plainSecurity(policy, false);
}

function answer(options: HttpOptions, server: Server, request: IncomingMessage, response: ServerResponse): void {
  response.shouldKeepAlive = false;
  const url = urlOf(options, server);
  const document = url === undefined ? undefined : documentOf(pathOf(request), url);
  const known = request.method === 'GET' || request.method === 'HEAD';
  if (document === undefined || !known) {
    response.writeHead(document === undefined ? 404 : 405).end();
    return;
  }
  // Web clients of other origins find the server by these two, and by nothing else (XEP-0156 §3).
  response.writeHead(200, { 'Content-Type': document.type, 'Access-Control-Allow-Origin': '*' });
  response.end(document.body);
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

/** The address that clients are told; undefined where there is none that would let them in. */
function urlOf(options: HttpOptions, server: Server): string | undefined {
  const { surroundings: { policy }, webSocket, tls } = options;
  if (webSocket.url !== undefined || !isServed(options)) return webSocket.url;
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : '';
  return `${tls === undefined ? 'ws' : 'wss'}://${policy.domain}:${port}${webSocket.path ?? defaultPath}`;
}

function pathOf(request: IncomingMessage): string | undefined {
  return request.url?.split('?', 1)[0];
}
