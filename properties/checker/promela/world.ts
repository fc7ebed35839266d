/** The state of the model, and what the server and its rooms do around the machines, in Promela. A resource
 *  at work has its generation in the registers `g_…`, and what it puts out in `o_…`; until they are put back
 *  its arrays say what was before. Written by hand, and apart from resource.ts and generation.ts: that two
 *  writings agree on every state is the point. Not here: who does what when (moves.ts). @module */
import { wires } from '../../../machines/wires.ts';
import { events } from '../generation.ts';
import { statements } from '../monitors.ts';
import type { Scope } from '../scope.ts';
import { all, call, carry, count, sizesOf, toEveryRoom, when } from './text.ts';
import type { Model } from './text.ts';

/** A statement's name in the model. */
const claimOf = (statement: string): string => statement.replaceAll(/\W/g, '_');

/** The number by which the model knows a statement, and `ONLY` chooses it. */
export const numberOf = (statement: string): number => Object.keys(statements).indexOf(statement) + 1;

const phases = ['absent', 'open', 'ended', 'cut', 'gone'] as const;
const causes = ['stanza', 'end', 'eof', 'replaced', 'deadline', 'room', 'late'] as const;
const machines = ['stream', 'session', 'presence', 'route', 'routed', 'timer'] as const;
const ofRooms = ['directed', 'farewell', 'occupies', 'told', 'there'] as const;
const ofTwin = ['stream', 'session', 'route', 'routed'] as const;
const outputs = ['processed', 'selfAvailable', 'selfUnavailable', 'answer', 'toldAvailable', 'toldUnavailable', 'doubled', 'closed', 'late'] as const;

/** What a client says of its presence. */
export const acts = ['available', 'negative', 'unavailable'] as const;

