/** The shortest way in which a statement is broken, looked for when somebody asks, and written down as a trace. Not here:
 *  what a trace has (trace.ts), which statement a mutant breaks (properties/mutants). @module */
import { TraceError } from '../../src/core/trace.ts';
import type { Trace } from '../../src/core/trace.ts';
import { checks } from '../checks.ts';
import { explore } from './explore.ts';
import { composedCheck } from './scopes.ts';
import { systemOf, traceOf } from './trace.ts';
import { negativeControls } from './variants.ts';

/** A wrong machine, and what it was refuted by. */
export interface Refuted {
  readonly mutant: string;
  readonly check: string;
  readonly scope: string;
  readonly statement: string;
}

/** More states than are looked at. */
const LIMIT = 2_000_000;

/** The counterexample of a mutant.
 *  @throws TraceError when there is none in this build
 *  @example
 *  counterexampleOf({ mutant: 'route: open on drain.begun #1: drop closeRoute', check: 'route alone', scope: 'route, whatever happens', statement: 'T2.c drain' }); */
export function counterexampleOf({ mutant, check: name, scope, statement }: Refuted): Trace {
  const broken = explore(systemOf({ check: name, scope, mutant }), { until: statement, limit: LIMIT }).broken.get(statement);
  const check = checks.find((each) => each.name === name);
  if (check === undefined || broken === undefined) throw new TraceError(`In this build "${statement}" is not broken by ${mutant}: the list of mutants is of another build.`);
  return traceOf(check, scope, broken, { mutant, broken: statement });
}

/** The counterexample of a negative control.
 *  @throws TraceError when this build has no such control, or it is not refuted */
export function counterexampleOfControl(name: string): Trace {
  const statement = negativeControls.find((each) => each.name === name)?.refutes ?? '';
  const broken = explore(systemOf({ check: composedCheck.name, control: name }), { until: statement, limit: LIMIT }).broken.get(statement);
  if (broken === undefined) throw new TraceError(`In this build "${name}" is not refuted.`);
  return traceOf(composedCheck, 'its own', broken, { variant: name, broken: statement });
}
