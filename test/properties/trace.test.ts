/** The traces of the explorer: every counterexample can be written down, read and taken again, on the same
 *  system; docs/reference/trace.md. @module */
import { describe, expect, test } from 'vitest';
import { TraceError, decodeTrace, encodeTrace } from '../../src/core/trace.ts';
import type { Trace, TraceStep } from '../../src/core/trace.ts';
import { checks } from '../../properties/checks.ts';
import { Composed } from '../../properties/checker/composed.ts';
import { explore } from '../../properties/checker/explore.ts';
import { composedCheck } from '../../properties/checker/scopes.ts';
import { replayExplorer, traceOf } from '../../properties/checker/trace.ts';
import { negativeControls } from '../../properties/checker/variants.ts';
import { replayers } from '../../properties/replay.ts';

/** The trace of the shortest way in which a control is refuted. */
function refutationOf({ name, scope, variant, refutes }: (typeof negativeControls)[number]): Trace {
  const way = explore(new Composed(scope, variant), { until: refutes }).broken.get(refutes) ?? [];
  return traceOf(composedCheck, 'its own', way, { variant: name, broken: refutes });
}

function controlNamed(name: string): (typeof negativeControls)[number] {
  const control = negativeControls.find((each) => each.name === name);
  if (control === undefined) throw new Error(`no control is called ${name}`);
  return control;
}

const noDrain = refutationOf(controlNamed('no-drain'));
const replayed = (trace: Trace): TraceStep[] => [...replayExplorer(trace)];
const withReplay = (replay: Trace['header']['replay']): Trace => ({ ...noDrain, header: { ...noDrain.header, replay } });

describe('the shortest way of a negative control', () => {
  test.each(negativeControls)('$name: is read as it was written, and breaks $refutes again', (control) => {
    const trace = refutationOf(control);
    const read = decodeTrace(encodeTrace(trace));
    expect(read).toEqual(trace);
    expect(replayed(read)).toEqual(trace.steps);
    expect(trace.header).toMatchObject({ kind: 'explorer', theorem: { name: control.refutes, statement: composedCheck.statements[control.refutes] }, fault: control.about });
    expect(trace.steps.length).toBe(control.steps);
    expect(trace.steps.at(-1)?.broken).toContain(control.refutes);
    expect(trace.steps.slice(0, -1).flatMap(({ broken }) => broken ?? [])).not.toContain(control.refutes);
  });

  test('tells what the machines did, and what came out for whom', () => {
    const lines = noDrain.steps.map(({ label, transitions, shown, broken }) => [
      label, ...transitions.map(({ machine, of, from, to }) => `${machine} of ${of}: ${String(from)} → ${String(to)}`), ...shown.map(({ to, what }) => `${what} > ${to}`), ...broken ?? [],
    ]);
    expect(lines).toEqual([
      ['a1 connects'],
      ['a1: join 1', 'directed-presence of a1 room 1: untold → told', 'farewell of a1 room 1: none → asked', 'route of a1: open → open', 'told available 1 > room 1'],
      [
        'a1: </stream>', 'stream of a1: bound → closed', 'session of a1: connected → ended', 'presence of a1: connected → ended', 'directed-presence of a1 room 1: told → untold',
        'farewell of a1 room 1: asked → asked', 'route of a1: open → closed', 'told unavailable 1 > room 1', 'close > a1', 'T2.c',
      ],
    ]);
  });

  test('tells which machines begin, and what waits where, until it changes', () => {
    expect(noDrain.steps.map(({ begun, queues }) => [begun?.map(({ machine, of, state }) => `${machine} of ${of}: ${String(state)}`) ?? [], queues])).toEqual([
      [['stream of a1: bound', 'session of a1: connected', 'presence of a1: connected', 'directed-presence of a1 room 1: untold', 'farewell of a1 room 1: none', 'route of a1: open'], undefined],
      [[], [{ name: 'server → remote server', items: ['a1\'s join to room 1'] }]],
      [[], [{ name: 'server → remote server', items: ['a1\'s join to room 1', 'a1\'s unavailable to room 1'] }]],
    ]);
    const noRoute = refutationOf(controlNamed('openfire-route-on-initial-presence'));
    expect(noRoute.steps.flatMap(({ begun = [] }) => begun.map(({ machine }) => machine))).not.toContain('route');
    const queued = replayed(withReplay({ check: composedCheck.name, scope: 'a room that is left, with client queues', way: ['a1 connects', 'server takes a1\'s bind', 'a1: available'] }));
    expect(queued.map(({ queues }) => queues)).toEqual([[{ name: 'a1 → server', items: ['bind'] }], [], [{ name: 'a1 → server', items: ['available'] }]]);
  });

  test('is no longer broken on the right machines', () => {
    const { way } = noDrain.header.replay;
    expect(replayed(withReplay({ check: composedCheck.name, scope: 'a room', way })).flatMap(({ broken }) => broken ?? [])).toEqual([]);
  });
});

describe('every other check', () => {
  test.each(checks)('$name: a way through it is taken again', (check) => {
    const [scope] = check.scopes;
    if (scope === undefined) throw new Error('it has no scope');
    const system = scope.system();
    const way: string[] = [];
    let state = system.initial;
    for (let step = 0; step < 3; step += 1) {
      let next: Uint8Array | undefined;
      system.moves(state, (move) => {
        if (next !== undefined) return;
        next = move.state.slice();
        way.push(move.label);
      });
      state = next ?? state;
    }
    const trace = traceOf(check, scope.name, way, { broken: Object.keys(check.statements)[0] ?? '' });
    expect(trace.steps.map(({ label }) => label)).toEqual(way);
    expect([...replayers.explorer?.(decodeTrace(encodeTrace(trace))) ?? []]).toEqual(trace.steps);
  });
});

describe('a trace that was tampered with is refused', () => {
  const { way } = noDrain.header.replay as { readonly way: readonly string[] };
  const replay = noDrain.header.replay;

  test('a move that is not possible ends the replay, after those that are', () => {
    const steps = replayExplorer(withReplay({ ...replay, way: [...way.slice(0, 1), 'a1 connects', ...way.slice(1)] }))[Symbol.iterator]();
    expect(steps.next().value).toEqual(noDrain.steps[0]);
    expect(() => steps.next()).toThrow(/^step 2: "a1 connects" is not possible any more; what is: a1: available, /);
  });

  test.each<[string, Trace['header']['replay'], string]>([
    ['no check', { way }, 'line 1: replay must have the names of a check and of a scope or a control'],
    ['no way', { ...replay, way: 'a1 connects' }, 'line 1: replay.way must be a list of labels'],
    ['labels that are no texts', { ...replay, way: [1] }, 'line 1: replay.way must be a list of labels'],
    ['a check of another build', { ...replay, check: 'weather' }, 'line 1: this build has no check "weather"'],
    ['a scope of another build', { check: composedCheck.name, scope: 'all', way }, `line 1: "${composedCheck.name}" has no scope "all"`],
    ['a control of another build', { ...replay, control: 'no-server' }, 'line 1: this build has no negative control "no-server"'],
    ['a control of another check', { ...replay, check: 'subscriptions' }, `line 1: "no-drain" is a control of the ${composedCheck.name}, and not of "subscriptions"`],
  ])('%s', (_what, tampered, message) => {
    expect(() => replayExplorer(withReplay(tampered))).toThrow(new TraceError(message));
  });
});
