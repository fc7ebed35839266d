/** Places the states and edges of a machine: layered, nested as the states are, edges at right angles with
 *  room for their labels. Transitions between the same two states share an edge; one that leaves its
 *  state as it is stands in a list inside the state. @module */
import Elk from 'elkjs/lib/elk.bundled.js';
import type { ElkExtendedEdge, ElkNode, ElkPoint } from 'elkjs/lib/elk-api.js';
import { blockOf, faces } from './label.ts';
import type { Block } from './label.ts';
import type { MachineModel, MachineState, MachineTransition } from '../../src/export/model.ts';
import { widthOf, wrap } from './text.ts';

/** A rectangle on the sheet, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A state with its place. */
export interface PlacedState extends Box {
  readonly state: MachineState;
  readonly specs: readonly string[];
  /** The transitions that leave the state as it is. */
  readonly stays: Block;
  /** Where name, sections and list stand; no edge runs through. */
  readonly plate: Box;
}

/** All transitions from one state to another, with the way that they share. */
export interface PlacedEdge {
  readonly source: string;
  readonly target: string;
  readonly points: readonly ElkPoint[];
  readonly label: Box;
  readonly block: Block;
}

/** Where a level begins. */
export interface PlacedStart {
  readonly target: string;
  readonly dot: Box;
  readonly points: readonly ElkPoint[];
}

/** A machine with all places known. */
export interface Layout {
  readonly model: MachineModel;
  readonly width: number;
  readonly height: number;
  readonly states: readonly PlacedState[];
  readonly edges: readonly PlacedEdge[];
  readonly starts: readonly PlacedStart[];
}

/** Inside a state's border. */
export const PAD = 14;
/** The name's line, one line of the sections, and the space above the list. */
export const NAME = 20;
export const SPEC = 14;
export const LIST = 14;
const MOST_IN_STATE = 250;
/** Labels are narrower in a machine of many states, whose drawing a page makes smaller. */
const MOST_ON_EDGE = { few: 200, many: 150 };
const MANY_STATES = 7;
const DOT = 12;
/** Around the labels of an edge. */
export const MARGIN = 7;

/** Computes the places; the same machine always has the same. */
export async function layoutOf(model: MachineModel): Promise<Layout> {
  const plates = new Map(model.states.map((state) => [state.id, plateOf(state, model.transitions.filter((each) => each.source === state.id && isStay(each)))]));
  const groups = groupsOf(model.transitions.filter((each) => !isStay(each)), model.states.length < MANY_STATES ? MOST_ON_EDGE.few : MOST_ON_EDGE.many);
  const graph: ElkNode = {
    id: 'machine',
    layoutOptions: options,
    children: levelOf(model, undefined, plates),
    edges: [
      ...model.states.filter(({ isInitial }) => isInitial).map(({ id }) => ({ id: `start:${id}`, sources: [dotOf(id)], targets: [id] })),
      ...groups.map(({ source, target, block }) => ({
        id: `edge:${source}:${target}`, sources: [source], targets: [target],
        labels: [{ text: 'label', width: block.width + 2 * MARGIN, height: block.height + 2 * MARGIN, layoutOptions: { 'elk.edgeLabels.inline': 'true', 'elk.edgeLabels.placement': 'CENTER' } }],
      })),
    ],
  };
  const root: ElkNode = await new Elk.default().layout(graph);
  const boxes = new Map(everyNode(root).map((node) => [node.id, boxOf(node)]));
  const edges = new Map((root.edges ?? []).map((edge) => [edge.id, edge]));
  const ways = [...edges.values()].map(pointsOf);
  return {
    model,
    width: Math.ceil(root.width ?? 0),
    height: Math.ceil(root.height ?? 0),
    states: model.states.map((state) => {
      const { specs, stays, least } = known(plates, state.id);
      const box = known(boxes, state.id);
      return { state, specs, stays, ...box, plate: plateIn(box, least, ways) };
    }),
    edges: groups.map(({ source, target, block }) => {
      const edge = known(edges, `edge:${source}:${target}`);
      return { source, target, block, points: pointsOf(edge), label: boxOf(edge.labels?.[0] ?? {}) };
    }),
    starts: model.states.filter(({ isInitial }) => isInitial).map(({ id }) => ({ target: id, dot: known(boxes, dotOf(id)), points: pointsOf(known(edges, `start:${id}`)) })),
  };
}

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.padding': '[top=24,left=24,bottom=24,right=24]',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.layered.spacing.edgeNodeBetweenLayers': '18',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '14',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.compaction.postCompaction.strategy': 'EDGE_LENGTH',
  'elk.layered.thoroughness': '40',
};

