/** A client: it connects, does things, loses its connection, and comes back, as often as the run is long.
 *  When the world is healed it does nothing of its own accord any more: it stays connected and available
 *  until it is told to leave. Not here: what it does (deeds.ts), how it speaks (session.ts). @module */
import type { Agenda } from './agenda.ts';
import { deedOf } from './deeds.ts';
import type { Cast } from './deeds.ts';
import type { Line } from './line.ts';
import type { Options } from './options.ts';
import type { Reader } from './pipe.ts';
import type { Random } from './random.ts';
import { Session } from './session.ts';
import { View } from './view.ts';

/** What a client needs of its world. */
export interface ClientParts {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly options: Options;
  readonly cast: Cast;
  readonly localpart: string;
  readonly domain: string;
  readonly resourcepart: string;
  /** Undefined while the server is down. */
  readonly connect: (end: Reader) => Line | undefined;
}

/** How often a client that gets no resource tries again, once the world is healed. */
const MOST_REFUSALS = 3;
const HEALED_RETRY_MS = 90_000;

/** One client, and its sessions one after the other. */
export class Client {
  readonly #parts: ClientParts;
  readonly #isSilent: boolean;
  readonly #isVersioned: boolean;
  readonly #isSlow: boolean;
  readonly view = new View();
  #session: Session | undefined;
  #mood: 'busy' | 'calm' | 'leaving' = 'busy';
  #refusals = 0;
  /** No bytes of this client come through. */
  #isPartitioned = false;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    const { clients, network } = parts.options;
    this.#isSilent = parts.random.chance(clients.silent);
    this.#isVersioned = parts.random.chance(clients.versioned);
    this.#isSlow = parts.random.chance(network.slow);
    parts.agenda.after(parts.random.around(clients.deedEvery), () => this.#connect());
  }

  get jid(): string {
    return `${this.#parts.localpart}@${this.#parts.domain}/${this.#parts.resourcepart}`;
  }

  get domain(): string {
    return this.#parts.domain;
  }

  /** The session, while it is online. */
  get session(): Session | undefined {
    return this.#session?.isOnline === true ? this.#session : undefined;
  }

  get line(): Line | undefined {
    return this.#session?.line;
  }

  /** Stops the flow of bytes, of a connection made later as well. */
  partition(): void {
    this.#isPartitioned = true;
    this.line?.up.stall();
    this.line?.down.stall();
  }

  /** Lets bytes flow again. */
  release(): void {
    this.#isPartitioned = false;
    this.line?.up.release();
    this.line?.down.release();
  }

  /** From now on nothing is done but staying connected and available. */
  calm(): void {
    this.#mood = 'calm';
    this.release();
    if (this.line !== undefined) this.line.down.rate = 0;
    if (this.#session === undefined) this.#connect();
    else if (this.#session.isOnline) this.#settle(this.#session);
  }

  /** Says that it is available once more; as a new presence session when that is wanted. */
  announce(isAnew: boolean): void {
    const { session } = this;
    if (session === undefined) return;
    if (isAnew) {
      session.write('<presence type="unavailable"/>');
      this.view.doubt();
    }
    this.#announce(session, Math.max(0, session.priority ?? 0));
    this.#enterAll(session);
  }

  /** Goes for good.
   *  @param isAbrupt without a word */
  leave(isAbrupt: boolean): void {
    this.#mood = 'leaving';
    if (isAbrupt) this.#session?.abandon();
    else this.#session?.close();
  }

  #connect(): void {
    const { agenda, random, options, localpart, domain, resourcepart, connect } = this.#parts;
    if (this.#session !== undefined || this.#mood === 'leaving') return;
    const session = new Session({
      localpart, domain, resourcepart, view: this.view, isSilent: this.#isSilent,
      onOnline: () => this.#online(session),
      onOver: (isRefused) => this.#over(session, isRefused),
    });
    const line = connect(session);
    if (line === undefined) return agenda.after(random.around(options.clients.returnAfter), () => this.#connect());
    this.#session = session;
    if (this.#isSlow && this.#mood === 'busy') line.down.rate = options.network.slowBytes;
    if (this.#isPartitioned) this.partition();
    session.begin(line);
  }

  #online(session: Session): void {
    const { random, options } = this.#parts;
    if (this.#mood === 'calm') return this.#settle(session);
    if (this.#mood === 'leaving') return session.close();
    if (random.chance(0.7)) session.requestRoster(this.#isVersioned);
    if (random.chance(0.7)) this.#announce(session, random.chance(options.clients.negative) ? -1 : random.below(3));
    this.#goOn(session);
  }

  #settle(session: Session): void {
    if (!session.isInterested) session.requestRoster(this.#isVersioned);
    if (session.priority === undefined || session.priority < 0) this.#announce(session, 0);
    this.#enterAll(session);
  }

  /** Whoever is in a room already is told anew who is (XEP-0045 §7.2.1); and who is there no more, and could not say so, is found
   *  out by what is said (§18.1.2). */
  #enterAll(session: Session): void {
    const { cast } = this.#parts;
    for (const room of cast.rooms) {
      this.view.forgetRoom(room);
      session.enter(room, cast.next());
      session.write(`<message to="${room}" type="groupchat" id="g${cast.next()}"><body>x</body></message>`);
    }
  }

  #announce(session: Session, priority: number): void {
    session.priority = priority;
    session.write(`<presence><priority>${priority}</priority></presence>`);
  }

  #goOn(session: Session): void {
    const { agenda, random, options, cast } = this.#parts;
    agenda.after(random.around(options.clients.deedEvery), () => {
      if (this.#mood !== 'busy' || !session.isOnline) return;
      deedOf(random, options, cast, session)();
      this.#goOn(session);
    });
  }

  #over(session: Session, isRefused: boolean): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    this.view.forget(this.#isVersioned);
    const { agenda, random, options } = this.#parts;
    if (isRefused && this.#mood === 'calm') {
      this.#refusals += 1;
      if (this.#refusals < MOST_REFUSALS) agenda.after(HEALED_RETRY_MS, () => this.#connect());
      return;
    }
    agenda.after(random.around(options.clients.returnAfter), () => this.#connect());
  }
}
