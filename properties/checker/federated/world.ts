/** Two real cores in the hands of a schedule: at each moment there are some moves, somebody chooses one, and one of the
 *  cores takes a step. Nothing is asynchronous, so the same moves give the same run. Not here: who chooses
 *  (../schedules/schedules.ts). @module */
import { parse } from 'ltx';
import type { Effect } from '../../../src/core/effect.ts';
import type { Channel, Input, StreamId } from '../../../src/core/input.ts';
import { NS } from '../../../src/core/namespaces.ts';
import type { Erasure } from '../schedules/clients.ts';
import { bareOf, lineOf } from '../schedules/programme.ts';
import type { Client, Deed } from '../schedules/programme.ts';
import { heardIn } from '../schedules/run.ts';
import type { Game } from '../schedules/schedules.ts';
import { lineOfStore } from '../schedules/slow-store.ts';
import type { StoreMove } from '../schedules/slow-store.ts';
import { Line } from './line.ts';
import { siteOf } from './programme.ts';
import type { FederatedProgramme } from './programme.ts';
import { ModelRooms, handshakeOf } from './room.ts';
import type { Arrived, FederatedRun, Mishap, Waiting } from './run.ts';
import { Site, componentSecret, realSite } from './site.ts';
import type { SiteMaker } from './site.ts';

/** A turn, and the server whose step it is; without one it concerns both. */
export type FederatedMove = { readonly site?: string } & (
  | StoreMove
  | { readonly turn: 'client'; readonly client: number; readonly deed: number }
  /** A server reads from a line. */
  | { readonly turn: 'read'; readonly line: string }
  | { readonly turn: 'connect' | 'refuse'; readonly stream: StreamId }
  | { readonly turn: 'cut'; readonly line: string }
  | { readonly turn: 'expire'; readonly timer: string }
  /** The model of the rooms answers one stanza, or none any more. */
  | { readonly turn: 'room' | 'silence' }
  | { readonly turn: 'stop' });

const mishaps: readonly FederatedMove['turn'][] = ['refuse', 'cut', 'expire', 'silence', 'stop'];
/** Whether something goes wrong by a move. */
export const isMishap = ({ turn }: FederatedMove): boolean => mishaps.includes(turn);

/** Each server has steps of its own, and neither sees what the other does before it reads it. What goes wrong may do so only while
 *  something else is to happen, wherever that is, so it commutes with nothing. */
export const commutes = (a: FederatedMove, b: FederatedMove): boolean => a.site !== b.site && !isMishap(a) && !isMishap(b);

/** The stream of the component that the model of the rooms is. */
const roomStream = 'rooms';
const componentChannel: Channel = { secure: false, startTls: false, tlsRequired: false, mechanisms: [], channelBindings: [] };

/** One run under way. */
export class FederatedWorld implements Game<FederatedMove, FederatedRun> {
  readonly #programme: FederatedProgramme;
  readonly #isErased: Erasure;
  readonly #sites: readonly Site[];
  readonly #next: number[];
  readonly #connecting: { readonly site: string; readonly stream: StreamId; readonly domain: string }[] = [];
  readonly #lines: Line[] = [];
  readonly #rooms: ModelRooms | undefined;
  readonly #arrived: Arrived[] = [];
  readonly #mishaps: Mishap[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #restedAt: number[] = [];
  #steps = 0;
  #ids = 0;
  #hasBegun = false;
  #areRoomsThere = false;

