/** Wrong versions of a machine that can be built and that differ: from each other, and most of them from
 *  the machine. Not here: how a definition is changed (mutations.ts). @module */
import { createMachine, not } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import type { CatalogueEntry } from '../../machines/catalogue.ts';
import { stepOf } from '../../machines/step.ts';
import type { Stepper } from '../../machines/step.ts';
import { signatureOf, stepTableOf } from '../checker/machines/step-table.ts';
import type { Alphabet } from '../checker/machines/step-table.ts';
import { mutationsOf } from './mutations.ts';
import type { Mutation, StateConfig } from './mutations.ts';

/** A wrong version of a machine. */
export interface Mutant {
  readonly machine: string;
  readonly operator: string;
  /** State, event and number of the candidate. */
  readonly where: string;
  /** Of this mutant alone, whatever else is made. */
  readonly name: string;
  readonly step: Stepper<AnyStateMachine>;
  /** Its table can't be told from the machine's. */
  readonly isSameTable: boolean;
  /** The names of others whose tables can't be told from this one's. */
  readonly merged: readonly string[];
}

/** The mutants of a machine, in the order of its definition.
 *  @example
 *  for (const { name, step } of mutantsOf(entry)) console.log(name, step.initial.value); */
export function mutantsOf(entry: CatalogueEntry): readonly Mutant[] {
  const alphabet = alphabetOf(entry);
  const original = signatureOf(stepTableOf(entry.step, alphabet));
  const mutants = new Map<string, Mutant & { merged: string[] }>();
  for (const mutation of mutationsOf(configOf(entry))) {
    const step = built(entry, mutation);
    if (step === undefined) continue;
    const name = nameOf(entry, mutation);
    const signature = signatureOf(stepTableOf(step, alphabet));
    const known = mutants.get(signature);
    const { operator, where } = mutation;
    if (known === undefined) mutants.set(signature, { machine: entry.name, operator, where, name, step, isSameTable: signature === original, merged: [] });
    else known.merged.push(name);
  }
  return [...mutants.values()];
}

/** One mutant by its name, whether or not it is merged with others.
 *  @throws RangeError when there is none of that name */
export function mutantNamed(entry: CatalogueEntry, name: string): Stepper<AnyStateMachine> {
  const mutation = mutationsOf(configOf(entry)).find((each) => nameOf(entry, each) === name);
  const step = mutation === undefined ? undefined : built(entry, mutation);
  if (step === undefined) throw new RangeError(`no mutant ${name}`);
  return step;
}

const configOf = ({ step }: CatalogueEntry): StateConfig => step.machine.config as unknown as StateConfig;
const nameOf = ({ name }: CatalogueEntry, { where, operator }: Mutation): string => `${name}: ${where}: ${operator}`;

/** The machine's alphabet; an event that brings a number also brings another one of the same sign, so
 *  that it shows whether the number is kept. */
function alphabetOf({ alphabet }: CatalogueEntry): Alphabet {
  return (alphabet as Alphabet).flatMap((event) => {
    const doubled = Object.fromEntries(Object.entries(event).map(([key, value]) => [key, typeof value === 'number' ? value * 2 : value]));
    return JSON.stringify(doubled) === JSON.stringify(event) ? [event] : [event, doubled as typeof event];
  });
}

/** The machine of a changed definition; undefined when XState finds that it is none. */
function built(entry: CatalogueEntry, { apply }: Mutation): Stepper<AnyStateMachine> | undefined {
  const config = copyOf(configOf(entry)) as StateConfig;
  apply(config);
  try {
    return stepOf(createMachine(withGuards(config) as never, entry.step.machine.implementations as never) as unknown as AnyStateMachine);
  } catch {
    return undefined;
  }
}

/** A deep copy of plain objects and lists; functions stay what they are. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)]));
}

/** Turns the negations that an operator has written into XState's. */
function withGuards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withGuards);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => {
    const guard = key === 'guard' ? (inner as { type?: unknown; inner?: unknown }) : undefined;
    return [key, guard?.type === 'not' && 'inner' in guard ? not(guard.inner as never) : withGuards(inner)];
  }));
}
