/** All checks, in the order in which they are run and reported. @module */
import type { Check } from './checker/check.ts';
import { machineChecks } from './checker/machines/checks.ts';
import { composedCheck } from './checker/scopes.ts';
import { subscriptionChecks } from './subscription.property.ts';

/** Every exhaustive check, by machines and by systems of them.
 *  @example
 *  const [scope] = checks.find(({ name }) => name === 'room alone')!.scopes;
 *  const { states, broken } = explore(scope!.system());
 *  states === scope?.pinned?.[0]; // true
 *  broken.size; // 0 */
export const checks: readonly Check[] = [composedCheck, ...subscriptionChecks, ...machineChecks];
