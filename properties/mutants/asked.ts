/** What a system asks of its machines, event by event, up to its bounds. A mutant that answers all of it as
 *  the machine does is, in this system, the machine: there is no need to explore it again. Not here:
 *  mutants that answer otherwise, and are none the worse for it (lockstep.ts). @module */
import type { AnyStateMachine, SnapshotFrom } from 'xstate';
import { catalogue } from '../../machines/catalogue.ts';
import type { Stepper } from '../../machines/step.ts';
import type { Check, CheckScope } from '../checker/check.ts';
import { explore } from '../checker/explore.ts';

type State = SnapshotFrom<AnyStateMachine>;
/** By state, the events that were asked. */
type Questions = Map<string, Map<string, { readonly type: string }>>;

const keyOf = (state: State): string => JSON.stringify([state.value, state.context]);

/** The questions of one scope, found by exploring it with the machines themselves. */
export class Asked {
  readonly #questions = new Map<string, Questions>();
  readonly #machines = new Map<string, Stepper<AnyStateMachine>>();

  constructor({ machines }: Check, scope: CheckScope) {
    for (const { name, step } of catalogue) if (machines.includes(name)) this.#machines.set(name, step);
    explore(scope.system(Object.fromEntries([...this.#machines].map(([name, step]) => [name, this.#listening(name, step)]))));
  }

  /** Whether a substitute answers every question as the machine does, and comes to the same states. */
  isSame(machine: string, substitute: Stepper<AnyStateMachine>): boolean {
    const step = this.#machines.get(machine);
    const questions = this.#questions.get(machine);
    if (step === undefined || questions === undefined) return false;
    if (keyOf(step.initial) !== keyOf(substitute.initial) || JSON.stringify(step.initialEffects) !== JSON.stringify(substitute.initialEffects)) return false;
    const reached = new Map<string, readonly [State, State]>([[keyOf(step.initial), [step.initial, substitute.initial]]]);
    for (const [key, [here, there]] of reached) {
      for (const event of questions.get(key)?.values() ?? []) {
        const [one, other] = [step(here, event as never), substitute(there, event as never)];
        const next = keyOf(one.state);
        if (next !== keyOf(other.state) || one.ignored !== other.ignored || JSON.stringify(one.effects) !== JSON.stringify(other.effects)) return false;
        if (!reached.has(next)) reached.set(next, [one.state, other.state]);
      }
    }
    return true;
  }

  #listening(name: string, step: Stepper<AnyStateMachine>): Stepper<AnyStateMachine> {
    const questions: Questions = new Map();
    this.#questions.set(name, questions);
    const listening = (state: State, event: { readonly type: string }): ReturnType<typeof step> => {
      const key = keyOf(state);
      const events = questions.get(key) ?? new Map<string, { readonly type: string }>();
      questions.set(key, events.set(JSON.stringify(event), event));
      return step(state, event as never);
    };
    return Object.assign(listening, { machine: step.machine, initial: step.initial, initialEffects: step.initialEffects }) as unknown as Stepper<AnyStateMachine>;
  }
}
