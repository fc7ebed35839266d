/** Where the demonstration plays: real servers in this process, with their stores in memory, and real clients
 *  (`@xmpp/client`) that reach them over WebSocket on loopback; two servers reach each other over TCP with TLS.
 *  Not here: what is played (acts), how it is told (transcript.ts). @module */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { client } from '@xmpp/client';
import type { XmppClient } from '@xmpp/client';
import { parseConfig } from '../../src/cli/config.ts';
import { createLog } from '../../src/cli/log.ts';
import { startServer } from '../../src/cli/start.ts';
import type { Observer } from '../../src/core/server.ts';

/** A server, and the way in. */
export interface Stage {
  readonly domain: string;
  readonly service: string;
  /** Ends the server. */
  close(): Promise<void>;
}

const host = '127.0.0.1';
const password = 'wherefore art thou';

/** Starts a server on a free port.
 *  @param observer watches its machines
 *  @param ports of other servers, by their domains, and of this one, where it deals with others */
export async function openStage(domain: string, observer: Observer, ports: Readonly<Record<string, number>> = {}): Promise<Stage> {
  const { [domain]: own = false, ...others } = ports;
  const config = {
    domain, memory: true, openRegistration: true, host, auth: { iterations: 4096 }, // the fewest: these clients count slowly
    ports: { c2s: false, c2sTls: false, http: 0, https: false, ...(own !== false && { s2s: own, s2sTls: false }) },
    s2s: { targets: Object.fromEntries(Object.entries(others).flatMap(([other, port]) => [other, `rooms.${other}`].map((each) => [each, `${host}:${port}`]))) },
  };
  const server = await startServer(parseConfig(JSON.stringify(config), 'demo'), { log: createLog({ level: 'warn', plain: true }), observer });
  return { domain, service: `ws://${server.addresses.http}/xmpp-websocket`, close: () => server.stop() };
}

/** Juliet's server, and Romeo's, where they have one each. */
export const here = 'verona.test';
export const there = 'mantua.test';

/** Plays between two servers, with an account for each of the two, and ends the servers. */
export async function betweenServers<T>(observer: Observer, play: (verona: Stage, mantua: Stage) => Promise<T>): Promise<T> {
  const stages = await openStages([here, there], observer);
  try {
    const [verona, mantua] = stages as [Stage, Stage];
    await register(verona, 'juliet');
    await register(mantua, 'romeo');
    return await play(verona, mantua);
  } finally {
    await Promise.all(stages.map((stage) => stage.close()));
  }
}

/** Starts a server for each domain. Each knows where the others are (`s2s.targets`) before any of them is there, so the ports
 *  are found beforehand. Their certificates are self-signed: they prove their domains by dialback within TLS (XEP-0220). */
async function openStages(domains: readonly string[], observer: Observer): Promise<readonly Stage[]> {
  const free = await freePorts(domains.length);
  const ports = Object.fromEntries(domains.map((domain, index) => [domain, free[index] ?? 0]));
  return Promise.all(domains.map((domain) => openStage(domain, observer, ports)));
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    return server;
  }));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Makes an account as a stranger may where registration is open (XEP-0077 §3.1). */
export async function register({ service, domain }: Stage, username: string): Promise<void> {
  const socket = new WebSocket(service, ['xmpp']);
  const account = `<query xmlns="jabber:iq:register"><username>${username}</username><password>${password}</password></query>`;
  socket.addEventListener('open', () => socket.send(`<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${domain}" version="1.0"/>`));
  socket.addEventListener('message', ({ data }) => {
    if (String(data).startsWith('<stream:features')) socket.send(`<iq xmlns="jabber:client" type="set" id="1">${account}</iq>`);
    else if (String(data).startsWith('<iq')) socket.send('<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>');
  });
  await once(socket, 'close');
}

/** A client that is ready to start. */
export function clientOf({ service, domain }: Stage, username: string, resource: string): XmppClient {
  const entity = client({ service, domain, username, password, resource });
  entity.reconnect.stop();
  return entity;
}
