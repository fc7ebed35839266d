/** One act's memory: every step of every machine, the fate of every message, and who plays. It has told what belongs to
 *  somebody who plays, unless something is done quietly. Not here: what is played (acts). @module */
import type { Fate, Transition } from '../../src/core/kernel.ts';
import type { Observer } from '../../src/core/server.ts';
import { stateOf } from './transcript.ts';
import type { Transcript } from './transcript.ts';

/** What became of a message, and whether its recipient was available at that moment. */
export type Seen = Fate & { readonly available: boolean };

/** What a scene needs to know of somebody who plays. */
export interface Role {
  readonly name: string;
  readonly isAvailable: boolean;
  /** Whether it is about this player's machines. */
  owns(made: Transition): boolean;
  /** Whether this is one of the addresses that lead there. */
  isAt(address: string): boolean;
}

export class Scene {
  readonly transcript: Transcript;
  readonly transitions: Transition[] = [];
  readonly fates: Seen[] = [];
  readonly #told: readonly string[];
  readonly #players: Role[] = [];
  isQuiet = false;

  /** @param told the machines whose steps are told */
  constructor(transcript: Transcript, told: readonly string[]) {
    this.transcript = transcript;
    this.#told = told;
  }

  /** Who watches the servers. */
  get observer(): Observer {
    return {
      onTransition: (made) => {
        this.transitions.push(made);
        const player = this.#players.findLast((candidate) => candidate.owns(made));
        if (player !== undefined && !made.ignored && !this.isQuiet && this.#told.includes(made.machine)) this.transcript.transition(player.name, made);
      },
      onFate: (fate) => {
        this.fates.push({ ...fate, available: this.#players.some((player) => player.isAt(fate.to) && player.isAvailable) });
        if (fate.type === 'chat' && !this.isQuiet) this.transcript.fate(fate);
      },
    };
  }

  enlist(player: Role): void {
    this.#players.push(player);
  }

  /** Does something of which nothing is told. */
  async quietly(work: () => Promise<void>): Promise<void> {
    this.isQuiet = true;
    await work();
    this.isQuiet = false;
  }

  /** The states that a machine went through, from one moment on.
   *  @param since how many transitions there were then */
  path(since: number, is: (made: Transition) => boolean): readonly string[] {
    const states = this.transitions.slice(since).filter(is).flatMap(({ from, to }) => [stateOf(from), stateOf(to)]);
    return states.filter((state, index) => state !== states[index - 1]);
  }
}
