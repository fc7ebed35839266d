/** Several cores in this process, joined by lines without a network: what one writes the other reads in a later turn, and
 *  each line can be cut, or can say nothing. @module */
import type { Channel, StreamId } from '../../src/core/input.ts';
import { defaultFederation } from '../../src/core/config.ts';
import type { CoreConfig, FederationConfig } from '../../src/core/config.ts';
import type { Core } from '../../src/core/server.ts';
import { InProcess } from './in-process.ts';

/** How one server deals with the others. */
export interface SiteOptions {
  readonly domain: string;
  readonly config?: Partial<CoreConfig>;
  readonly federation?: Partial<FederationConfig>;
  /** The names in its certificate, if that is one that others trust. */
  readonly certified?: readonly string[];
  /** It begins without TLS, and never offers it. */
  readonly isPlain?: boolean;
  /** What is around its core. */
  readonly around?: (core: Core) => Core;
}

interface Site extends SiteOptions {
  readonly world: InProcess;
}

/** Servers that can reach each other. */
export class Federated {
  readonly #sites = new Map<string, Site>();
  readonly #lines: Line[] = [];
  /** Domains whose server takes connections and never says a word. */
  readonly silent = new Set<string>();
  /** Domains that nobody finds. */
  readonly missing = new Set<string>();

  /** Starts a server. */
  add(options: SiteOptions): InProcess {
    const { domain, config, federation, around } = options;
    const world = new InProcess({ config: { domain, secret: `the secret of ${domain}`.padEnd(32, '.'), federation: { ...defaultFederation, ...federation }, ...config }, ...(around !== undefined && { around }) });
    const site = { ...options, world };
    this.#sites.set(domain, site);
    for (const other of [config?.rooms?.domain, ...(config?.components ?? []).map((component) => component.domain)]) if (other !== undefined) this.#sites.set(other, site);
    world.onConnect = ({ stream, domain: wanted }) => this.#connect(site, stream, wanted);
    return world;
  }

  /** Lets everything happen that is under way. */
  async settle(): Promise<void> {
    do {
      for (const { world } of this.#sites.values()) await world.settle();
      for (const line of this.#lines) line.carry();
    } while (this.#lines.some((line) => line.isBusy));
    for (const { world } of this.#sites.values()) await world.settle();
    if (this.#lines.some((line) => line.isBusy)) await this.settle();
  }

  /** All lines that are up, as pairs of domains. */
  get lines(): readonly string[] {
    return this.#lines.filter(({ isUp }) => isUp).map(({ name }) => name);
  }

  /** What has gone over all lines, in order. */
  get said(): readonly string[] {
    return this.#lines.flatMap(({ said }) => said);
  }

  /** Breaks every line. */
  cut(): void {
    for (const line of this.#lines) line.cut();
  }

  #connect(from: Site, stream: StreamId, domain: string): void {
    const to = this.#sites.get(domain);
    queueMicrotask(() => {
      if (this.missing.has(domain) || to === undefined) from.world.feed({ type: 'connect.failed', stream, condition: 'remote-server-not-found' });
      else this.#lines.push(new Line(from, stream, to, this.silent.has(domain)));
    });
  }
}

const channelOf = (other: Site, secure: boolean): Channel => ({
  secure, startTls: !secure && other.isPlain !== true, tlsRequired: false, mechanisms: [], channelBindings: [],
  ...(secure && other.certified !== undefined && { certified: other.certified }),
});

/** One connection between two servers. */
class Line {
  readonly name: string;
  readonly #opener: Site;
  readonly #taker: Site;
  readonly #openerStream: StreamId;
  readonly #takerStream: StreamId | undefined;
  #waiting: (() => void)[] = [];
  #handshakes = 0;
  isUp = true;
  readonly said: string[] = [];

  constructor(opener: Site, stream: StreamId, taker: Site, isSilent: boolean) {
    this.name = `${opener.domain} ${taker.domain}`;
    this.#opener = opener;
    this.#taker = taker;
    this.#openerStream = stream;
    const startTls = (): void => this.#startTls();
    const disconnect = (): void => void this.#waiting.push(() => this.cut());
    if (!isSilent) {
      this.#takerStream = taker.world.join({
        write: (text) => this.#later(`${taker.domain} → ${opener.domain}: ${text}`, () => opener.world.hear(stream, text)), startTls, disconnect,
      }, channelOf({ ...opener, isPlain: taker.isPlain ?? false }, false), 'server');
    }
    opener.world.join({
      write: (text) => this.#later(`${opener.domain} → ${taker.domain}: ${text}`, () => this.#takerStream !== undefined && taker.world.hear(this.#takerStream, text)), startTls, disconnect,
    }, channelOf(taker, false), 'server', stream);
  }

  get isBusy(): boolean {
    return this.#waiting.length > 0;
  }

  /** Delivers what waits, in order. */
  carry(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) if (this.isUp) each();
  }

  cut(): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.#opener.world.lose(this.#openerStream);
    if (this.#takerStream !== undefined) this.#taker.world.lose(this.#takerStream);
  }

  #later(line: string, work: () => void): void {
    this.said.push(line);
    this.#waiting.push(work);
  }

  /** Once both ends begin. */
  #startTls(): void {
    this.#handshakes += 1;
    if (this.#handshakes < 2) return;
    this.#waiting.push(() => {
      if (this.#takerStream !== undefined) this.#taker.world.secure(this.#takerStream, channelOf(this.#opener, true));
      this.#opener.world.secure(this.#openerStream, channelOf(this.#taker, true));
    });
  }
}
