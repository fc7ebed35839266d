/** The service that hosts the rooms: which of them there are, loading and keeping them, and the way out of what they send.
 *  Spec: XEP-0045 §6.2, §6.3, §10.1. Not here: what happens in a room (receive.ts and what it leads to). @module */
import type { Element } from 'ltx';
import type { BareJid } from '../../../machines/vocabulary.ts';
import { deliverCopies } from '../arrive.ts';
import { defaultRoomLimits } from '../config.ts';
import type { RoomLimits, RoomsConfig } from '../config.ts';
import { faultOf } from '../iq-fault.ts';
import type { Jid } from '../jid.ts';
import type { Kernel } from '../kernel.ts';
import { NS } from '../namespaces.ts';
import type { Place } from '../place.ts';
import { deliver } from '../routing.ts';
import type { Service } from '../service.ts';
import { StanzaError } from '../stanza-error.ts';
import { childIn } from '../stanza.ts';
import type { RoomListing } from '../store.ts';
import { refuse } from './answer.ts';
import { endIfEmpty } from './lifecycle.ts';
import { record } from './members.ts';
import { advanceOccupant } from './occupants.ts';
import { receive } from './receive.ts';
import { listingOf, recordOf, restoreRoom } from './record.ts';
import { Room, addressOf, occupantJid } from './room.ts';
import type { Received, Sent, Surroundings } from './room.ts';
import { receiveForService, serviceName } from './service-disco.ts';

/** Makes the service.
 *  @throws Error when there is no secret, or no domain for the rooms alone. */
export function roomsService(kernel: Kernel, config: RoomsConfig): Service {
  const { secret, domain, components = [] } = kernel.config;
  if (secret === undefined || secret === '') throw new Error('`rooms` needs `secret`: the identifiers of occupants are made from it (XEP-0421)');
  if (config.domain === domain || components.some((component) => component.domain === config.domain)) throw new Error(`\`rooms.domain\` is ${config.domain}, which is somebody else's: the rooms need a domain of their own`);
  return new Rooms(kernel, config.domain, { ...defaultRoomLimits, ...config.limits }, secret);
}

class Rooms implements Service {
  readonly domain: string;
  readonly name = serviceName;
  readonly #kernel: Kernel;
  readonly #limits: RoomLimits;
  readonly #surroundings: Surroundings;
  readonly #rooms = new Map<BareJid, Room>();
  /** The rooms that the store keeps; undefined while nobody has asked it. */
  #stored: Map<BareJid, RoomListing> | undefined;
  /** What waits: for the list of rooms, by the service's own address; for a room, by the room's. */
  readonly #waiting = new Map<string, Received[]>();
  /** Rooms that are being written down, and what waits for the next time. */
  readonly #writing = new Map<Room, ((isDurable: boolean) => void)[]>();
  /** What comes while something else is being done, such as a bounce of what is sent just now. */
  readonly #inbox: Received[] = [];
  #isProceeding = false;

  constructor(kernel: Kernel, domain: string, limits: RoomLimits, secret: string) {
    this.#kernel = kernel;
    this.domain = domain;
    this.#limits = limits;
    this.#surroundings = { limits, secret, transit: (machine, of, step, state, event) => kernel.transit(machine, of, step, state, event) };
  }

  receive(stanza: Element, from: Jid, to: Jid): void {
    this.#inbox.push({ stanza, from, to, at: this.#kernel.at });
    this.#proceed();
  }

  *places(most: number): Generator<Place> {
    for (const [bare, room] of this.#rooms) {
      yield { machine: 'room', of: bare, state: room.state.value, waiting: this.#writing.get(room)?.length ?? 0 };
      for (const { nick, state } of [...room.occupants.values()].slice(0, most)) yield { machine: 'occupant', of: occupantJid(room, nick), state: state.value, waiting: 0 };
    }
  }

  /** Everybody is told that the service stops (XEP-0045 §11.2). */
  stop(): void {
    for (const room of [...this.#rooms.values()]) {
      const sent = [...room.occupants.values()].flatMap((occupant) => advanceOccupant(room, occupant, { type: 'service.stopped' }, {}));
      endIfEmpty(room);
      this.#settle(room);
      this.#send(sent);
    }
  }

  #proceed(): void {
    if (this.#isProceeding) return;
    this.#isProceeding = true;
    try {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) this.#take(next);
    } finally {
      this.#isProceeding = false;
    }
  }

  #take(received: Received): void {
    const { stanza, to } = received;
    const fault = stanza.name === 'iq' ? faultOf(stanza) : undefined;
    if (fault !== undefined) return this.#send(refuse(received, fault));
    if (this.#stored === undefined) return this.#wait(this.domain, received, () => this.#list());
    if (to.local === undefined) return this.#send(receiveForService(received, () => this.#listings(), this.#limits.items));
    const room = this.#rooms.get(to.bare);
    if (room !== undefined) return this.#operate(room, received);
    if (this.#stored.has(to.bare)) return this.#wait(to.bare, received, () => this.#load(to.bare));
    return this.#create(received);
  }

  /** There is no such room, and available presence makes one (XEP-0045 §10.1). */
  #create(received: Received): void {
    const { stanza, from, to } = received;
    if (stanza.name !== 'presence') return this.#send(stanza.attrs.type === 'result' ? [] : refuse(received, 'item-not-found'));
    if (stanza.attrs.type !== undefined) return;
    const isJoin = childIn(stanza, 'x', NS.muc) !== undefined;
    const all = this.#listings(true);
    if (isJoin && (all.length >= this.#limits.rooms || all.filter(({ creator }) => creator === from.bare).length >= this.#limits.roomsOfCreator)) {
      return this.#send(refuse(received, new StanzaError('resource-constraint', 'There are too many rooms.')));
    }
    const room = new Room({ ...to, resource: undefined, full: undefined }, from.bare, this.#surroundings);
    if (isJoin) record(room, from.bare, { affiliation: 'owner' });
    this.#operate(room, received);
  }

  #operate(room: Room, received: Received): void {
    const sent = receive(room, received);
    const isKept = this.#settle(room, (isDurable) => {
      for (const each of sent) if (each.isResult === true) this.#send(isDurable ? [each] : refuse(received, 'internal-server-error'));
    });
    this.#send(isKept ? sent.filter(({ isResult }) => isResult !== true) : sent);
  }

