/** The machine beside the RFC, cell by cell: its states are those of the real machine, and each stanza in
 *  each of them is held against appendix-a.ts and prose.ts. @module */
import { stepSubscription } from '../../../machines/subscription.ts';
import type { SubscriptionEvent } from '../../../machines/subscription.ts';
import type { SubscriptionState } from '../../../machines/vocabulary.ts';
import type { Transition } from '../../../src/core/kernel.ts';
import { stepperOf } from '../check.ts';
import type { Substitutes } from '../check.ts';
import type { Move, System } from '../explore.ts';
import { MachineTable } from '../machine-table.ts';
import { shownOf, transitionOf } from './agreement.ts';
import type { SubscriptionTable } from './agreement.ts';
import { STANZAS, cellOf } from './appendix-a.ts';
import type { Direction, SubscriptionStanza } from './appendix-a.ts';
import { effectsOf, orders } from './prose.ts';

/** In words, by name. */
export const tableStatements = {
  'T7 table': 'In each state, with and without pre-approval, each of the eight stanzas is routed, delivered, answered and followed by a state as Appendix A, §3 and §3.4 of RFC 6121 have it, but for the deviations that are listed.',
  'T7 order': 'A stanza is delivered before the push that it brings, a contact hears that it is subscribed before it is told of presence, and that nobody is there before it hears that it is not.',
} as const;

/** An event of the machine, one object for each. */
const events: readonly (readonly [Direction, SubscriptionStanza, SubscriptionEvent])[] = (['outbound', 'inbound'] as const)
  .flatMap((direction) => STANZAS.map((stanza) => [direction, stanza, { type: `${direction}.${stanza}` }] as const));

/** One subscription, given any stanza in any state. */
export class Tables implements System {
  readonly initial = Uint8Array.of(0);
  readonly #table: SubscriptionTable;

  constructor(substitutes?: Substitutes) {
    this.#table = new MachineTable(stepperOf(substitutes, 'subscription', stepSubscription));
  }

  /** The state behind a number: its name, and whether the contact is pre-approved. */
  stateOf(number: number): { readonly name: SubscriptionState; readonly isApproved: boolean } {
    const { value, context } = this.#table.state(number);
    return { name: value, isApproved: context.approved };
  }

  did([number = 0]: Uint8Array, label: string): readonly Transition[] {
    const event = events.find(([direction, stanza]) => `${direction} ${stanza}` === label)?.[2];
    return event === undefined ? [] : [transitionOf(this.#table, number, event, 'a contact')];
  }

  due([number = 0]: Uint8Array, label: string): { readonly statement: string; readonly words: string } | undefined {
    const { name, isApproved } = this.stateOf(number);
    const [direction, stanza] = events.find(([way, each]) => `${way} ${each}` === label) ?? [];
    if (direction === undefined || stanza === undefined) return undefined;
    const { next, isApproved: isApprovedThen } = cellOf(direction, stanza, name, isApproved);
    const ordered = [...effectsOf(direction, stanza, name, isApproved)];
    return { statement: 'T7 table', words: `What must be ordered: ${ordered.join(', ') || 'nothing'}; the state afterwards: ${next}${isApprovedThen ? ', approved' : ''}.` };
  }

  moves([number = 0]: Uint8Array, visit: (move: Move) => void): void {
    const { name, isApproved } = this.stateOf(number);
    for (const [direction, stanza, event] of events) {
      const { next, effects } = this.#table.step(number, event);
      const ordered = effects.map(({ type }) => type as string);
      const expected = effectsOf(direction, stanza, name, isApproved);
      const cell = cellOf(direction, stanza, name, isApproved);
      const after = this.stateOf(next);
      const isAsWritten = after.name === cell.next && after.isApproved === cell.isApproved
        && ordered.length === expected.size && ordered.every((effect) => expected.has(effect));
      const isInOrder = orders.every(([first, second, when]) => when !== direction || !ordered.includes(first) || !ordered.includes(second) || ordered.indexOf(first) < ordered.indexOf(second));
      visit({
        label: `${direction} ${stanza}`,
        state: Uint8Array.of(next),
        shown: ordered.map((effect) => shownOf(this.#table, next, effect)).join(', '),
        broken: [...(isAsWritten ? [] : ['T7 table']), ...(isInOrder ? [] : ['T7 order'])],
      });
    }
  }

  atRest(): readonly string[] {
    return [];
  }
}