/** The names of the model, and its variables: the state, and the registers, which are 0 between moves. */
export function declarations({ scope }: Model, registers: readonly string[]): string {
  const { resources, width } = sizesOf(scope);
  const array = (name: string, each = 1): string => `byte ${name}[${resources * each}]`;
  return [
    ...Object.keys(statements).map((name) => `#define ${claimOf(name)} ${numberOf(name)}`),
    '#ifndef ONLY', '#define ONLY 0', '#endif',
    '/* ONLY: 0 judges by every statement, -1 by none. */',
    '#define claim(statement, holds) assert((ONLY != 0 && ONLY != statement) || (holds))',
    ...phases.map((phase, index) => `#define ${phase} ${index}`), ...causes.map((cause, index) => `#define by_${cause} ${index + 1}`),
    '#define isAvailable(p) (presence_is_available(p) || presence_is_availableNegative(p))',
    ...['phase', 'here', 'rebinds', 'expelled', ...acts.map((act) => `sent_${act}`), ...machines, ...ofTwin.map((name) => `twin_${name}`)].map((name) => array(name)),
    ...['joins', 'leaves', ...ofRooms].map((name) => array(name, width)),
    'bool alive = true', 'byte drops', 'byte messages', array('occupant', Math.max(1, scope.rooms.remote)),
    ...(scope.queue > 0 ? [`chan queue[${resources}] = [${scope.queue}] of { byte }`] : []),
    ...(scope.rooms.remote > 0 ? ['toRemote', 'fromRemote'].map((name) => `chan ${name} = [${scope.link}] of { byte, byte, byte, bool }`) : []),
    ...registersOf(registers).map((name) => `byte ${name}`), ...ofRegisterRooms.map((name) => `byte ${name}[${width}]`),
  ].map((line) => (/^[#/]/.test(line) ? line : `${line};`)).join('\n');
}

const ofRegisterRooms = [...ofRooms.map((name) => `g_${name}`), 'o_goodbye'];

const registersOf = (orders: readonly string[]): readonly string[] => [...machines.map((name) => `g_${name}`), ...outputs.map((name) => `o_${name}`), 'm_direct', 'm_best', 'x', 'isGone', 'atRest', ...orders, 'cause', 'room', 'who'];

/** What the server and its rooms do around the machines. */
export function surroundings({ scope, variant }: Model, orders: readonly string[]): string {
  const { remote } = scope.rooms;
  const { rooms, width } = sizesOf(scope);
  const settle = carry(wires.farewell.settleAnswer);
  const settles = variant.settles === 'any goodbye' ? when('!farewell_is_none(g_farewell[room])', settle)
    : variant.settles === 'the first of two' ? all(count(rooms).map(() => settle)) : '';
  const visit = scope.rooms.local === 0 ? ['', ''] : [`g_occupies[room] = true; welcome()`, when('g_occupies[room]', 'g_occupies[room] = false; goodbye()')].map((text) => when(`room >= ${remote}`, text));
  const send = (isGone: boolean): string => (remote === 0 ? '' : when(`alive && room < ${remote}`, `toRemote!room,who,rebinds[who],${isGone}`));
  const inlines = {
    'says()': when('o_closed', 'o_late = true'),
    'sayClose()': all('says()', 'o_closed = true'),
    'saySelfAvailable()': when('g_routed', all('says()', 'o_selfAvailable = true')),
    'saySelfUnavailable()': variant.self === 'omitted' ? 'skip' : when('g_routed', all('says()', 'o_selfUnavailable = true')),
    'sayGoodbye()': when('g_routed', all('says()', 'o_answer = true', 'o_goodbye[room] = true', when('cause != by_deadline && cause != by_late && g_told[room] > 0', 'g_told[room] = g_told[room] - 1'))),
    'goodbye()': all('sayGoodbye()', call('farewell', events.left), settles),
    'welcome()': all(when('g_routed', all('says()', 'o_answer = true')), call('farewell', events.entered)),
    'tellAvailable()': all(call('farewell', events.told), 'o_toldAvailable = true', when('!g_there[room]', 'g_told[room] = g_told[room] + 1'), 'g_there[room] = true', send(false), visit[0] ?? ''),
    'tellUnavailable()': all(call('farewell', events.untold), 'o_toldUnavailable = true', 'g_there[room] = false', send(true), visit[1] ?? ''),
    'tellGone()': all(when(`!there[who * ${width} + room]`, 'o_doubled = true'), 'tellUnavailable()'),
    'speakForRooms()': variant.deadline === 'silent' ? 'skip' : toEveryRoom(scope, when('!farewell_is_none(g_farewell[room])', 'sayGoodbye()')),
    'clear()': all(ofRegisterRooms.flatMap((name) => count(width).map((room) => `${name}[${room}] = 0`)), registersOf(orders).map((name) => `${name} = 0`)),
  };
  return Object.entries(inlines).map(([name, body]) => `inline ${name} {\n    ${body}\n}`).join('\n');
}

const bindTwin = ({ bound }: Model, r: number): string => all(`twin_stream[${r}] = ${bound}`, `twin_session[${r}] = 0`, `twin_route[${r}] = 0`, `twin_routed[${r}] = true`);

/** A resource is bound. */
export const bind = (model: Model, r: number): string => all(`here[${r}] = true`, `stream[${r}] = ${model.bound}`, `routed[${r}] = ${model.variant.routeFrom !== 'presence'}`, bindTwin(model, r));

/** What a full JID's newer session takes over: what rooms owe to the former, and who a local room keeps. */
export function rebind(model: Model, r: number): string {
  const { scope, variant, bound } = model;
  const rooms = count(sizesOf(scope).rooms);
  const farewell = variant.former === 'forgotten' ? rooms.map((room) => `g_farewell[${room}] = 0`) : toEveryRoom(scope, call('farewell', events.rebound));
  return all(`g_stream = ${bound}`, 'g_session = 0', 'g_presence = 0', 'g_route = 0', 'g_timer = false', `g_routed = ${variant.routeFrom !== 'presence'}`,
    rooms.flatMap((room) => ['directed', 'told', 'there'].map((name) => `g_${name}[${room}] = 0`)), farewell, bindTwin(model, r));
}

/** The same event happens to the generation that never sent presence. */
export const twin = (r: number, event: object): string => all(ofTwin.map((name) => `g_${name} = twin_${name}[${r}]`), call('stream', event), ofTwin.map((name) => `twin_${name}[${r}] = g_${name}`), 'clear()');

const each = (scope: Scope, r: number, text: (name: string, room: number, at: number) => string): string[] => {
  const { rooms, width } = sizesOf(scope);
  return count(rooms).flatMap((room) => ofRooms.map((name) => text(name, room, r * width + room)));
};

/** A resource begins a step. */
export const begin = ({ scope }: Model, r: number, cause: string): string => all(`who = ${r}`, `cause = by_${cause}`, machines.map((name) => `g_${name} = ${name}[${r}]`),
  each(scope, r, (name, room, at) => `g_${name}[${room}] = ${name}[${at}]`), 'o_closed = (stream_is_closing(g_stream) || stream_is_closed(g_stream))');

/** The step becomes the resource's state. */
export const putBack = ({ scope }: Model, r: number): string => all(machines.map((name) => `${name}[${r}] = g_${name}`), each(scope, r, (name, room, at) => `${name}[${at}] = g_${name}[${room}]`));