/** What stands on a state, and the least room that it needs. */
interface Plate {
  readonly specs: readonly string[];
  readonly stays: Block;
  readonly least: { readonly width: number; readonly height: number };
}

function plateOf(state: MachineState, transitions: readonly MachineTransition[]): Plate {
  const stays = blockOf(transitions, MOST_IN_STATE);
  const specs = wrap(state.spec.split(', ').map((spec, index, all) => (index < all.length - 1 ? `${spec},` : spec)), faces.spec, 200);
  const width = Math.max(widthOf(state.name, faces.name), stays.width, ...specs.map((line) => widthOf(line, faces.spec)));
  const height = NAME + SPEC * specs.length + (stays.height > 0 ? LIST + stays.height : 0);
  return { specs, stays, least: { width: Math.ceil(width) + 2 * PAD, height: height + 2 * PAD - 4 } };
}

/** The first place from the left, at the top of a state, where no edge on its way to a state inside runs
 *  through the text. */
function plateIn({ x, y, width }: Box, least: Plate['least'], ways: readonly (readonly ElkPoint[])[]): Box {
  const free = { x: x + PAD, y: y + PAD - 2, width: least.width - 2 * PAD, height: least.height - 2 * PAD };
  for (let left = free.x; left + free.width <= x + width - PAD; left += 4) {
    if (!ways.some((way) => crosses(way, { ...free, x: left - 6, width: free.width + 12 }))) return { ...free, x: left };
  }
  return free;
}

/** Whether a way at right angles runs through a box. */
export function crosses(way: readonly ElkPoint[], box: Box): boolean {
  return way.slice(1).some((to, index) => {
    const from = way[index] ?? to;
    return Math.min(from.x, to.x) < box.x + box.width && Math.max(from.x, to.x) > box.x
      && Math.min(from.y, to.y) < box.y + box.height && Math.max(from.y, to.y) > box.y;
  });
}

/** The nodes of one level, with the dot where it begins. */
function levelOf(model: MachineModel, parent: string | undefined, plates: ReadonlyMap<string, Plate>): ElkNode[] {
  return model.states.filter((state) => state.parent === parent).flatMap((state) => {
    const { least } = known(plates, state.id);
    const dot = state.isInitial ? [{ id: dotOf(state.id), width: DOT, height: DOT }] : [];
    if (state.kind !== 'compound') return [...dot, { id: state.id, ...least }];
    return [...dot, {
      id: state.id,
      children: levelOf(model, state.id, plates),
      layoutOptions: {
        'elk.padding': `[top=${least.height + 6},left=20,bottom=20,right=20]`,
        'elk.nodeSize.constraints': 'MINIMUM_SIZE',
        'elk.nodeSize.minimum': `(${least.width},${least.height})`,
      },
    }];
  });
}

const isStay = ({ source, target }: MachineTransition): boolean => target === undefined || target === source;
const dotOf = (state: string): string => `dot:${state}`;

interface Group {
  readonly source: string;
  readonly target: string;
  readonly block: Block;
}

function groupsOf(transitions: readonly MachineTransition[], most: number): readonly Group[] {
  const groups = Map.groupBy(transitions, ({ source, target }) => `${source}:${target}`);
  return [...groups.values()].map((group) => ({ source: group[0]?.source ?? '', target: group[0]?.target ?? '', block: blockOf(group, most) }));
}

const everyNode = (node: ElkNode): readonly ElkNode[] => (node.children ?? []).flatMap((child) => [child, ...everyNode(child)]);
const boxOf = ({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box => ({ x, y, width, height });
const pointsOf = ({ sections = [] }: ElkExtendedEdge): readonly ElkPoint[] =>
  sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]);

function known<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`The layout has no ${key}`);
  return value;
}
