/** What holds of subscriptions: T7 of THEOREMS, and the halves of T5 and T6 that are theirs. The machine is held
 *  against RFC 6121 Appendix A cell by cell, and two of it are joined by links that may lose stanzas.
 *  Not here: presence itself (presence.property.ts). @module */
import type { Check, CheckScope } from './checker/check.ts';
import { Pair, pairStatements } from './checker/subscriptions/pair.ts';
import type { PairScope } from './checker/subscriptions/pair.ts';
import { Tables, tableStatements } from './checker/subscriptions/tables.ts';

const tables: Check = {
  name: 'subscription tables',
  about: 'One subscription, given each stanza in each state, beside the tables of RFC 6121 Appendix A.',
  statements: tableStatements,
  machines: ['subscription'],
  scopes: [{ name: 'all cells', bounds: 'none: nine states, of which six also with pre-approval, and eight stanzas', pinned: [15, 120, 4], run: 'test', system: (substitutes) => new Tables(substitutes) }],
};

function pairScope(name: string, scope: PairScope, run: CheckScope['run'], pinned: NonNullable<CheckScope['pinned']>): CheckScope {
  const bounds = `2 accounts, ${scope.sends} stanzas each; lost on the way: ${scope.losses}; contacts removed: ${scope.removals}`;
  return { name, bounds, pinned, run, system: (substitutes) => new Pair(scope, substitutes) };
}

const pair: Check = {
  name: 'subscriptions',
  about: 'Two accounts, perhaps of two servers, that subscribe to each other over links that keep the order and may lose stanzas.',
  statements: pairStatements,
  machines: ['subscription'],
  scopes: [
    pairScope('two stanzas each, nothing is lost', { sends: 2, losses: 0, removals: 0 }, 'test', [1_001, 2_686, 9]),
    pairScope('two stanzas each, two are lost, a contact is removed', { sends: 2, losses: 2, removals: 1 }, 'test', [15_646, 53_376, 12]),
    pairScope('three stanzas each, nothing is lost', { sends: 3, losses: 0, removals: 0 }, 'test', [19_388, 60_416, 14]),
    pairScope('three stanzas each, one is lost', { sends: 3, losses: 1, removals: 0 }, 'test', [45_956, 164_128, 14]),
    pairScope('three stanzas each, two are lost, a contact is removed', { sends: 3, losses: 2, removals: 1 }, 'pull request', [409_676, 1_717_558, 17]),
    pairScope('four stanzas each, one is lost', { sends: 4, losses: 1, removals: 0 }, 'pull request', [821_139, 3_258_870, 18]),
    pairScope('three stanzas each, two are lost, two contacts are removed', { sends: 3, losses: 2, removals: 2 }, 'full', [1_424_349, 6_199_868, 20]),
  ],
};

/** The checks of subscriptions, the cheaper first.
 *  @example
 *  explore(subscriptionChecks[0].scopes[0].system()).broken.size // 0 */
export const subscriptionChecks: readonly Check[] = [tables, pair];
