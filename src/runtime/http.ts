/** A listener that speaks HTTP for this server alone: what its door does not take is 404. Not here: what it takes
 *  (http-door.ts). @module */
import { createServer } from 'node:http';
import type { Server, ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { KeyAndCertificate } from './certificate.ts';
import { refuse } from './http-door.ts';
import type { HttpDoor } from './http-door.ts';
import { tlsOptions } from './tls.ts';

/** What an HTTP listener is made with. */
export interface HttpOptions {
  readonly door: HttpDoor;
  /** With it the listener speaks HTTPS. */
  readonly tls?: KeyAndCertificate;
  readonly tlsHandshakeTimeoutMs: number;
}

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
 *  createHttpServer({ door, tlsHandshakeTimeoutMs: 10_000 }).listen(5280, '127.0.0.1'); */
export function createHttpServer({ door, tls, tlsHandshakeTimeoutMs: handshakeTimeout }: HttpOptions): Server {
  const server: Server = tls === undefined
    ? createServer(serverOptions)
    : createSecureServer({ ...serverOptions, ...tlsOptions(tls), handshakeTimeout });
  server.on('request', (request, response) => {
    response.shouldKeepAlive = false;
    if (!door.answer(request, response)) response.writeHead(404).end();
  });
  server.on('upgrade', (request, socket, head) => {
    if (!door.upgrade(request, socket, head)) refuse(socket, 404);
  });
  return server;
}
