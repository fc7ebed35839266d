/** What rooms owe to the resources of this server: the word that they have left. The rooms may be anywhere; what is known of
 *  them is what a client tells them and what they answer. Spec: XEP-0045 §7.2, §7.14, DESIGN D1, D5, THEOREMS T2.
 *  Not here: when an answer is owed (machines/farewell.ts), how long a route waits for it (machines/route.ts), the rooms of
 *  this server (rooms/). @module */
import { Element } from 'ltx';
import type { BareJid, FullJid } from '../../machines/vocabulary.ts';
import { stepFarewell } from '../../machines/farewell.ts';
import type { FarewellEvent } from '../../machines/farewell.ts';
import { wires } from '../../machines/wires.ts';
import type { Farewell } from './farewell-state.ts';
import { parseJid } from './jid.ts';
import type { Jid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { NS } from './namespaces.ts';
import type { Resource } from './resources.ts';
import { serialize } from './xml/writer.ts';

/** The client has told somebody of itself by directed presence; a room is known by the join, or has been joined before.
 *  @param to whom; rooms are told at a full JID */
export function tellRoom(kernel: Kernel, resource: Resource, to: Jid, presence: Element): void {
  if (to.resource === undefined) return;
  const isAvailable = presence.attrs.type === undefined;
  const known = kernel.farewells.get(resource.jid)?.get(to.bare);
  if (known === undefined && (!isAvailable || presence.getChild('x', NS.muc) === undefined)) return;
  const farewell = known ?? begin(kernel, resource.jid, to);
  if (isAvailable) farewell.nick = to.resource;
  advance(kernel, resource.jid, to.bare, farewell, { type: isAvailable ? 'directed.available' : 'directed.unavailable' });
}

/** Whether an address is in a room that the resource has come to in this session. */
export function isInRoom(kernel: Kernel, { jid }: Resource, { bare }: Jid): boolean {
  return (kernel.farewells.get(jid)?.get(bare)?.state.context.visits ?? 0) > 0;
}

/** Somebody's presence has been put on a route: it may be what a room has owed. */
export function hearRoom(kernel: Kernel, to: Jid, presence: Element): void {
  const from = parseJid(presence.attrs.from ?? '');
  if (from?.resource === undefined || to.full === undefined) return;
  const farewell = kernel.farewells.get(to.full)?.get(from.bare) ?? foundIn(kernel, to.full, from, presence);
  if (farewell === undefined) return;
  const event = eventOf(presence, from, farewell);
  if (event === undefined) return;
  if (event.type === 'room.entered') farewell.nick = from.resource;
  advance(kernel, to.full, from.bare, farewell, event);
}

/** A room shows a resource in that has told it of itself in another way than by the usual join, such as the old one
 *  without an element, or again while a refusal was on its way: it is in, so it is owed a farewell too. */
function foundIn(kernel: Kernel, full: FullJid, from: Jid, presence: Element): Farewell | undefined {
  const resource = resourceOf(kernel, full);
  const isTold = from.full !== undefined && resource?.directed?.get(from.full)?.value === 'told';
  if (!isTold || resource === undefined || resource.isDraining || eventOf(presence, from, { nick: '' })?.type !== 'room.entered') return undefined;
  const farewell = begin(kernel, full, from);
  advance(kernel, full, from.bare, farewell, { type: 'directed.available' });
  return farewell;
}

/** What a room's presence says about the occupant that it is sent to. A new nick is no goodbye (XEP-0045 §7.6). */
function eventOf({ attrs: { type }, children }: Element, from: Jid, { nick }: Pick<Farewell, 'nick'>): FarewellEvent | undefined {
  if (type === 'error') return { type: 'room.refused' };
  const codes = children.flatMap((child) => (typeof child !== 'string' && child.name === 'x' && child.attrs.xmlns === NS.mucUser ? child.getChildren('status').map((status) => String(status.attrs.code)) : []));
  const isSelf = codes.includes('110') || (type === 'unavailable' && from.resource === nick);
  if (!isSelf || codes.includes('303')) return undefined;
  if (type === undefined) return { type: 'room.entered' };
  return type === 'unavailable' ? { type: 'room.left' } : undefined;
}

/** The full JID has a new route; what is owed, is owed to one that is gone. */
export function replaceSession(kernel: Kernel, full: FullJid): void {
  for (const [room, farewell] of [...(kernel.farewells.get(full) ?? [])]) advance(kernel, full, room, farewell, { type: 'session.replaced' });
}

/** At the deadline the server says what the rooms still owe, in their names (DESIGN D5); last of all over a route that has
 *  just closed. */
export function speakForRooms(kernel: Kernel, resource: Resource): void {
  if (resource.stream.state.value === 'closed') return;
  for (const [room, { state, nick }] of kernel.farewells.get(resource.jid) ?? []) {
    if (state.context.visits > 0) kernel.send(resource.stream, serialize(goodbye(room, nick, resource.jid)));
  }
}

/** XEP-0045 §7.14: the occupant itself (110) is removed because of a technical problem (333). */
function goodbye(room: BareJid, nick: string, to: FullJid): Element {
  const presence = new Element('presence', { from: `${room}/${nick}`, to, type: 'unavailable' });
  const x = presence.c('x', { xmlns: NS.mucUser });
  x.c('item', { affiliation: 'none', role: 'none' });
  x.c('status', { code: '110' });
  x.c('status', { code: '333' });
  return presence;
}

/** A route has closed. What rooms may still say is awaited as long as a drain lasts, for whoever binds the full JID
 *  next; a room that lives has answered by then (decision 0011, THEOREMS A4). */
export function forgetLater(kernel: Kernel, full: FullJid): void {
  if (!kernel.farewells.has(full)) return;
  const timer = `farewell ${full}`;
  kernel.cancelTimer(timer);
  kernel.startTimer(timer, 'drainTimeout', () => {
    const farewells = kernel.farewells.get(full);
    const isBound = isThere(kernel, full);
    for (const [room, { state }] of [...(farewells ?? [])]) if (!isBound || state.context.visits === 0) farewells?.delete(room);
    if (farewells?.size === 0) kernel.farewells.delete(full);
  });
}

function isThere(kernel: Kernel, full: FullJid): boolean {
  return resourceOf(kernel, full) !== undefined;
}

function resourceOf(kernel: Kernel, full: FullJid): Resource | undefined {
  const jid = parseJid(full);
  return jid?.resource === undefined ? undefined : kernel.accounts.get(jid.bare)?.resources.get(jid.resource);
}

function begin(kernel: Kernel, full: FullJid, { bare, resource: nick = '' }: Jid): Farewell {
  const farewells = kernel.farewells.get(full) ?? new Map<BareJid, Farewell>();
  kernel.farewells.set(full, farewells);
  const farewell = { state: stepFarewell.initial, nick };
  farewells.set(bare, farewell);
  return farewell;
}

function advance(kernel: Kernel, full: FullJid, room: BareJid, farewell: Farewell, event: FarewellEvent): void {
  const { state, effects } = kernel.transit('farewell', `${full} ${room}`, stepFarewell, farewell.state, event);
  farewell.state = state;
  if (state.value === 'none') {
    const farewells = kernel.farewells.get(full);
    farewells?.delete(room);
    if (farewells?.size === 0) kernel.farewells.delete(full);
  }
  const resource = resourceOf(kernel, full);
  if (resource === undefined) return;
  for (const { type } of effects) kernel.carry(wires.farewell[type as keyof typeof wires.farewell], resource);
}
