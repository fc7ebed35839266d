/** What a guard asks and an update computes, as data that any language can evaluate: a part of JsonLogic
 *  (https://jsonlogic.com), and `object`. An expression reads `event`, `context` and `state`; what is not there is null.
 *  Described in docs/reference/export.md. Not here: the expressions themselves (portable.ts). @module */

type Pair = readonly [Expression, Expression];
type List = readonly Expression[];

/** One expression. A list of texts is only ever the second part of `in`. */
export type Expression =
  | null | boolean | number | string | readonly string[]
  /** A path from `event`, `context` or `state`. */
  | { readonly var: string }
  | { readonly '===': Pair } | { readonly '!==': Pair }
  | { readonly '<': Pair } | { readonly '>': Pair } | { readonly '<=': Pair } | { readonly '>=': Pair }
  | { readonly '+': Pair } | { readonly '-': Pair } | { readonly max: Pair }
  | { readonly and: List } | { readonly or: List } | { readonly '!': Expression }
  | { readonly if: readonly [Expression, Expression, Expression] }
  | { readonly in: readonly [Expression, readonly string[]] }
  /** Names and values by turns; what is null is left out. */
  | { readonly object: List };

/** What an expression can read. */
export interface Readable {
  readonly event: object;
  readonly context: object;
  /** The path of the state that the machine is in, such as `opening.connecting`. */
  readonly state: string;
}

/** An operator twice: what it computes, and how ECMAScript writes it. */
interface Operator {
  readonly value: (parts: readonly never[]) => unknown;
  readonly text: (parts: readonly string[]) => string;
}

const between = (sign: string, value: (parts: readonly [never, never]) => unknown): Operator =>
  ({ value: value as unknown as Operator['value'], text: ([a, b]) => `${a} ${sign} ${b}` });

const operators: Readonly<Record<string, Operator>> = {
  '===': between('===', ([a, b]) => a === b),
  '!==': between('!==', ([a, b]) => a !== b),
  '<': between('<', ([a, b]) => a < b),
  '>': between('>', ([a, b]) => a > b),
  '<=': between('<=', ([a, b]) => a <= b),
  '>=': between('>=', ([a, b]) => a >= b),
  '+': between('+', ([a, b]) => a + b),
  '-': between('-', ([a, b]) => a - b),
  max: { value: (parts) => Math.max(...parts), text: (parts) => `Math.max(${parts.join(', ')})` },
  and: { value: (parts) => parts.find((part) => !part) ?? parts.at(-1), text: (parts) => parts.join(' && ') },
  or: { value: (parts) => parts.find(Boolean) ?? parts.at(-1), text: (parts) => parts.join(' || ') },
  '!': { value: ([a]) => !a, text: ([a]) => `!${a}` },
  if: { value: ([condition, yes, no]) => (condition ? yes : no), text: ([condition, yes, no]) => `${condition} ? ${yes} : ${no}` },
  in: { value: ([part, all]) => ((all ?? []) as readonly unknown[]).includes(part), text: ([part, all]) => `${all}.indexOf(${part}) >= 0` },
  object: { value: (parts) => Object.fromEntries(inPairs<unknown>(parts).filter(([, value]) => value !== null)), text: (parts) => `{ ${inPairs(parts).map(([name, value]) => `${name}: ${value}`).join(', ')} }` },
};

function inPairs<T>(parts: readonly T[]): [T, T][] {
  return parts.flatMap((part, index) => (index % 2 === 0 ? [[part, parts[index + 1] as T] as [T, T]] : []));
}

/** The operator of an expression and its parts; undefined when it stands for itself. */
function operationOf(expression: Expression): { readonly name: string; readonly parts: List } | undefined {
  if (typeof expression !== 'object' || expression === null || isList(expression)) return undefined;
  const [[name, parts] = ['', null]] = Object.entries(expression) as [string, Expression | List][];
  return { name, parts: isList(parts) ? parts : [parts] };
}

const isList = (value: unknown): value is List => Array.isArray(value);

function operatorOf(name: string): Operator {
  const operator = operators[name];
  if (operator === undefined) throw new Error(`there is no operator ${name}`);
  return operator;
}

/** Evaluates an expression.
 *  @example
 *  evaluate({ '>': [{ var: 'context.owed' }, 0] }, { event, context: { owed: 1 }, state: 'open' }); // true */
export function evaluate(expression: Expression, from: Readable): unknown {
  const operation = operationOf(expression);
  if (operation === undefined) return expression;
  const { name, parts } = operation;
  if (name === 'var') return String(parts[0]).split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key] ?? null, from);
  return operatorOf(name).value(parts.map((part) => evaluate(part, from)) as never[]);
}

/** Writes an expression in ECMAScript, as the data model of SCXML has it: `_event`, the context's names, `In`.
 *  @example
 *  ecmaScript({ '>': [{ var: 'context.owed' }, 0] }); // 'owed > 0' */
export function ecmaScript(expression: Expression): string {
  const operation = operationOf(expression);
  if (operation === undefined) return isList(expression) ? `[${expression.map((part) => ecmaScript(part)).join(', ')}]` : literal(expression);
  const { name, parts } = operation;
  const [first, second] = parts;
  if (name === 'var') return variable(String(first));
  // A state chart knows by itself which state it is in.
  if (name === '===' && first !== undefined && isState(first)) return `In(${literal(second)})`;
  return operatorOf(name).text(parts.map((part) => (needsBrackets(part) ? `(${ecmaScript(part)})` : ecmaScript(part))));
}

const literal = (value: unknown): string => (typeof value === 'string' ? `'${value.replaceAll(/['\\]/g, '\\$&')}'` : JSON.stringify(value));
const isState = (expression: Expression): boolean => JSON.stringify(expression) === '{"var":"state"}';
const needsBrackets = (expression: Expression): boolean => !['var', 'object', 'max', '!', undefined].includes(operationOf(expression)?.name);

function variable(path: string): string {
  const [of, name = '', part] = path.split('.');
  if (of === 'event') return name === 'type' ? '_event.name' : `_event.data.${name}`;
  return part === undefined ? name : `(${name} === null ? null : ${name}.${part})`;
}

/** The paths that an expression reads. */
export function pathsOf(expression: Expression): readonly string[] {
  const { name, parts = [] } = operationOf(expression) ?? {};
  return name === 'var' ? [String(parts[0])] : parts.flatMap(pathsOf);
}
