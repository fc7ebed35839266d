/** Two systems in lockstep: the same thing happens to both, and whatever can be seen of it is compared.
 *  Not here: which two (run.ts). @module */
import type { Move, System } from '../checker/explore.ts';

/** The name of the only thing that can be wrong. */
export const DIFFERS = 'differs';

/** Two systems that are to be the same from outside. A state is the one's and then the other's. */
export class Lockstep implements System {
  readonly initial: Uint8Array;
  readonly #one: System;
  readonly #other: System;

  constructor(one: System, other: System) {
    this.#one = one;
    this.#other = other;
    this.initial = Uint8Array.of(...one.initial, ...other.initial);
  }

  moves(state: Uint8Array, visit: (move: Move) => void): void {
    const [here, there] = this.#parts(state);
    const expected = movesOf(this.#one, here);
    for (const [label, move] of movesOf(this.#other, there)) {
      const match = expected.get(label);
      const isSame = match?.shown === move.shown;
      visit({ label, state: Uint8Array.of(...(match?.state ?? here), ...move.state), shown: move.shown, broken: isSame ? [] : [DIFFERS] });
      expected.delete(label);
    }
    for (const [label, move] of expected) visit({ label, state: Uint8Array.of(...move.state, ...there), shown: move.shown, broken: [DIFFERS] });
  }

  atRest(state: Uint8Array): readonly string[] {
    const [here, there] = this.#parts(state);
    return this.#one.atRest(here).toSorted().join() === this.#other.atRest(there).toSorted().join() ? [] : [DIFFERS];
  }

  #parts(state: Uint8Array): readonly [here: Uint8Array, there: Uint8Array] {
    const { length } = this.#one.initial;
    return [state.slice(0, length), state.slice(length)];
  }
}

function movesOf(system: System, state: Uint8Array): Map<string, { readonly state: Uint8Array; readonly shown: string }> {
  const moves = new Map<string, { readonly state: Uint8Array; readonly shown: string }>();
  system.moves(state, (move) => moves.set(move.label, { state: move.state.slice(), shown: move.shown }));
  return moves;
}