  /** Begins with what has happened before, while everything is quick. */
  constructor(programme: FederatedProgramme, make: SiteMaker = realSite, isErased: Erasure = () => false) {
    this.#programme = programme;
    this.#isErased = isErased;
    this.#next = programme.clients.map(() => 0);
    this.#sites = ['verona.test', 'mantua.test'].map((domain) => new Site(domain, programme, make, {
      beginStep: () => (this.#steps += 1), steps: () => this.#steps, perform: (effect) => this.#perform(domain, effect),
    }));
    if (programme.rooms !== undefined && programme.roomsAre !== 'real') this.#rooms = this.#openRooms(programme.rooms);
    for (const client of programme.before) {
      for (const deed of client.does) {
        this.#do(client, deed, `before-${(this.#ids += 1)}`);
        this.#settle();
      }
    }
    this.#hasBegun = true;
  }

  moves(): FederatedMove[] {
    const moves = [...this.#usualMoves(), ...this.#clientMoves()];
    return [...moves, ...(moves.length > 0 ? this.#mishapsToCome() : []), ...this.#stops()];
  }

  make(move: FederatedMove): void {
    switch (move.turn) {
      case 'client':
        return this.#makeClient(move.client, move.deed);
      case 'read':
        return this.#read(move.line, move.site ?? '');
      case 'connect':
      case 'refuse':
        return this.#answerConnect(move.site ?? '', move.stream, move.turn === 'refuse');
      case 'cut':
        return this.#cut(move.line);
      case 'expire':
        if (this.#site(move.site).timers.has(move.timer)) this.#note(move.timer.startsWith('route') ? 'drain' : 'link', move.site);
        return this.#site(move.site).expire(move.timer);
      case 'room':
        return this.#answerAsRoom();
      case 'silence':
        this.#note('silent', move.site);
        if (this.#rooms !== undefined) this.#rooms.isSilent = true;
        return undefined;
      case 'stop':
        this.#note('stop', move.site);
        return this.#site(move.site).step({ type: 'server.stopping' });
      default: {
        const input = this.#site(move.site).store.make({ turn: move.turn, request: move.request });
        if (input !== undefined) this.#site(move.site).step(input);
      }
    }
  }

  lineOf(move: FederatedMove): string {
    switch (move.turn) {
      case 'client': {
        const client = this.#programme.clients[move.client];
        const deed = client?.does[move.deed];
        return client === undefined || deed === undefined ? '' : lineOf(client, deed);
      }
      case 'read': return `${move.site} reads from the line ${move.line}`;
      case 'connect': return `${move.site} is connected: ${move.stream}`;
      case 'refuse': return `${move.site} can't connect: ${move.stream}`;
      case 'cut': return `the line ${move.line} breaks`;
      case 'expire': return `${move.site}: the time is over: ${move.timer}`;
      case 'room': return 'the rooms answer';
      case 'silence': return 'the rooms fall silent';
      case 'stop': return `${move.site} stops`;
      default: return `${move.site}: ${lineOfStore(move)}`;
    }
  }

  /** Comes to an end: everything that is under way arrives, the sessions close one after the other, and what still waits for
   *  somebody waits until its deadline. */
  finish(): FederatedRun {
    this.#settle();
    for (const site of this.#sites) {
      for (const session of site.clients.unended()) {
        site.clients.say(session, { do: 'close' }, '');
        this.#settle();
      }
    }
    this.#runOut();
    const fates = this.#sites.flatMap((site) => site.fates);
    return {
      sessions: this.#sites.flatMap(({ clients }) => clients.sessions),
      fates: fates.filter(({ fate }) => fate !== 'routed'), routed: fates.filter(({ fate }) => fate === 'routed'),
      restedAt: this.#restedAt, kept: this.#kept(),
      failures: { unsent: sum(this.#sites.map(({ store }) => store.failures.unsent)), store: sum(this.#sites.map(({ store }) => store.failures.store)) },
      reports: this.#sites.flatMap(({ reports }) => reports), census: this.#census(), steps: this.#steps,
      arrived: this.#arrived, lost: this.#lines.flatMap(({ lost }) => lost.map((xml) => heardIn(xml, 0))), mishaps: this.#mishaps, waiting: this.#waiting,
    };
  }

  /** What must happen sooner or later, in a fixed order. */
  #usualMoves(): FederatedMove[] {
    const moves: FederatedMove[] = [];
    for (const { domain, store } of this.#sites) moves.push(...store.moves().map((move) => ({ site: domain, ...move })));
    for (const { site, stream } of this.#connecting) moves.push({ site, turn: 'connect', stream });
    for (const line of this.#lines) for (const site of line.readers()) moves.push({ site, turn: 'read', line: line.name });
    if (this.#rooms?.mayAnswer === true) moves.push({ site: siteOfRooms(this.#programme), turn: 'room' });
    return moves;
  }

  #clientMoves(): FederatedMove[] {
    const moves: FederatedMove[] = [];
    this.#programme.clients.forEach((client, index) => {
      const place = this.#next[index] ?? 0;
      const deed = client.does[place];
      const site = siteOf(client.jid);
      if (deed !== undefined && this.#site(site).clients.mayDo(client, deed)) moves.push({ site, turn: 'client', client: index, deed: place });
    });
    return moves;
  }

  /** What may happen, once, and only while something else is to happen: at the end it would be no different. */
  #mishapsToCome(): FederatedMove[] {
    const { mayCut, mayExpire, mayFallSilent, mayRefuse } = this.#programme;
    const has = (what: Mishap['what']): boolean => this.#mishaps.some((mishap) => mishap.what === what);
    const moves: FederatedMove[] = [];
    if (mayRefuse && !has('refused')) moves.push(...this.#connecting.map(({ site, stream }) => ({ site, turn: 'refuse' as const, stream })));
    if (mayCut && !has('cut')) moves.push(...this.#lines.filter(({ isCut }) => !isCut).map(({ name }) => ({ turn: 'cut' as const, line: name })));
    if (mayFallSilent && !has('silent') && this.#rooms?.mayAnswer === true) moves.push({ site: siteOfRooms(this.#programme), turn: 'silence' });
    if (mayExpire !== undefined && !has(mayExpire)) {
      const isMeant = (timer: string): boolean => (mayExpire === 'drain' ? timer.startsWith('route') : timer.endsWith('linkTimeout'));
      for (const { domain, timers } of this.#sites) for (const timer of timers.keys()) if (isMeant(timer)) moves.push({ site: domain, turn: 'expire', timer });
    }
    return moves;
  }

  #stops(): FederatedMove[] {
    const { mayStop } = this.#programme;
    return mayStop === undefined || this.#mishaps.some(({ what }) => what === 'stop') ? [] : [{ site: mayStop, turn: 'stop' }];
  }

  #makeClient(index: number, place: number): void {
    const client = this.#programme.clients[index];
    const deed = client?.does[place];
    if (client === undefined || deed === undefined) return;
    this.#next[index] = place + 1;
    this.#do(client, deed, `${index}-${place}`);
  }

  #do(client: Client, deed: Deed, id: string): void {
    if (!this.#isErased(client, deed)) this.#site(siteOf(client.jid)).clients.do(client, deed, id);
    this.#hurry();
  }

  #read(name: string, site: string): void {
    const item = this.#lines.find((line) => line.name === name)?.read(site);
    if (item === undefined) return;
    if (item.xml !== '') this.#noteArrival(site, item.xml);
    for (const input of item.inputs) this.#site(site).step(input);
    this.#hurry();
  }

  #noteArrival(site: string, xml: string): void {
    const { isDelayed: _, ...heard } = heardIn(xml, this.#steps + 1);
    this.#arrived.push({ site, ...heard });
  }

  #answerConnect(site: string, stream: StreamId, isRefused: boolean): void {
    const place = this.#connecting.findIndex((each) => each.site === site && each.stream === stream);
    const [connecting] = place < 0 ? [] : this.#connecting.splice(place, 1);
    if (connecting === undefined) return;
    if (isRefused) {
      this.#note('refused', site);
      return this.#site(site).step({ type: 'connect.failed', stream, condition: 'remote-server-timeout' });
    }
    const taker = this.#sites.find(({ domain }) => connecting.domain === domain || connecting.domain.endsWith(`.${domain}`));
    if (taker === undefined || taker.domain === site) return this.#site(site).step({ type: 'connect.failed', stream, condition: 'remote-server-not-found' });
    this.#lines.push(new Line({ site, stream }, { site: taker.domain, stream: `from ${site} ${stream}` }, this.#channelTo(site)));
    this.#site(site).step({ type: 'stream.opened', stream, channel: this.#channelTo(taker.domain) });
  }

  /** TLS is up from the beginning. */
  #channelTo(peer: string): Channel {
    return { secure: true, startTls: false, tlsRequired: true, mechanisms: [], channelBindings: [], ...(this.#programme.isUncertified !== true && { certified: [peer, `rooms.${peer}`] }) };
  }

  #cut(name: string): void {
    const line = this.#lines.find((each) => each.name === name);
    if (line === undefined || line.isCut) return;
    this.#note('cut', undefined);
    line.cut();
  }

  #openRooms(domain: string): ModelRooms {
    const site = this.#site(siteOfRooms(this.#programme));
    const entropy = 'rooms'.padEnd(32, '-');
    const say = (input: Input): void => site.step(input);
    say({ type: 'stream.opened', stream: roomStream, channel: componentChannel, peer: 'component' });
    say({ type: 'stream.header', stream: roomStream, entropy, header: { wellNamed: true, xmlns: NS.component, to: domain } });
    say({ type: 'stream.element', stream: roomStream, element: parse(`<handshake>${handshakeOf(entropy.slice(0, 24), componentSecret)}</handshake>`) });
    this.#areRoomsThere = true;
    return new ModelRooms();
  }

  #answerAsRoom(): void {
    const site = this.#site(siteOfRooms(this.#programme));
    for (const xml of this.#rooms?.answer() ?? []) {
      if (heardIn(xml, 0).to.includes(`@${site.domain}/`)) this.#noteArrival(site.domain, xml);
      site.step({ type: 'stream.element', stream: roomStream, element: parse(xml) });
    }
    this.#hurry();
  }

  #perform(site: string, effect: Effect): void {
    if (effect.type === 'connect') this.#connecting.push({ site, stream: effect.stream, domain: effect.domain });
    else if (!('stream' in effect) || effect.stream === undefined) return;
    else if (effect.stream === roomStream) {
      if (effect.type === 'close') this.#areRoomsThere = false;
      else if (effect.type === 'send' && /^<(message|presence|iq)\b/.test(effect.xml)) this.#rooms?.hear(effect.xml);
    } else {
      const end = { site, stream: effect.stream };
      this.#lines.find((line) => line.write(end, effect, this.#site(site).steps));
    }
  }

  /** Where the store is quick, it answers before anything else happens. */
  #hurry(): void {
    if (this.#programme.isStoreQuick !== true || !this.#hasBegun) return;
    for (const site of this.#sites) {
      for (let [move] = site.store.moves(); move !== undefined; [move] = site.store.moves()) this.make({ site: site.domain, ...move });
    }
  }

  #settle(): void {
    for (let [move] = this.#usualMoves(); move !== undefined; [move] = this.#usualMoves()) this.make(move);
    this.#restedAt.push(this.#steps);
    for (const { domain, clients, timers } of this.#sites) {
      const sessions = clients.sessions.filter(({ endedAt, heard, wasCut }) => endedAt !== undefined && !wasCut && heard.at(-1)?.name !== 'closed').length;
      this.#waiting.push({ at: this.#steps, site: domain, sessions, deadlines: [...timers.keys()].filter((timer) => timer.startsWith('route')).length });
    }
  }

  /** All timers run out, the shortest first. Nothing is under way: a deadline of a drain that is still needed is one too many,
   *  unless something has gone wrong before. */
  #runOut(): void {
    for (let left = 100; left > 0; left -= 1) {
      const [next] = this.#sites.flatMap((site) => [...site.timers].map(([timer, delay]) => ({ site, timer, delay }))).sort((a, b) => a.delay - b.delay);
      if (next === undefined) return;
      next.site.expire(next.timer);
      this.#settle();
    }
  }

  #note(what: Mishap['what'], site = ''): void {
    const isStep = what !== 'cut' && what !== 'silent';
    this.#mishaps.push({ at: this.#steps + (isStep ? 1 : 0), what, site });
  }

  #site(domain: string | undefined): Site {
    const site = this.#sites.find((each) => each.domain === domain);
    if (site === undefined) throw new Error(`no server of ${domain}`);
    return site;
  }

  #kept(): FederatedRun['kept'] {
    const accounts = new Set([...this.#programme.before, ...this.#programme.clients].map(({ jid }) => bareOf(jid)));
    return new Map([...accounts].map((account) => [account, this.#site(siteOf(account)).store.keptFor(account).map((xml) => heardIn(xml, 0).id)]));
  }

  #census(): FederatedRun['census'] {
    const all = this.#sites.map(({ core }) => core.census());
    return {
      streams: sum(all.map(({ streams }) => streams)), accounts: sum(all.map(({ accounts }) => accounts)), resources: sum(all.map(({ resources }) => resources)),
      timers: sum(all.map(({ timers }) => timers)), requests: sum(all.map(({ requests }) => requests)),
      // The component that the model of the rooms is stays as long as its server.
      peers: sum(all.map(({ peers }) => peers)) - (this.#areRoomsThere ? 1 : 0), links: sum(all.map(({ links }) => links)), farewells: sum(all.map(({ farewells }) => farewells)),
    };
  }
}

const siteOfRooms = ({ rooms }: FederatedProgramme): string => rooms?.slice('rooms.'.length) ?? '';
const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
