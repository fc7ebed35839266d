/** A connection to a server, of a client or of another server: two pipes that live and die together. @module */
import type { Agenda } from './agenda.ts';
import type { Options } from './options.ts';
import { Pipe } from './pipe.ts';
import type { Reader } from './pipe.ts';
import type { Random } from './random.ts';

/** A line as one end of it sees it. */
export interface End {
  readonly incoming: Pipe;
  readonly outgoing: Pipe;
  /** The line is dead. */
  cut(): void;
  /** What arrives is not read any more, although the other end has not said that it is done. */
  forsake(): void;
}

/** Both directions. */
export class Line {
  /** To the server, from whoever has opened the connection. */
  readonly up: Pipe;
  /** From the server to whoever has opened the connection. */
  readonly down: Pipe;
  /** What was under way when the line died may be lost. */
  isCut = false;

  readonly #isPrompt: boolean;

  /** @param isPrompt nothing arrives any more once an end has found out that the line is dead (THEOREMS A1): what another line
   *  brings then comes after it */
  constructor(agenda: Agenda, random: Random, network: Options['network'], server: Reader, opener: Reader, isPrompt: boolean) {
    this.#isPrompt = isPrompt;
    this.up = new Pipe(agenda, random, network, server);
    this.down = new Pipe(agenda, random, network, opener);
  }

  /** The line for the server that was connected to. */
  get atServer(): End {
    return { incoming: this.up, outgoing: this.down, cut: () => this.cut(), forsake: () => void (this.isCut = true) };
  }

  /** The line for whoever has opened the connection. */
  get atOpener(): End {
    return { incoming: this.down, outgoing: this.up, cut: () => this.cut(), forsake: () => void (this.isCut = true) };
  }

  /** Nothing is under way any more, and nothing will be. */
  get isOver(): boolean {
    return this.up.isOver && this.down.isOver;
  }

  /** Nothing arrives at either end until it is released. */
  stall(): void {
    this.up.stall();
    this.down.stall();
  }

  release(): void {
    this.up.release();
    this.down.release();
  }

  /** The line is dead; each end finds out in its own time. */
  cut(): void {
    this.isCut = true;
    this.up.cut(this.#isPrompt);
    this.down.cut(this.#isPrompt);
  }
}
