/** Two cores in this process that speak with each other, as the world of a scenario. @module */
import { Federated } from './federated.ts';
import type { SiteOptions } from './federated.ts';
import type { InProcess } from './in-process.ts';
import type { Client, Place, World } from './world.ts';

/** Servers whose certificates are good, with rooms of their own. */
const siteOf = (domain: string): SiteOptions => ({ domain, certified: [domain, `rooms.${domain}`], config: { rooms: { domain: `rooms.${domain}` } } });

export class TwoServers implements World {
  readonly domains = { here: 'verona.test', there: 'mantua.test', 'rooms.here': 'rooms.verona.test', 'rooms.there': 'rooms.mantua.test' };
  readonly #net = new Federated();
  readonly #servers: Readonly<Record<Place, InProcess>>;

  constructor() {
    this.#servers = { here: this.#net.add(siteOf(this.domains.here)), there: this.#net.add(siteOf(this.domains.there)) };
  }

  account(name: string, place: Place): Promise<void> {
    return this.#servers[place].account(name);
  }

  async connect(name: string, resource: string | undefined, place: Place): Promise<Client> {
    const client = await this.#servers[place].connect(name, resource);
    return {
      ...client,
      next: async () => {
        await this.#net.settle();
        return client.next();
      },
    };
  }

  async dispose(): Promise<void> {
    await this.#servers.here.dispose();
    await this.#servers.there.dispose();
  }
}
