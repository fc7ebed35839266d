/** The model of the rooms and the rooms of this project, compared: what clients hear of them, reduced to who says it, its type and the
 *  status codes 110 and 333, in all schedules of a programme. @module */
import { schedulesOf } from '../schedules/schedules.ts';
import { roomWordOf } from './evidence.ts';
import type { FederatedProgramme } from './programme.ts';
import type { FederatedRun } from './run.ts';
import { FederatedWorld, commutes } from './world.ts';

/** What only one of the two lets clients hear. */
export interface Comparison {
  /** How many different dialogues there are in both. */
  readonly both: number;
  readonly onlyModel: readonly string[];
  readonly onlyReal: readonly string[];
}

/** Plays a programme with both. A model that may fall silent is none that can be compared.
 *  @example
 *  compareRooms(programme).onlyReal; // [] */
export function compareRooms({ mayFallSilent: _, ...programme }: FederatedProgramme): Comparison {
  const model = tracesOf({ ...programme, roomsAre: 'model' });
  const real = tracesOf({ ...programme, roomsAre: 'real' });
  return { both: [...model].filter((trace) => real.has(trace)).length, onlyModel: [...model].filter((trace) => !real.has(trace)), onlyReal: [...real].filter((trace) => !model.has(trace)) };
}

function tracesOf(programme: FederatedProgramme): Set<string> {
  const traces = new Set<string>();
  for (const { run } of schedulesOf(() => new FederatedWorld(programme), commutes)) traces.add(traceOf(run));
  return traces;
}

/** All sessions, each with what it heard of rooms. */
const traceOf = ({ sessions }: FederatedRun): string => sessions.map(({ jid, heard }) => `${jid}: ${heard.flatMap((each) => {
  if (each.name === 'closed') return ['closed'];
  const word = roomWordOf(each);
  return word === undefined ? [] : [[each.from, each.type ?? 'available', ...(word.isSelf && word.says !== 'refused' ? ['110'] : []), ...(word.isSpokenFor ? ['333'] : [])].join(' ')];
}).join(', ')}`).join('; ');
