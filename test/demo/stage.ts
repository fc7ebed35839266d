/** Where the demonstration plays: the real server in this process, with its store in memory, and real
 *  clients (`@xmpp/client`) that reach it over WebSocket on loopback. Not here: what is played (demo.ts),
 *  how it is told (transcript.ts). @module */
import { once } from 'node:events';
import { client } from '@xmpp/client';
import type { XmppClient } from '@xmpp/client';
import { parseConfig } from '../../src/cli/config.ts';
import { createLog } from '../../src/cli/log.ts';
import { startServer } from '../../src/cli/start.ts';
import type { Observer } from '../../src/core/server.ts';

/** The server, and the way in. */
export interface Stage {
  readonly service: string;
  /** Lets somebody watch the machines; before that nobody does. */
  watch(observer: Observer): void;
  /** Ends the server. */
  close(): Promise<void>;
}

const config = { memory: true, openRegistration: true, host: '127.0.0.1', ports: { c2s: false, c2sTls: false, http: 0, https: false } };
const password = 'wherefore art thou';

/** Starts the server on a free port. */
export async function openStage(): Promise<Stage> {
  let observer: Observer | undefined;
  const server = await startServer(parseConfig(JSON.stringify(config), 'demo'), {
    log: createLog({ level: 'warn', plain: true }),
    observer: {
      onTransition: (transition) => observer?.onTransition?.(transition),
      onFate: (fate) => observer?.onFate?.(fate),
    },
  });
  return {
    service: `ws://${server.addresses.http}/xmpp-websocket`,
    watch: (someone) => void (observer = someone),
    close: () => server.stop(),
  };
}

/** Makes an account as a stranger may where registration is open (XEP-0077 §3.1). */
export async function register(service: string, username: string): Promise<void> {
  const socket = new WebSocket(service, ['xmpp']);
  const account = `<query xmlns="jabber:iq:register"><username>${username}</username><password>${password}</password></query>`;
  socket.addEventListener('open', () => socket.send('<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="localhost" version="1.0"/>'));
  socket.addEventListener('message', ({ data }) => {
    if (String(data).startsWith('<stream:features')) socket.send(`<iq xmlns="jabber:client" type="set" id="1">${account}</iq>`);
    else if (String(data).startsWith('<iq')) socket.send('<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>');
  });
  await once(socket, 'close');
}

/** A client that is ready to start. */
export function clientOf(service: string, username: string, resource: string): XmppClient {
  const entity = client({ service, domain: 'localhost', username, password, resource });
  entity.reconnect.stop();
  return entity;
}