  /** Takes note of what has become of a room, here and in the store.
   *  @param done called when that is durable, or can't be; what others have seen of the change stays as it is
   *  @returns false when there is nothing to wait for */
  #settle(room: Room, done: (isDurable: boolean) => void = () => {}): boolean {
    const { bare } = room.jid;
    if (room.isDestroyed) this.#rooms.delete(bare);
    else this.#rooms.set(bare, room);
    const { unkept } = room;
    if (unkept === undefined) return false;
    room.unkept = undefined;
    if (unkept === 'write') this.#write(room, done);
    else {
      this.#stored?.delete(bare);
      this.#kernel.ask({ op: 'room.remove', room: bare }, () => done(true), () => done(false));
    }
    return true;
  }

  /** Writes a room down. While one write is under way, all that changes meanwhile waits for one more, so that who
   *  changes a big room often makes the store write it no more often than it can. */
  #write(room: Room, done: (isDurable: boolean) => void): void {
    const later = this.#writing.get(room);
    if (later !== undefined) return void later.push(done);
    this.#writing.set(room, []);
    const listing = listingOf(room);
    this.#stored?.set(room.jid.bare, listing);
    const finish = (isDurable: boolean): void => {
      const waiting = this.#writing.get(room) ?? [];
      this.#writing.delete(room);
      const doneLater = (isLaterDurable: boolean): void => waiting.forEach((each) => each(isLaterDurable));
      // What was to be kept of a room that is not persistent any more, has been removed since.
      if (waiting.length > 0 && room.state.value === 'persistent') this.#write(room, doneLater);
      else doneLater(true);
      done(isDurable);
    };
    this.#kernel.ask({ op: 'room.write', record: recordOf(room), listing }, () => finish(true), () => finish(false));
  }

  /** Keeps a stanza until something is loaded; what is too much is refused. */
  #wait(key: string, received: Received, load: () => void): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      this.#waiting.set(key, [received]);
      load();
    } else if (waiting.length < this.#limits.waiting) waiting.push(received);
    else this.#send(refuse(received, 'resource-constraint'));
  }

  #list(): void {
    const listed = (listings: readonly RoomListing[]): void => {
      this.#stored = new Map(listings.map((listing) => [listing.room, listing]));
      this.#resume(this.domain);
    };
    this.#kernel.ask({ op: 'room.list', domain: this.domain }, listed, () => this.#giveUp(this.domain));
  }

  #load(bare: BareJid): void {
    this.#kernel.ask({ op: 'room.read', room: bare }, (kept) => {
      const room = kept === null ? undefined : restoreRoom(kept, this.#surroundings);
      if (room === undefined) this.#stored?.delete(bare);
      else this.#rooms.set(bare, room);
      this.#resume(bare);
    }, () => this.#giveUp(bare));
  }

  /** What has waited goes first, in its order. */
  #resume(key: string): void {
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    this.#inbox.unshift(...waiting);
    this.#proceed();
  }

  /** The store has failed; the next stanza tries again. */
  #giveUp(key: string): void {
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const received of waiting) this.#send(refuse(received, 'internal-server-error'));
  }

  /** The rooms, in memory or not.
   *  @param isForCount those that are not configured yet among them */
  #listings(isForCount = false): readonly RoomListing[] {
    const here = [...this.#rooms.values()].filter((room) => isForCount || !room.isLocked).map(listingOf);
    return [...here, ...[...(this.#stored?.values() ?? [])].filter(({ room }) => !this.#rooms.has(room))];
  }

  /** What comes back at once waits until all is sent. */
  #send(sent: readonly Sent[]): void {
    const isFirst = !this.#isProceeding;
    this.#isProceeding = true;
    try {
      for (const each of sent) this.#sendOne(each);
    } finally {
      if (isFirst) this.#isProceeding = false;
    }
    this.#proceed();
  }

  #sendOne({ stanza, to }: Sent): void {
    const [only] = to;
    if (to.length > 1) return deliverCopies(this.#kernel, stanza, to);
    if (only === undefined) return;
    stanza.attrs.to = addressOf(only);
    deliver(this.#kernel, stanza, only);
  }
}

