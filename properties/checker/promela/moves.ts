/** Every move of the composed system, in Promela: clients within their budgets, rooms, links and failures.
 *  Written by hand, and apart from resource.ts, remote.ts and composed.ts. Not here: what the server does
 *  around its machines (world.ts), what must hold (judge.ts). @module */
import { events } from '../generation.ts';
import type { Scope } from '../scope.ts';
import { atRest, decide, judge } from './judge.ts';
import { all, call, count, expiry, move, sizesOf, when } from './text.ts';
import type { Model } from './text.ts';
import { acts, begin, bind, putBack, rebind, twin } from './world.ts';

/** Every move of the system, as options of its one loop. */
export function movesOf(model: Model): string {
  const { resources } = sizesOf(model.scope);
  return [...count(resources).flatMap((r) => resourceMoves(model, r)), ...remoteMoves(model), atRest(model.scope)].join('\n');
}

function resourceMoves(model: Model, r: number): string[] {
  const { scope } = model;
  const { budget, queue, drops, rebinds } = scope;
  const phase = `phase[${r}]`;
  const mayEnd = fits(scope, told(model, r));
  const end = (event: object, cause: string): readonly string[] => [twin(r, event), ...step(model, r, cause, [call('stream', event)])];
  return [
    move('connects', `${phase} == absent`, `${phase} = open`, queue > 0 ? `queue[${r}]!0` : bind(model, r)),
    ...(queue > 0 ? [move('is bound', `queue[${r}]?[0]`, `queue[${r}]?0`, bind(model, r))] : []),
    ...(rebinds === 0 ? [] : [move('connects again', `here[${r}] && rebinds[${r}] < ${rebinds} && ${mayEnd}`, twin(r, events.replaced),
      begin(model, r, 'replaced'), call('stream', events.replaced), judge(model, r), rebind(model, r), putBack(model, r), `rebinds[${r}] = rebinds[${r}] + 1`, `${phase} = open`, 'clear()')]),
    ...items(model, r).flatMap((item, index) => sayAndTake(model, r, item, index + 1)),
    ...(budget.expel === 0 ? [] : [move('is expelled', `${phase} == open && here[${r}] && expelled[${r}] < ${budget.expel} && ${mayEnd}`, `expelled[${r}] = expelled[${r}] + 1`, end(events.streamFailed, 'end'))]),
    ...(drops === 0 ? [] : [
      move('is cut off', `(${phase} == open || ${phase} == ended) && here[${r}] && !stream_is_closed(stream[${r}]) && drops < ${drops}`, `${phase} = cut`, 'drops = drops + 1'),
      move('is known to be cut off', `${phase} == cut && here[${r}] && ${queue > 0 ? `len(queue[${r}]) == 0` : 'true'} && ${mayEnd}`, end(events.streamLost, 'eof'), `${phase} = gone`)]),
    move('drain times out', `timer[${r}]`, step(model, r, 'deadline', ['g_timer = false', call('route', expiry)])),
    ...(scope.rooms.remote === 0 ? [] : [move('hears a room', `fromRemote?[_,${r},_,_]`, step(model, r, 'room', [
      'fromRemote?room,_,x,isGone', when(`isGone && x != rebinds[${r}]`, 'cause = by_late'), 'if :: isGone -> goodbye() :: else -> welcome() fi']))]),
  ];
}

/** A step of the server for one resource, judged. */
const step = (model: Model, r: number, cause: string, act: readonly string[], ordered?: string): readonly string[] => [begin(model, r, cause), ...act, judge(model, r, ordered), putBack(model, r), 'clear()'];

/** What a client can send: when it may, what that uses up, and what the server does with it. */
interface Item {
  readonly about: string;
  readonly may: string;
  readonly uses: string;
  /** Stanzas for the remote server. */
  readonly sends: string;
  readonly takes: readonly string[];
  /** More than one way to take it. */
  readonly others?: readonly (readonly string[])[];
}

function items(model: Model, r: number): readonly Item[] {
  const { scope } = model;
  const { budget } = scope;
  const { rooms, width } = sizesOf(scope);
  const counted = (name: string, index: number, most: number): Pick<Item, 'may' | 'uses'> => ({ may: `${name}[${index}] < ${most}`, uses: `${name}[${index}] = ${name}[${index}] + 1` });
  const message = (addressed: number): readonly string[] => stanza(model, r, [decide(model, r, addressed)]);
  const note = { may: `messages < ${scope.messages}`, uses: 'messages = messages + 1', sends: '0' };
  return [
    ...acts.filter((act) => budget[act] > 0).map((act) => ({
      about: act, ...counted(`sent_${act}`, r, budget[act]), sends: act === 'unavailable' ? told(model, r) : '0',
      takes: stanza(model, r, [call('presence', events[act])], act === 'unavailable' ? 'o_selfUnavailable' : 'o_selfAvailable', true),
    })),
    ...count(rooms).flatMap((room) => (['join', 'leave'] as const).filter((act) => budget[act] > 0).map((act) => ({
      about: `${act} ${room + 1}`, ...counted(`${act}s`, r * width + room, budget[act]), sends: room < scope.rooms.remote ? `(${isHeard(model, r)} -> 1 : 0)` : '0',
      takes: stanza(model, r, [`room = ${room}`, call('directed', act === 'join' ? events.told : events.untold), 'room = 0'], act === 'join' ? 'o_toldAvailable' : 'o_toldUnavailable'),
    }))),
    ...(scope.messages === 0 ? [] : [
      { about: 'message to bare JID', ...note, takes: message(-1) },
      { about: 'message to full JID', ...note, takes: message(0), others: count(scope.resourcesPerUser - 1).map((other) => message(other + 1)) }]),
    { about: 'closing tag', may: 'true', uses: `phase[${r}] = ended`, sends: told(model, r), takes: [twin(r, events.streamEnded), ...step(model, r, 'end', [call('stream', events.streamEnded)])] },
  ];
}

