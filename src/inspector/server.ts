/** The inspector's web server, on a port of its own on loopback: the page with all that it asks for, and the feed of a live
 *  server where there is one. Not here: what stands where (site.ts), who may look (gate.ts), what is kept (recorder.ts). @module */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Core } from '../core/server.ts';
import { Feed } from './feed.ts';
import { Door } from './door.ts';
import type { Live } from './door.ts';
import { isLoopback } from './loopback.ts';
import { Recorder } from './recorder.ts';
import { Site } from './site.ts';
import type { Source } from './source.ts';
import { Stately } from './stately.ts';
import type { TraceSources } from './traces.ts';

export type { TraceSource, TraceSources } from './traces.ts';

/** What there is to look at. */
export interface SharedInspectorOptions {
  /** Of the core that is looked at; left out, there is none, and without actors the page shows traces and machines only. */
  readonly recorder?: Recorder;
  /** Machines that are looked at beside those of the core, or without it. */
  readonly actors?: Source;
  /** Where traces come from, beside the examples and the sessions that are looked at. */
  readonly traces?: TraceSources;
  /** Who may look, where your program knows: by its own session cookie, say. Then nobody needs the token, and the inspector is there for
   *  other machines too. Who rejects lets nobody in. Unless given: whoever has the token, on this machine.
   *  @example
   *  const operators = new Set(['session=lark']);
   *  const inspector = createInspector({ mayLook: ({ headers }) => operators.has(headers.cookie ?? '') });
   *  inspector.path; // '/inspector/'
   *  inspector.stop(); */
  readonly mayLook?: (request: IncomingMessage) => boolean | Promise<boolean>;
  /** Under which it is on your HTTP server, from slash to slash; `/inspector/` unless given. */
  readonly path?: string;
  readonly clock?: () => number;
  readonly lingerMs?: number;
}

/** What an inspector with a port of its own is made with. */
export interface InspectorOptions extends Omit<SharedInspectorOptions, 'path' | 'mayLook'> {
  /** An address of loopback; `127.0.0.1` unless given. */
  readonly host?: string;
  /** Any that is free unless given, or 0. */
  readonly port?: number;
}

/** An inspector on an HTTP server of yours. */
export interface SharedInspector {
  /** Its path, to be printed behind the origin; with the token, where it has one, only for the eyes of whoever started the server. */
  readonly path: string;
  /** Answers a request under its path: to a browser on this machine, by a name of loopback, that has the token; or to whom
   *  {@link SharedInspectorOptions.mayLook} lets in.
   *  @returns false, with nothing done, when it is for something else */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  /** Takes a WebSocket of another inspector under its path, or refuses it.
   *  @returns false, with nothing done, when it is for something else */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Lets go of everybody who looks. */
  stop(): void;
}

/** Makes an inspector for an HTTP server that is there.
 *  @throws when the path does not begin and end with a slash
 *  @example
 *  import { createServer } from 'node:http';
 *  const recorder = new Recorder(createCore({ domain: 'capulet.lit', ...defaultConfig }, standardFeatures), { keepBodies: false });
 *  const inspector = createInspector({ recorder, path: '/inspector/' });
 *  const http = createServer((request, response) => void (inspector.answer(request, response) || response.writeHead(404).end()));
 *  http.on('upgrade', (request, socket, head) => void (inspector.upgrade(request, socket, head) || socket.destroy()));
 *  inspector.path.startsWith('/inspector/?token='); // true
 *  inspector.stop(); */
export function createInspector(options: SharedInspectorOptions): SharedInspector {
  const { traces, path = '/inspector/', clock = Date.now, lingerMs, mayLook } = options;
  if (!/^\/([\w.~-]+\/)*$/.test(path)) throw new Error(`${path} is no path from slash to slash.`);
  const recorder = recorderOf(options);
  const live = recorder && liveOf(recorder, clock, lingerMs);
  const door = new Door(new Site(recorder, traces), live, path, mayLook);
  return {
    path: mayLook === undefined ? `${path}?token=${door.gate.token}` : path,
    answer: (request, response) => door.answer(request, response),
    upgrade: (request, socket, head) => door.upgrade(request, socket, head),
    stop: () => {
      live?.stately.stop();
      live?.feed.stop();
    },
  };
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
 *  const recorder = new Recorder(createCore({ domain: 'capulet.lit', ...defaultConfig }, standardFeatures), { keepBodies: false });
 *  const inspector = await startInspector({ recorder });
 *  const { hostname, searchParams } = new URL(inspector.address);
 *  hostname; // '127.0.0.1'
 *  searchParams.has('token'); // true
 *  await inspector.stop(); */
export async function startInspector(options: InspectorOptions): Promise<Inspector> {
  const { host = '127.0.0.1', port = 0 } = options;
  if (!isLoopback(host)) throw new Error(`The inspector is for this machine only, and ${host} is no loopback address.`);
  const server = createServer({ maxHeaderSize: 8_192, headersTimeout: 10_000, requestTimeout: 15_000 });
  server.maxConnections = 64;
  server.listen(port, host);
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  const inspector = createInspector({ ...options, path: '/' });
  server.on('request', (request, response) => inspector.answer(request, response));
  server.on('upgrade', (request, socket, head) => inspector.upgrade(request, socket, head));
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${bound}${inspector.path}`,
    stop: () => close(server, inspector),
  };
}

function liveOf(recorder: Recorder, clock: () => number, lingerMs: number | undefined): Live {
  const feed = new Feed({ recorder, clock, ...(lingerMs !== undefined && { lingerMs }) });
  return { feed, stately: new Stately({ recorder, look: () => feed.look(), clock }) };
}

/** Actors are looked at without a core, too. */
function recorderOf({ recorder, actors }: SharedInspectorOptions): Recorder | undefined {
  if (actors === undefined) return recorder;
  const found = recorder ?? new Recorder(nobody, { keepBodies: false });
  found.source = actors;
  return found;
}

async function close(server: Server, inspector: SharedInspector): Promise<void> {
  inspector.stop();
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
