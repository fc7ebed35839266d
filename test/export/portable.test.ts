/** What the expressions say is what the machines' functions say. docs/reference/export.md. @module */
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../machines/catalogue.ts';
import { ecmaScript, evaluate } from '../../src/export/expression.ts';
import type { Expression } from '../../src/export/expression.ts';
import { pathOf } from '../../src/export/plain.ts';
import { portable, portableOf } from '../../src/export/portable.ts';
import { eventsOf, reachedBy } from './reached.ts';
import type { Event, Snapshot } from './reached.ts';

type Guard = ((args: { context: object; event: Event }, params: undefined) => boolean) & { readonly check?: (state: Snapshot, args: object, guard: Guard) => boolean };

const guardsOf = ({ step }: (typeof catalogue)[number]) => step.machine.implementations.guards as unknown as Readonly<Record<string, Guard>>;

describe('export: expressions', () => {
  test('there are expressions for the machines of the catalogue and for no others', () => {
    expect(Object.keys(portable).filter((name) => !catalogue.some((entry) => entry.name === name))).toEqual([]);
  });

  test.each(catalogue)('$name: every guard and every update has an expression, and no expression is left over', (entry) => {
    const { guards, updates } = portableOf(entry.name);
    expect(Object.keys(guards)).toEqual(Object.keys(guardsOf(entry)));
    expect(Object.keys(updates)).toEqual(Object.keys(entry.step.machine.implementations.actions).filter((name) => name.startsWith('note')));
  });

  test.each(catalogue)('$name: every guard answers as its function does, in every state and to every event', (entry) => {
    const { guards } = portableOf(entry.name);
    const answers = new Map<string, Set<boolean>>();
    const differences: unknown[] = [];
    for (const state of reachedBy(entry)) {
      for (const event of eventsOf(entry)) {
        for (const [name, guard] of Object.entries(guardsOf(entry))) {
          const { context } = state;
          const actual = guard.check === undefined ? guard({ context, event }, undefined) : guard.check(state, { context, event }, guard);
          const here = Boolean(evaluate(guards[name] ?? null, { event, context, state: pathOf(state.value) }));
          answers.set(name, (answers.get(name) ?? new Set()).add(actual));
          if (here !== actual) differences.push({ name, event, context, actual, here });
        }
      }
    }
    expect(differences).toEqual([]);
    // A guard that always says the same would be compared with nothing.
    expect([...answers].filter(([, both]) => both.size < 2)).toEqual([]);
  });

  const from = { event: { type: 'e', at: 2, text: 'a', no: false }, context: { count: 1, owed: null, is: true }, state: 'a.b' };
  test.each<[Expression, unknown, string]>([
    [null, null, 'null'], [1, 1, '1'], ['it\'s', 'it\'s', '\'it\\\'s\''], [['a', 'b'], ['a', 'b'], '[\'a\', \'b\']'],
    [{ var: 'event.type' }, 'e', '_event.name'], [{ var: 'event.text' }, 'a', '_event.data.text'], [{ var: 'event.none' }, null, '_event.data.none'],
    [{ var: 'context.count' }, 1, 'count'], [{ var: 'context.owed.text' }, null, '(owed === null ? null : owed.text)'],
    [{ '===': [{ var: 'state' }, 'a.b'] }, true, 'In(\'a.b\')'],
    [{ '===': [{ var: 'context.count' }, 1] }, true, 'count === 1'], [{ '!==': [{ var: 'context.owed' }, null] }, false, 'owed !== null'],
    [{ '<': [{ var: 'context.count' }, 1] }, false, 'count < 1'], [{ '<=': [{ var: 'context.count' }, 1] }, true, 'count <= 1'],
    [{ '>': [{ var: 'context.count' }, 1] }, false, 'count > 1'], [{ '>=': [{ '+': [{ var: 'context.count' }, 1] }, 2] }, true, '(count + 1) >= 2'],
    [{ max: [0, { '-': [{ var: 'context.count' }, 3] }] }, 0, 'Math.max(0, (count - 3))'],
    [{ and: [{ var: 'context.is' }, { var: 'event.no' }, { var: 'event.at' }] }, false, 'is && _event.data.no && _event.data.at'],
    [{ or: [{ var: 'context.owed.text' }, { var: 'event.text' }] }, 'a', '(owed === null ? null : owed.text) || _event.data.text'],
    [{ and: [true, { or: [false, { '!': { and: [true, false] } }] }] }, true, 'true && (false || !(true && false))'],
    [{ if: [{ var: 'event.no' }, 1, 2] }, 2, '_event.data.no ? 1 : 2'], [{ in: [{ var: 'event.text' }, ['a', 'b']] }, true, '[\'a\', \'b\'].indexOf(_event.data.text) >= 0'],
    [{ object: ['a', 1, 'b', { var: 'event.none' }] }, { a: 1 }, '{ \'a\': 1, \'b\': _event.data.none }'],
  ])('%j is %j, and in ECMAScript %s', (expression, value, text) => {
    expect([evaluate(expression, from), ecmaScript(expression)]).toEqual([value, text]);
  });

  test('an operator that is not among them is refused', () => {
    expect(() => evaluate({ xor: [1, 2] } as never, from)).toThrow('there is no operator xor');
  });
});
