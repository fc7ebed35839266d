/** The composed system a second time, in Promela: the text that is generated, and, where SPIN and gcc are
 *  installed, what SPIN finds in it. Where they are not, that half is skipped with the reason in its title;
 *  where WAYSTATE_REQUIRE_ALL is set, as in CI, that is a failure. `npm run spin` has the larger scopes.
 *  @module */
import { describe, expect, test } from 'vitest';
import { Composed } from '../../properties/checker/composed.ts';
import { explore } from '../../properties/checker/explore.ts';
import type { Variant } from '../../properties/checker/generation.ts';
import { promelaOf } from '../../properties/checker/promela/promela.ts';
import { identifierOf } from '../../properties/checker/promela/text.ts';
import { quietScope } from '../../properties/checker/scope.ts';
import type { Scope } from '../../properties/checker/scope.ts';
import { composedScopes } from '../../properties/checker/scopes.ts';
import { negativeControls } from '../../properties/checker/variants.ts';
import { compareControl, compareScope, missingPrograms, verify } from '../../properties/spin.ts';

const missing = missingPrograms();
if (missing.length > 0) console.warn(`Not tested, because it is not installed: ${missing.join(', ')} (apt-get install)`);
const reason = missing.length > 0 ? ` (skipped: ${missing.join(' and ')} not installed)` : '';

test.runIf(process.env['WAYSTATE_REQUIRE_ALL'])('SPIN and gcc are installed (WAYSTATE_REQUIRE_ALL)', () => {
  expect(missing).toEqual([]);
});

const dying: Scope = { ...quietScope, remoteMayDie: true, budget: { ...quietScope.budget, leave: 0 } };

/** A system that has been explored to its end. */
function explored(scope: Scope, variant?: Variant): Composed {
  const system = new Composed(scope, variant);
  explore(system);
  return system;
}

/** The lines of an inline; none where the model has no such inline. */
function linesOf(model: string, name: string): readonly string[] {
  const [, body = ''] = new RegExp(`^inline ${name}\\(\\) \\{\\n([^}]*)\\}`, 'm').exec(model) ?? [];
  return body.split('\n');
}

describe('the model in Promela', () => {
  const system = explored(dying);
  const model = promelaOf(system);

  test('the same system gives the same text', () => {
    expect(promelaOf(explored(dying))).toBe(model);
  });

  test('every step that a machine has taken is a line of it, but for the way to resource binding', () => {
    const absent = Object.entries(system.resources.generations.tables).flatMap(([machine, table]) => [...table.taken()].flatMap(({ number, event, cell }) => {
      const at = machine === 'directed' || machine === 'farewell' ? `g_${machine}[room]` : `g_${machine}`;
      const line = `:: ${at} == ${number} -> ${at} = ${cell.next}`;
      return linesOf(model, `${machine}_${identifierOf(event)}`).some((each) => each.trim().split(';')[0] === line) ? [] : [identifierOf(event)];
    }));
    expect(absent).toEqual(['header_received_true', 'auth_requested_PLAIN_true', 'sasl_succeeded', 'header_received_true', 'bind_requested', 'bind_succeeded']);
  });

  test('what no exploration has reached is an assertion that fails', () => {
    // Nobody leaves a room by itself in this scope.
    expect(linesOf(model, 'directed_directed_unavailable').map((line) => line.trim()).filter((line) => line !== '')).toEqual(['if', ':: else -> assert(false)', 'fi']);
  });

  test.each(negativeControls)('$name: what is wrong is in the model too', ({ variant, scope }) => {
    const system = new Composed(scope, variant);
    explore(system, { limit: 2000 });
    expect(promelaOf(system, variant)).not.toBe(promelaOf(system));
  });
});

describe.skipIf(missing.length > 0)(`SPIN and the explorer${reason}`, () => {
  const small = composedScopes.filter(({ name }) => ['messages, opting out, a transport dies', 'two rooms'].includes(name));
  const controls = negativeControls.filter(({ name }) => ['openfire-4.6.0-route-removed-on-unavailable, in a room', 'no-deadline'].includes(name));

  test.each(small)('$name: the same verdict, states, transitions and depth', ({ name, scope, pinned }) => {
    const { outcome, explorer, spin } = compareScope(name, scope);
    expect(spin).toEqual(explorer);
    expect(spin).toMatchObject({ states: pinned?.[0], transitions: pinned?.[1], depth: pinned?.[2], holds: true });
    expect(outcome).toBe('same');
  });

  test.each(controls)('$name: both refute $refutes in $steps steps', (control) => {
    const { outcome, spin } = compareControl(control);
    expect(spin).toEqual({ steps: control.steps });
    expect(outcome).toBe('same');
  });

  const system = explored(dying);
  const model = promelaOf(system);

  test('a step that the explorer has not taken is found', () => {
    const step = linesOf(model, 'farewell_room_entered').find((line) => line.trim().startsWith(':: g_farewell')) ?? '';
    expect(verify(model.replace(`${step}\n`, ''))).toMatchObject({ isBeyond: true });
  });

  test('a step that leads elsewhere changes what is found', () => {
    const [owed = ''] = linesOf(model, 'route_answer_owed').filter((line) => line.includes(':: g_route == 0 ->'));
    expect(verify(model.replace(owed, '  :: g_route == 0 -> g_route = 0'), 'T2.c').steps).toBe(3);
  });
});
