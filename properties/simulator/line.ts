/** A connection of a client to the server: two pipes that live and die together. @module */
import type { Agenda } from './agenda.ts';
import type { Options } from './options.ts';
import { Pipe } from './pipe.ts';
import type { Reader } from './pipe.ts';
import type { Random } from './random.ts';

/** Both directions. */
export class Line {
  /** From the client to the server. */
  readonly up: Pipe;
  /** From the server to the client. */
  readonly down: Pipe;

  constructor(agenda: Agenda, random: Random, network: Options['network'], server: Reader, client: Reader) {
    this.up = new Pipe(agenda, random, network, server);
    this.down = new Pipe(agenda, random, network, client);
  }

  /** The line is dead; each end finds out in its own time. */
  cut(): void {
    this.up.cut();
    this.down.cut();
  }
}
