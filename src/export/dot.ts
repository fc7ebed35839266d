/** A machine as a Graphviz graph, with the labels of the diagrams: event, guard, effects. A state with levels is a
 *  cluster; an arrow to or from it ends at its border. What leaves a state as it is stands inside it. @module */
import type { MachineModel, MachineState, MachineTransition } from './model.ts';

/** Writes a machine.
 *  @example
 *  dot(modelOf(route)); // 'digraph "route" { …' */
export function dot({ name, about, states, transitions }: MachineModel): string {
  const leaving = transitions.filter(({ source, target }) => target !== undefined && target !== source);
  const label = ({ id, name: own }: MachineState): string => quoted([own, ...transitions.filter((each) => each.source === id && !leaving.includes(each)).map(labelOf)].join('\n'));
  const level = (parent: string | undefined, indent: string): string[] => states.filter((state) => state.parent === parent).flatMap((state) => [
    ...(state.kind === 'compound'
      ? [`${indent}subgraph ${quoted(`cluster_${state.id}`)} {`, `${indent}  label=${label(state)};`, ...level(state.id, `${indent}  `), `${indent}}`]
      : [`${indent}${quoted(state.id)} [label=${label(state)}${state.kind === 'final' ? ', peripheries=2' : ''}];`]),
    ...(state.isInitial ? beginning(state, indent) : []),
  ]);
  /** A cluster is no node: the arrow goes to the state in it where it begins. */
  const nodeOf = (id: string): string => {
    const first = states.find(({ parent, isInitial }) => parent === id && isInitial);
    return first === undefined ? id : nodeOf(first.id);
  };
  const beginning = ({ id, parent }: MachineState, indent: string): string[] => {
    const point = quoted(`begin_${parent ?? ''}`);
    return [`${indent}${point} [shape=point, label=""];`, `${indent}${point} -> ${quoted(nodeOf(id))}${attributes(nodeOf(id) === id ? [] : [`lhead=${quoted(`cluster_${id}`)}`])};`];
  };
  const arrow = (transition: MachineTransition): string => {
    const { source, target = source } = transition;
    const [from, to] = [nodeOf(source), nodeOf(target)];
    const clusters = [...(from === source ? [] : [`ltail=${quoted(`cluster_${source}`)}`]), ...(to === target ? [] : [`lhead=${quoted(`cluster_${target}`)}`])];
    return `  ${quoted(from)} -> ${quoted(to)}${attributes([`label=${quoted(labelOf(transition))}`, ...clusters])};`;
  };
  return [
    `// ${about}`, `digraph ${quoted(name)} {`, '  compound=true;', '  node [shape=box, style=rounded];',
    ...level(undefined, '  '), ...leaving.map(arrow), '}',
  ].join('\n');
}

/** `event [guard] / effects`, the effects on a line of their own. */
function labelOf({ event, guard, effects }: MachineTransition): string {
  const first = guard === undefined ? event : `${event} [${guard}]`;
  return effects.length === 0 ? first : `${first}\n/ ${effects.join(', ')}`;
}

const attributes = (list: readonly string[]): string => (list.length === 0 ? '' : ` [${list.join(', ')}]`);
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
