/** Every scenario of two servers, over sockets: two whole servers on loopback addresses of their own, with TLS between them;
 *  by certificates, and by dialback. @module */
import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { createAuthority } from '../../peers/authority.ts';
import { both, loopback } from '../../peers/loopback.ts';
import type { Authentication } from '../../peers/peer.ts';
import { startWaystate } from '../../peers/waystate.ts';
import type { Waystate } from '../../peers/waystate.ts';
import { Connection } from '../../world/connection.ts';
import type { Client, Place, World } from '../../world/world.ts';
import { readScenario, runScenario } from '../scenario.ts';

const password = 'a secret of the scenarios';

/** A pair of servers; each scenario has accounts of its own at them. */
class TwoServers implements World {
  readonly domains: Readonly<Record<string, string>>;
  readonly #servers: Readonly<Record<Place, Waystate>>;
  readonly #connections: Connection[] = [];

  constructor(servers: Readonly<Record<Place, Waystate>>) {
    this.#servers = servers;
    this.domains = { here: servers.here.domain, there: servers.there.domain, 'rooms.here': servers.here.rooms, 'rooms.there': servers.there.rooms };
  }

  account(name: string, place: Place): Promise<void> {
    return this.#servers[place].addAccount(name, password);
  }

  async connect(name: string, resource: string | undefined, place: Place): Promise<Client> {
    const { domain, c2s } = this.#servers[place];
    const connection = await Connection.open(`${c2s.host}:${c2s.port}`, 'plain', domain);
    this.#connections.push(connection);
    return {
      jid: await connection.logIn(name, password, resource),
      send: (xml) => connection.send(xml),
      next: () => connection.next(),
      close: () => connection.send('</stream:stream>'),
      drop: () => connection.drop(),
    };
  }

  dispose(): Promise<void> {
    for (const connection of this.#connections) connection.drop();
    return Promise.resolve();
  }
}

describe.each<Authentication>(['external', 'dialback'])('scenarios of two servers, over sockets, by %s', (auth) => {
  for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.txt'))) {
    const { title, lines } = readScenario(readFileSync(`${import.meta.dirname}/${file}`, 'utf8'));
    describe(file, () => {
      let servers: Record<Place, Waystate>;
      beforeAll(async () => {
        const authority = await createAuthority();
        const hosts = { ...both('verona.test', loopback.waystate), ...both('mantua.test', loopback.spare) };
        servers = {
          here: await startWaystate('verona.test', { address: loopback.waystate, hosts, auth, authority }),
          there: await startWaystate('mantua.test', { address: loopback.spare, hosts, auth, authority }),
        };
      });
      afterAll(async () => {
        await servers.here.stop();
        await servers.there.stop();
      });
      test(title, async () => {
        const world = new TwoServers(servers);
        try {
          await runScenario(lines, world);
        } finally {
          await world.dispose();
        }
      });
    });
  }
});
