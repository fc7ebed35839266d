/** What is between the servers: who is found, how long it takes, what a certificate shows, and what goes wrong with the lines.
 *  Spec: RFC 6120 §3.2, §8.3.3.16, §8.3.3.17. Not here: bytes (pipe.ts, connection.ts), how often (options.ts). @module */
import type { Channel } from '../../src/core/input.ts';
import type { Agenda } from './agenda.ts';
import { Line } from './line.ts';
import type { Options } from './options.ts';
import type { Reader } from './pipe.ts';
import type { Random } from './random.ts';
import type { Attach, Dialling, Server } from './server.ts';

/** What the lines between servers need of their world. */
export interface InternetParts {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly options: Options;
  /** By each domain that one serves. */
  readonly servers: ReadonlyMap<string, Server>;
}

/** The names in the certificate of a server. */
export type Names = readonly string[] | undefined;

/** The network of the servers. */
export class Internet {
  readonly #parts: InternetParts;
  #lines: Line[] = [];
  #isPartitioned = false;
  #isHealed = false;

  constructor(parts: InternetParts) {
    this.#parts = parts;
  }

  /** The lines that are up, or that nobody has noticed to be down. */
  get lines(): readonly Line[] {
    return this.#lines;
  }

  /** Makes a connection from one server to another.
   *  @param names in the certificate of the one that asks */
  dial(dialling: Dialling, names: readonly string[]): void {
    const { agenda, random, options: { links, network }, servers } = this.#parts;
    const isLost = !this.#isHealed && random.chance(links.unfound);
    agenda.after(1 + network.latency + random.below(network.jitter + 1), () => {
      const server = servers.get(dialling.domain);
      if (!dialling.isWanted()) return;
      if (server === undefined || isLost) return dialling.failed(random.chance(0.5) || server === undefined ? 'remote-server-not-found' : 'remote-server-timeout');
      if (server.census === undefined || this.#isPartitioned) return dialling.failed('remote-server-timeout');
      this.#open(dialling, server, names);
    });
  }

  /** Connects somebody who is no server of this world to one that is.
   *  @param names in the certificate of the one that connects */
  connect(server: Server, end: Reader, names: Names): Line | undefined {
    const { agenda, random, options: { network } } = this.#parts;
    return server.acceptPeer({ ...this.#channels(names, false), connect: (serverEnd) => new Line(agenda, random, network, serverEnd, end, true) });
  }

  /** Cuts one line. */
  cut(): void {
    if (this.#lines.length > 0) this.#parts.random.pick(this.#lines).cut();
  }

  /** One direction of one line. */
  clog(forMs: number): void {
    if (this.#lines.length === 0) return;
    const { agenda, random } = this.#parts;
    const line = random.pick(this.#lines);
    const pipe = random.chance(0.5) ? line.up : line.down;
    pipe.stall();
    agenda.after(forMs, () => this.#release(() => pipe.release()));
  }

  /** No byte passes between servers, and nobody connects. */
  partition(forMs: number): void {
    this.#isPartitioned = true;
    for (const line of this.#lines) line.stall();
    this.#parts.agenda.after(forMs, () => {
      this.#isPartitioned = false;
      for (const line of this.#lines) line.release();
    });
  }

  /** From now on everybody is found, and answers. */
  heal(): void {
    this.#isHealed = true;
    this.#isPartitioned = false;
    for (const line of this.#lines) line.release();
  }

  #release(release: () => void): void {
    if (!this.#isPartitioned) release();
  }

  #open(dialling: Dialling, server: Server, names: readonly string[]): void {
    const { agenda, random, options: { links, network } } = this.#parts;
    const isDirect = random.chance(links.direct);
    const theirs = this.#channels(random.chance(links.certified) ? names : undefined, isDirect);
    const ours = this.#channels(random.chance(links.certified) ? [dialling.domain, server.domain] : undefined, isDirect);
    const connect = (openerEnd: Reader): Line => {
      const line = server.acceptPeer({ ...theirs, connect: (serverEnd) => new Line(agenda, random, network, serverEnd, openerEnd, true) });
      if (line === undefined) throw new Error('the server is down');
      this.#lines = [...this.#lines.filter(({ isOver }) => !isOver), line];
      if (!this.#isHealed && random.chance(links.silent)) this.#silence(line);
      return line;
    };
    dialling.opened({ ...ours, connect });
  }

  /** The server has taken the connection, and says nothing for a while. */
  #silence(line: Line): void {
    line.stall();
    this.#parts.agenda.after(this.#parts.random.around(10_000), () => this.#release(() => line.release()));
  }

  /** What one end sees of the other: whether it is trusted says the draw. */
  #channels(names: Names, isDirect: boolean): Pick<Attach, 'channel' | 'secured'> {
    const plain: Channel = { secure: false, startTls: true, tlsRequired: false, mechanisms: [], channelBindings: [] };
    const secured: Channel = { ...plain, secure: true, startTls: false, ...(names && { certified: names }) };
    return { channel: isDirect ? secured : plain, secured };
  }
}
