/** A machine's definition without functions: guards, actions and delays by name, and parameters as they are or as
 *  expressions. It is what XState and its editors read, and what the other formats are made from.
 *  Not here: what the names stand for (portable.ts). @module */
import { createMachine } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import type { CatalogueEntry } from '../../machines/catalogue.ts';
import { portableOf } from './portable.ts';
import type { Named } from './portable.ts';

/** A definition that JSON can hold. */
export type PlainConfig = { readonly id: string } & Readonly<Record<string, unknown>>;

/** The definition of a machine, without functions.
 *  @throws Error when something of it is a function that has no expression
 *  @example
 *  JSON.stringify(plainConfig(catalogue[0])) */
export function plainConfig({ name, step }: CatalogueEntry): PlainConfig {
  const { params } = portableOf(name);
  return plain(step.machine.config, params) as PlainConfig;
}

function plain(value: unknown, params: Readonly<Record<string, Named>>): unknown {
  if (typeof value === 'function') throw new Error(`${value.toString()} can't be written as data`);
  if (Array.isArray(value)) return value.map((part) => plain(part, params));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, key === 'params' && typeof part === 'function' ? namedParams(value, params) : plain(part, params)]));
}

function namedParams(action: object, params: Readonly<Record<string, Named>>): Named {
  const named = 'type' in action ? params[String(action.type)] : undefined;
  if (named === undefined) throw new Error(`the parameters of ${JSON.stringify(action)} have no expression`);
  return named;
}

/** The machine of that definition. Its guards are asked by name; its updates come out as if they were effects, and
 *  parameters as they are written. */
export function plainMachine(entry: CatalogueEntry, ask: (guard: string) => boolean): AnyStateMachine {
  const { guards, delays } = entry.step.machine.implementations;
  const asked = Object.fromEntries(Object.keys(guards).map((guard) => [guard, () => ask(guard)]));
  return createMachine(plainConfig(entry) as never, { guards: asked, delays } as never) as unknown as AnyStateMachine;
}

/** The path of a state, such as `opening.connecting`; no machine is in two states at once. */
export function pathOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, inner] = ['', '']] = Object.entries(value) as [string, unknown][];
  return `${name}.${pathOf(inner)}`;
}
