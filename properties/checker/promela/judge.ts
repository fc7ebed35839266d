/** What must hold of the model, and the delivery decision that two of the statements are about, in Promela.
 *  Written by hand, and apart from monitors.ts, whether.ts and which.ts. Arrays say what was before a step,
 *  the registers `g_…` and `o_…` what comes of it. @module */
import type { Scope } from '../scope.ts';
import { all, count, move, sizesOf, some, when } from './text.ts';
import type { Model } from './text.ts';

/** What must hold of one step of one resource.
 *  @param ordered that what its client has asked for was put out */
export function judge({ scope }: Model, r: number, ordered = 'true'): string {
  const rooms = count(sizesOf(scope).rooms);
  const closed = `(routed[${r}] && !g_routed)`;
  const isLive = `(cause != by_eof && phase[${r}] != gone)`;
  const isSame = ['open', 'draining', 'closed'].map((value) => `route_is_${value}(route[${r}]) == route_is_${value}(g_route)`).join(' && ');
  return all(
    `claim(T1_d, !(cause == by_stanza && session_is_connected(session[${r}]) && stream_is_bound(stream[${r}])) || (o_processed && ${ordered}))`,
    `claim(T2_a, !${closed} || session_is_ended(g_session))`,
    `claim(T2_b, !(isAvailable(presence[${r}]) && !isAvailable(g_presence) && ${isLive}) || o_selfUnavailable)`,
    rooms.map((room) => `claim(T2_c, !(${closed} && ${isLive} && cause != by_replaced && g_told[${room}] > 0) || (cause == by_deadline && o_goodbye[${room}]))`),
    `claim(T2_c_echo, !(cause == by_room && session_is_connected(session[${r}]) && phase[${r}] != gone) || o_answer)`,
    'claim(T2_d, !o_late)',
    `claim(T2_f, cause != by_late || (!${closed} && ${isSame}))`,
    'claim(T6_doubled, !o_doubled)',
    'claim(T8_eof, cause != by_eof || !g_routed)',
    `claim(T8, !(${closed} && g_timer) || ${some(rooms.map((room) => `g_told[${room}] > 0`))})`,
  );
}

/** RFC 6121 §8.5.2 and §8.5.3, for a chat message to the next user, and what must hold of it.
 *  @param addressed which full JID of the user; -1 for the bare JID */
export function decide({ scope, variant }: Model, sender: number, addressed: number): string {
  const { users, resourcesPerUser } = scope;
  const first = ((Math.floor(sender / resourcesPerUser) + 1) % users) * resourcesPerUser;
  const theirs = count(resourcesPerUser).map((index) => first + index);
  const to = first + addressed;
  const isKnown = (j: number): string => `here[${j}] && routed[${j}]${variant.eligible === 'available only' ? ` && isAvailable(presence[${j}])` : ''}${variant.eligible === 'draining too' ? '' : ` && !route_is_draining(route[${j}])`}`;
  const isEligible = (j: number): string => `(${isKnown(j)} && !presence_is_availableNegative(presence[${j}]))`;
  const rank = (j: number): string => `(isAvailable(presence[${j}]) -> 130 + priorityOf(presence[${j}]) : 1)`;
  const isReached = (j: number): string => `(${j === to && addressed >= 0 ? 'm_direct || ' : ''}(!m_direct && ${isEligible(j)} && ${rank(j)} == m_best))`;
  const isConnected = (j: number): string => `(here[${j}] && session_is_connected(session[${j}]))`;
  const isAnyReached = some(theirs.map(isReached));
  const isRight = `(${isAnyReached} || (${theirs.map((j) => `(!${isConnected(j)} || presence_is_availableNegative(presence[${j}]))`).join(' && ')}))`;
  const isOnlyTo = theirs.map((j) => (j === to ? isReached(j) : `!${isReached(j)}`)).join(' && ');
  return all(
    addressed < 0 ? '' : `m_direct = (${isKnown(to)})`,
    theirs.map((j) => when(`${isEligible(j)} && ${rank(j)} > m_best`, `m_best = ${rank(j)}`)),
    addressed < 0 ? `claim(T1_a, ${isRight})` : `claim(T1_a, (${isConnected(to)} && ${isOnlyTo}) || (!${isConnected(to)} && ${isRight}))`,
    theirs.map((j) => `claim(T1_a, !${isReached(j)} || ${isConnected(j)})`),
    scope.budget.negative > 0 ? '' : `claim(T1_b, ${isAnyReached} == ${some(theirs.map((j) => `(here[${j}] && twin_routed[${j}] && route_is_open(twin_route[${j}]))`))})`,
    theirs.map((j) => `claim(T2_d, !(${isReached(j)} && (stream_is_closing(stream[${j}]) || stream_is_closed(stream[${j}]))))`),
  );
}

/** A state that nothing leaves. It is the one move that the explorer does not have: a step in place. */
export function atRest(scope: Scope): string {
  const { resources, rooms, width } = sizesOf(scope);
  const { remote } = scope.rooms;
  return move('at rest', 'timeout', 'atRest = true', count(resources).flatMap((r) => {
    const stays = [...count(remote).map((room) => `occupant[${r * remote + room}] != 0`), ...count(rooms).map((room) => `occupies[${r * width + room}]`)];
    const isDraining = `(routed[${r}] && route_is_draining(route[${r}]))`;
    const hasEnded = `(here[${r}] && session_is_ended(session[${r}]))`;
    return [`claim(T2_e, !atRest || !${isDraining})`, `claim(T8, !atRest || !(${hasEnded} && (routed[${r}] || timer[${r}]) && !route_is_draining(route[${r}])))`, `claim(T6_ghost, !atRest || !(${hasEnded} && ${some(stays)}))`];
  }), 'atRest = false');
}
