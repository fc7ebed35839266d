/** A whole server behind real sockets: direct TLS on loopback, its data in memory, accounts by in-band
 *  registration, SASL PLAIN inside TLS. @module */
import { parseConfig } from '../../src/cli/config.ts';
import type { Config } from '../../src/cli/config.ts';
import type { RunningServer } from '../../src/cli/serve.ts';
import { startServer } from '../../src/cli/start.ts';
import { Connection } from './connection.ts';
import { DOMAIN } from './world.ts';
import type { Client, World } from './world.ts';

/** A log that nobody reads. */
export const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const password = 'a secret of the scenarios';

/** The configuration of a server for a test: only these ports, each a free one.
 *  @param settings the rest of the configuration file */
export function settingsOf(ports: readonly ('c2s' | 'c2sTls' | 'http' | 'https')[], settings: object): Config {
  const off = { c2s: false, c2sTls: false, http: false, https: false };
  const on = Object.fromEntries(ports.map((port) => [port, 0]));
  return parseConfig(JSON.stringify({ ...settings, ports: { ...off, ...on } }), 'test.json');
}

/** A server on a free port. */
export class Sockets implements World {
  readonly domains = { here: DOMAIN };
  readonly #server: RunningServer;
  readonly #connections: Connection[] = [];

  private constructor(server: RunningServer) {
    this.#server = server;
  }

  static async start(): Promise<Sockets> {
    return new Sockets(await startServer(settingsOf(['c2sTls'], { memory: true, openRegistration: true }), { log: quiet }));
  }

  async account(name: string): Promise<void> {
    const connection = await this.#open();
    const answer = await connection.register(name, password);
    if (answer.attrs.type !== 'result') throw new Error(`no account: ${answer.toString()}`);
    connection.send('</stream:stream>');
  }

  async connect(name: string, resource: string | undefined): Promise<Client> {
    const connection = await this.#open();
    return {
      jid: await connection.logIn(name, password, resource),
      send: (xml) => connection.send(xml),
      next: () => connection.next(),
      close: () => connection.send('</stream:stream>'),
      drop: () => connection.drop(),
    };
  }

  async dispose(): Promise<void> {
    for (const connection of this.#connections) connection.drop();
    await this.#server.stop();
  }

  async #open(): Promise<Connection> {
    const connection = await Connection.open(this.#server.addresses.c2sTls, 'tls');
    this.#connections.push(connection);
    return connection;
  }
}