/** The server takes a stanza, and does something if its stream hands it on. */
function stanza(model: Model, r: number, act: readonly string[], ordered?: string, isPresence = false): readonly string[] {
  const isDeaf = model.variant.processes === 'available only' && !isPresence;
  return step(model, r, 'stanza', [call('stream', events.stanza), isDeaf ? when('!isAvailable(g_presence)', 'o_processed = false') : '', when('o_processed', all(act))], ordered);
}

/** Whether what is no presence, and is now taken, is processed. */
const isHeard = ({ variant }: Model, r: number): string => `(stream_is_bound(stream[${r}])${variant.processes === 'available only' ? ` && isAvailable(presence[${r}])` : ''})`;

/** The server takes what is sent at once, or out of a queue. Who is not heard addresses nobody. */
function sayAndTake(model: Model, r: number, { about, may, uses, sends, takes, others = [] }: Item, number: number): string[] {
  const { scope } = model;
  const says = `phase[${r}] == open && ${may}`;
  const heard = isHeard(model, r);
  if (scope.queue === 0) return [move(about, `${says} && ${fits(scope, sends)}`, uses, takes), ...others.map((other) => move(about, `${says} && ${heard}`, uses, other))];
  const take = (text: readonly string[], guard: string): string => move(`takes ${about}`, `queue[${r}]?[${number}] && ${guard}`, `queue[${r}]?${number}`, text);
  return [move(about, `${says} && len(queue[${r}]) < ${scope.queue}`, uses, `queue[${r}]!${number}`), take(takes, fits(scope, sends)), ...others.map((other) => take(other, heard))];
}

const fits = (scope: Scope, sends: string): string => (scope.rooms.remote === 0 || sends === '0' ? 'true' : `(!alive || len(toRemote) + ${sends} <= ${scope.link})`);

/** How many remote rooms hear that the resource is gone, if it now becomes so. */
function told({ scope, variant }: Model, r: number): string {
  const { width } = sizesOf(scope);
  const rooms = [...count(scope.rooms.remote).map((room) => `directed_is_told(directed[${r * width + room}])`), '0'].join(' + ');
  return `(stream_is_bound(stream[${r}])${variant.directed === 'forgotten' ? ` && isAvailable(presence[${r}])` : ''} -> (${rooms}) : 0)`;
}

/** The remote server: a room welcomes who comes, says goodbye to an occupant that goes, and may die. */
function remoteMoves({ scope }: Model): string[] {
  const { remote } = scope.rooms;
  if (remote === 0) return scope.remoteMayDie ? [move('remote server dies', 'alive', 'alive = false')] : [];
  const { resources } = sizesOf(scope);
  const nobody = count(resources * remote).map((at) => `occupant[${at}] = 0`);
  const hasPlace = `len(fromRemote) < ${scope.link}`;
  const takes = count(remote).flatMap((room) => count(resources).flatMap((r) => {
    const at = r * remote + room;
    return [
      move('room takes a join', `alive && toRemote?[${room},${r},_,false] && ${hasPlace}`, 'toRemote?_,_,x,_', `fromRemote!${room},${r},x,false`, `occupant[${at}] = x + 1`, 'x = 0'),
      move('room takes an unavailable', `alive && toRemote?[${room},${r},_,true] && occupant[${at}] != 0 && ${hasPlace}`, 'toRemote?_,_,_,_', `fromRemote!${room},${r},occupant[${at}] - 1,true`, `occupant[${at}] = 0`),
      move('room takes a stranger\'s unavailable', `alive && toRemote?[${room},${r},_,true] && occupant[${at}] == 0`, 'toRemote?_,_,_,_'),
    ];
  }));
  const lost = ['toRemote', 'fromRemote'].map((link) => `do :: len(${link}) > 0 -> ${link}?_,_,_,_ :: else -> break od`);
  return [...takes, ...(scope.remoteMayDie ? [move('remote server dies', 'alive', lost, nobody, 'alive = false')] : [])];
}
