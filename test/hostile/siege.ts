/** A server under attack, as its operator would start it, and the users whom no attack may disturb. After
 *  each test they must still be talking, and the server must have found no fault in itself. @module */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { StreamErrorCondition } from '../../machines/vocabulary.ts';
import type { JsonObject } from '../../src/cli/config-source.ts';
import { parseConfig } from '../../src/cli/config.ts';
import { startServer } from '../../src/cli/start.ts';
import type { Addresses, RunningServer } from '../../src/cli/serve.ts';
import { NS } from '../../src/core/namespaces.ts';
import type { Log } from '../../src/runtime/log.ts';
import { Conversation } from './conversation.ts';
import { bound, opened, secured } from './dialogue.ts';
import { connectSecurely, connectTcp, connectWebSocket } from './raw-client.ts';
import type { RawClient, StreamClient } from './raw-client.ts';

/** The ways in (RFC 6120 §3, §5, XEP-0368, RFC 7395). */
export const ways = ['TCP', 'STARTTLS', 'direct TLS', 'WebSocket', 'secure WebSocket'] as const;
export type Way = (typeof ways)[number];

/** Who has an account; each password is `secret`. The first two talk, the others attack. */
const accounts = ['juliet', 'romeo', 'mallory', 'tybalt'];

export interface Siege {
  /** The port of a listener. */
  port(kind: keyof Addresses): number;
  /** A connection on which the stream isn't open yet. */
  connect(way?: Way): Promise<RawClient>;
  /** A connection in the clear. */
  tcp(): Promise<StreamClient>;
}

/** Starts a server for the tests of a file, with PLAIN in the clear and short times unless told otherwise.
 *  @param settings keys of the configuration file */
export function besiege(settings: { readonly limits?: JsonObject } & JsonObject = {}): Siege {
  const faults: unknown[] = [];
  let server: RunningServer;
  let conversation: Conversation;

  const port: Siege['port'] = (kind) => Number(server.addresses[kind]?.split(':').at(-1));
  const siege: Siege = {
    port,
    tcp: () => connectTcp(port('c2s')),
    async connect(way = 'TCP') {
      switch (way) {
        case 'TCP': return siege.tcp();
        case 'STARTTLS': return secured(await siege.tcp());
        case 'direct TLS': return connectSecurely(port('c2sTls'));
        case 'WebSocket': return connectWebSocket(`ws://127.0.0.1:${port('http')}/xmpp-websocket`);
        case 'secure WebSocket': return connectWebSocket(`wss://127.0.0.1:${port('https')}/xmpp-websocket`);
      }
    },
  };

  beforeAll(async () => {
    server = await startServer(configOf(settings), { log: logInto(faults) });
    await register(await siege.connect('direct TLS'));
    const [juliet, romeo] = [await siege.connect('direct TLS'), await siege.connect('direct TLS')];
    conversation = new Conversation(await bound(juliet, 'juliet', 'balcony'), await bound(romeo, 'romeo', 'orchard'));
  });
  afterEach(async () => {
    await conversation.goesOn();
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await conversation.end();
    await server.stop();
    expect(faults).toEqual([]);
  });
  return siege;
}

function configOf({ limits = {}, ...settings }: { readonly limits?: JsonObject } & JsonObject): ReturnType<typeof parseConfig> {
  const config = {
    memory: true, host: '127.0.0.1', ports: { c2s: 0, c2sTls: 0, http: 0, https: 0 }, insecurePlain: true, openRegistration: true,
    auth: { iterations: 4096 }, drainTimeoutMs: 50, ...settings, limits: { closeTimeoutMs: 20, ...limits },
  };
  return parseConfig(JSON.stringify(config), 'config.json');
}

/** Keeps what the server finds wrong with itself. */
function logInto(faults: unknown[]): Log {
  const pass = (): void => {};
  return { debug: pass, info: pass, warn: pass, error: (facts, sentence) => void faults.push({ sentence, ...facts }) };
}

/** Makes the accounts (XEP-0077 §3.1). */
async function register(client: RawClient): Promise<void> {
  await opened(client);
  for (const name of accounts) {
    client.send(`<iq type='set' id='${name}'><query xmlns='${NS.register}'><username>${name}</username><password>secret</password></query></iq>`);
    expect(await client.hears(`id="${name}"`)).toContain('type="result"');
  }
  client.destroy();
}

/** The server must end this stream with a stream error, its closing tag, and the end of the connection
 *  (RFC 6120 §4.9.1.1). Throws when it doesn't. */
export async function expectExpelled(client: RawClient, condition: StreamErrorCondition): Promise<void> {
  await client.ended;
  expect(client.farewell()).toEqual({ errors: [condition], closed: true });
}
