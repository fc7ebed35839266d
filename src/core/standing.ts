/** Where the machines stand and what waits, for whoever begins to watch later than they began. Not here: what happens
 *  from then on (observers.ts). @module */
import type { FullJid } from '../../machines/vocabulary.ts';
import type { StreamId } from './input.ts';
import type { Kernel } from './kernel.ts';
import type { Place } from './place.ts';
import type { Account, Resource, Stream } from './resources.ts';

/** One client's stream as it stands. */
export interface Standing {
  readonly stream: StreamId;
  /** Once a resource is bound. */
  readonly jid: FullJid | undefined;
  /** The states of its machines, by the machines' names. */
  readonly states: Readonly<Record<string, unknown>>;
}

/** So many machines of one account, session or room are told of: whoever watches shows no more of one of them. */
const most = 32;

/** Where one stream stands. */
export function standingOf({ id, state, resource }: Stream): Standing {
  const { jid, session, presence, roster, route } = resource ?? {};
  const ofResource = { session: session?.value, presence: presence?.value, roster: roster?.value, route: route?.value };
  return { stream: id, jid, states: { stream: state.value, ...(resource !== undefined && ofResource) } };
}

/** Where the machines stand of which a session, an account or a room has one for each peer, and those of other servers. */
export function* placesOf(kernel: Kernel, links: () => Iterable<Place>): Generator<Place> {
  yield* links();
  for (const service of kernel.services.values()) yield* service.places?.(most) ?? [];
  for (const [full, farewells] of kernel.farewells) {
    for (const [room, { state }] of firstOf(farewells)) yield { machine: 'farewell', of: `${full} ${room}`, state: state.value, waiting: 0 };
  }
  for (const account of kernel.accounts.values()) yield* placesOfAccount(account);
}

function* placesOfAccount({ jid, roster, resources }: Account): Generator<Place> {
  for (const { jid: full, directed } of resources.values()) {
    for (const [peer, { value }] of firstOf(directed ?? [])) yield { machine: 'directed-presence', of: `${full} ${peer}`, state: value, waiting: 0 };
  }
  for (const [contact, { subscription }] of firstOf(roster?.records ?? [])) yield { machine: 'subscription', of: `${jid} ${contact}`, state: subscription, waiting: 0 };
}

function* firstOf<T>(items: Iterable<T>): Generator<T> {
  let left = most;
  for (const item of items) {
    if (left === 0) return;
    left -= 1;
    yield item;
  }
}

/** Those for whom something waits: stanzas behind one that waits for the store, for a link that is not up, for a room to
 *  be written down, or for what is stored to go out first. */
export function* waitingIn(kernel: Kernel, links: () => Iterable<Place>): Generator<Place> {
  for (const { id, state, queue, resource } of kernel.streams.values()) {
    const waiting = queue.length + (resource === undefined ? 0 : heldFor(resource));
    if (waiting > 0) yield { machine: 'stream', of: id, state: state.value, waiting };
  }
  for (const place of links()) if (place.waiting > 0) yield place;
  for (const service of kernel.services.values()) for (const place of service.places?.(0) ?? []) if (place.waiting > 0) yield place;
}

/** A message that is held back for the account waits for each resource to which what is stored is going out. */
function heldFor(resource: Resource): number {
  const { account: { backlog }, flush } = resource;
  return backlog?.entries.filter((held) => ('sender' in held ? flush !== undefined : held.resource === resource)).length ?? 0;
}
