/** A machine as a Mermaid state diagram: the levels of the machine, nested as they are. @module */
import type { MachineModel } from './model.ts';

/** Writes the diagram, without the transitions that stay. */
export function mermaid(model: MachineModel): string {
  return ['stateDiagram-v2', ...levelOf(model, undefined, '  ')].join('\n');
}

/** One level: where it begins, the states inside its states, and the arrows that stay on it or come from
 *  below and leave it. Arrows between the same two states share a line. */
function levelOf(model: MachineModel, level: string | undefined, indent: string): string[] {
  const states = model.states.filter(({ parent }) => parent === level);
  const parents = new Map(model.states.map(({ id, parent }) => [id, parent]));
  const nested = states.filter(({ kind }) => kind === 'compound').flatMap(({ id, name }) =>
    [`${indent}state ${name} {`, ...levelOf(model, id, `${indent}  `), `${indent}}`]);
  const labels = new Map<string, Set<string>>();
  for (const { source, event, guard, target } of model.transitions) {
    if (target === undefined || target === source || parents.get(target) !== level) continue;
    const arrow = `${lastOf(source)} --> ${lastOf(target)}`;
    labels.set(arrow, (labels.get(arrow) ?? new Set()).add(guard === undefined ? event : `${event} [${guard}]`));
  }
  return [
    ...states.filter(({ isInitial }) => isInitial).map(({ name }) => `${indent}[*] --> ${name}`),
    ...nested,
    ...[...labels].map(([arrow, events]) => `${indent}${arrow} : ${[...events].join('<br/>')}`),
    ...states.filter(({ kind }) => kind === 'final').map(({ name }) => `${indent}${name} --> [*]`),
  ];
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
