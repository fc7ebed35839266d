/** The core in this process: bytes in, XML out, a store in memory, no socket and no clock. @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import { standardFeatures } from '../../src/core/features/all.ts';
import { defaultConfig } from '../../src/core/config.ts';
import type { CoreConfig } from '../../src/core/config.ts';
import type { Effect, ServerHeader } from '../../src/core/effect.ts';
import type { Feature } from '../../src/core/feature.ts';
import type { Channel, Input, PeerKind, StreamId } from '../../src/core/input.ts';
import { parseBare } from '../../src/core/jid.ts';
import { createCore } from '../../src/core/server.ts';
import type { Core } from '../../src/core/server.ts';
import type { Credentials, Store, StoreReply } from '../../src/core/store.ts';
import { StreamReader } from '../../src/core/xml/reader.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { DOMAIN } from './world.ts';
import type { Client, World } from './world.ts';

const channel: Channel = { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] };
const limits = { maxStanzaBytes: 262_144, maxDepth: 64, maxAttributes: 64 };
const keys = { salt: '', iterations: 4096, storedKey: '', serverKey: '' };
const credentials: Credentials = { 'SCRAM-SHA-1': keys, 'SCRAM-SHA-256': keys };

/** The other end of a stream that is no client's. */
export interface OtherEnd {
  /** Hears what is written, as text. */
  write(text: string): void;
  /** The TLS handshake begins. */
  startTls(): void;
  /** The connection ends. */
  disconnect(): void;
}

/** The configuration of the core, unless it is told otherwise. */
export const worldConfig: CoreConfig = { domain: DOMAIN, ...defaultConfig, rooms: { domain: `rooms.${DOMAIN}` }, secret: 'what nobody outside this test knows' };

interface Peer {
  readonly other?: OtherEnd;
  reader: StreamReader;
  readonly received: (Element | 'closed')[];
  isOver: boolean;
}

/** A header as servers and components write it. */
function headerOf({ from, to, id, version }: ServerHeader): string {
  const attrs = Object.entries({ from, to, id, version }).filter(([, value]) => value !== undefined).map(([name, value]) => ` ${name}="${value}"`).join('');
  return `<stream:stream xmlns="jabber:server" xmlns:stream="http://etherx.jabber.org/streams" xmlns:db="jabber:server:dialback"${attrs}>`;
}

/** A core with its surroundings, all of them in hand. */
export class InProcess implements World {
  readonly domains: Readonly<Record<string, string>>;
  readonly core: Core;
  readonly store: Store;
  readonly effects: Effect[] = [];
  readonly timers = new Map<string, number>();
  now = Date.UTC(2026, 10, 23);
  /** Broken invariants are what the test is about. */
  tolerant = false;
  readonly domain: string;
  /** Replies of the store are kept back while this is set. */
  isStoreHeld = false;
  /** Replies about this account are kept back. */
  heldAccount: string | undefined;
  /** What is sent while this is set is never read: requests that wait for it to leave are not made. */
  isOutputStuck = false;
  readonly #peers = new Map<StreamId, Peer>();
  readonly #waiting: (() => void)[] = [];
  /** Requests that wait for a stream's output, which will not leave. */
  readonly #stuck: { readonly request: number; readonly after: StreamId }[] = [];
  #pending = 0;
  #last = 0;

  readonly #header: string;
  /** Asked for the server of a domain. */
  onConnect: ((effect: Extract<Effect, { type: 'connect' }>) => void) | undefined;

  constructor(options: { readonly config?: Partial<CoreConfig>; readonly features?: readonly Feature[]; readonly store?: Store; readonly around?: (core: Core) => Core } = {}) {
    this.domain = options.config?.domain ?? DOMAIN;
    this.domains = { here: this.domain };
    this.#header = `<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="${this.domain}" version="1.0">`;
    const core = createCore({ ...(options.config?.domain === undefined ? worldConfig : defaultConfig), domain: DOMAIN, ...options.config }, options.features ?? standardFeatures);
    this.core = options.around?.(core) ?? core;
    this.store = options.store ?? memoryStore();
  }

  async account(name: string): Promise<void> {
    const account = parseBare(`${name}@${this.domain}`);
    if (account !== undefined) await this.store.perform({ op: 'account.create', account, credentials });
  }

  /** Opens a stream without any negotiation, under a name of its own if it is given one. */
  open(over: Channel = channel, named?: StreamId): StreamId {
    this.#last += 1;
    const stream = named ?? `s${this.#last}`;
    this.#peers.set(stream, { reader: new StreamReader(limits), received: [], isOver: false });
    this.feed({ type: 'stream.opened', stream, channel: over });
    return stream;
  }

  /** Takes in a stream of another server or a component; or, under a name of the core's, is told of one that it has
   *  asked for. */
  join(other: OtherEnd, over: Channel, peer: PeerKind, named?: StreamId): StreamId {
    this.#last += 1;
    const stream = named ?? `${peer}-${this.#last}`;
    this.#peers.set(stream, { other, reader: new StreamReader(limits), received: [], isOver: false });
    this.feed({ type: 'stream.opened', stream, channel: over, ...(named === undefined && { peer }) });
    return stream;
  }

  /** What the other end of such a stream has written. */
  hear(stream: StreamId, text: string): void {
    this.#read(stream, text);
  }

  /** The other end of a stream is gone. */
  lose(stream: StreamId): void {
    const peer = this.#peers.get(stream);
    if (peer === undefined || peer.isOver) return;
    peer.isOver = true;
    this.feed({ type: 'stream.lost', stream });
  }

  /** TLS is there. */
  secure(stream: StreamId, over: Channel): void {
    this.#peer(stream).reader = new StreamReader(limits);
    this.feed({ type: 'tls.established', stream, channel: over });
  }

  async connect(name: string, resource: string | undefined): Promise<Client> {
    const stream = this.open();
    const client = this.client(stream, `${name}@${this.domain}`);
    client.send(this.#header);
    await client.next();
    client.send(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${btoa(`\0${name}\0secret`)}</auth>`);
    await client.next();
    client.send(this.#header);
    await client.next();
    client.send(`<iq id="bind" type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind">${resource === undefined ? '' : `<resource>${resource}</resource>`}</bind></iq>`);
    const bound = await client.next();
    const jid = bound === 'closed' ? undefined : bound.getChild('bind')?.getChildText('jid');
    if (jid === undefined || jid === null) throw new Error(`${name} could not bind: ${String(bound)}`);
    return { ...client, jid };
  }

  /** The client's end of a stream. */
  client(stream: StreamId, jid: string): Client {
    const peer = this.#peer(stream);
    return {
      jid,
      send: (xml) => this.#read(stream, xml),
      next: async () => {
        await this.settle();
        const next = peer.received.shift();
        if (next === undefined) throw new Error(`${jid} receives nothing more`);
        return next;
      },
      close: () => this.#read(stream, '</stream:stream>'),
      drop: () => {
        peer.isOver = true;
        this.feed({ type: 'stream.lost', stream });
        this.#failStuck(stream);
      },
    };
  }

  /** Waits until the store owes no reply. */
  async settle(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#pending > this.#waiting.length);
  }

  /** Lets the store's replies through again. */
  async releaseStore(): Promise<void> {
    this.isStoreHeld = false;
    this.heldAccount = undefined;
    for (const reply of this.#waiting.splice(0)) reply();
    await this.settle();
  }

  /** Lets the time of a timer run out. */
  fire(timer: string): void {
    this.timers.delete(timer);
    this.feed({ type: 'timer.fired', timer });
  }

  feed(input: Input): void {
    const batch = this.core.step(input, this.now);
    for (const effect of batch) {
      this.effects.push(effect);
      this.#perform(effect);
    }
  }

  dispose(): Promise<void> {
    return this.store.close();
  }

  #peer(stream: StreamId): Peer {
    const peer = this.#peers.get(stream);
    if (peer === undefined) throw new Error(`no stream ${stream}`);
    return peer;
  }

  #read(stream: StreamId, xml: string): void {
    const peer = this.#peer(stream);
    for (const event of peer.reader.push(new TextEncoder().encode(xml))) {
      if (peer.isOver) return;
      switch (event.type) {
        case 'header':
          this.feed({ type: 'stream.header', stream, header: event.header, entropy: `entropy-of-${stream}`.padEnd(32, '-') });
          break;
        case 'element':
          this.feed({ type: 'stream.element', stream, element: event.element });
          break;
        case 'end':
          this.feed({ type: 'stream.ended', stream });
          break;
        case 'error':
          this.feed({ type: 'stream.broken', stream, condition: event.condition });
          break;
      }
    }
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'open':
        this.#peers.get(effect.stream)?.other?.write(headerOf(effect.header));
        break;
      case 'connect':
        this.onConnect?.(effect);
        break;
      case 'startTls':
        this.#peer(effect.stream).other?.startTls();
        break;
      case 'send':
        if (this.#peer(effect.stream).other !== undefined) {
          this.#peer(effect.stream).other?.write(effect.xml);
          break;
        }
        this.#peer(effect.stream).received.push(parse(effect.xml.replace(/^<(stream:\w+)/, '<$1 xmlns:stream="http://etherx.jabber.org/streams"')));
        break;
      case 'close':
        this.#peer(effect.stream).other?.write('</stream:stream>');
        this.#peer(effect.stream).received.push('closed');
        break;
      case 'disconnect': {
        const peer = this.#peers.get(effect.stream);
        peer?.other?.disconnect();
        if (peer !== undefined && peer.other === undefined) peer.isOver = true;
        queueMicrotask(() => this.#failStuck(effect.stream));
        break;
      }
      case 'restart':
        this.#peer(effect.stream).reader = new StreamReader(limits);
        break;
      case 'authenticate':
        this.#later(() => {
          const name = atob(effect.data ?? '').split('\0')[1] ?? '';
          const account = parseBare(`${name}@${this.domain}`);
          this.feed(account === undefined
            ? { type: 'sasl.failed', stream: effect.stream, condition: 'not-authorized' }
            : { type: 'sasl.succeeded', stream: effect.stream, account });
        });
        break;
      case 'store': {
        const { request, operation, after } = effect;
        if (after !== undefined && this.isOutputStuck) {
          this.#stuck.push({ request, after });
          break;
        }
        this.#pending += 1;
        const ask = (): Promise<StoreReply> => (after !== undefined && this.#peer(after).isOver ? Promise.reject(new Error('the stream ended first')) : this.store.perform(operation as never));
        const reply = (input: Input): void => {
          const go = (): void => {
            this.#pending -= 1;
            this.feed(input);
          };
          if (this.isStoreHeld || ('account' in operation && operation.account === this.heldAccount)) this.#waiting.push(go);
          else go();
        };
        ask().then(
          (answer) => reply({ type: 'store.replied', request, reply: answer }),
          () => reply({ type: 'store.failed', request }),
        );
        break;
      }
      case 'deriveCredentials':
        this.#later(() => this.feed({ type: 'credentials.derived', request: effect.request, credentials }));
        break;
      case 'startTimer':
        this.timers.set(effect.timer, effect.delayMs);
        break;
      case 'cancelTimer':
        this.timers.delete(effect.timer);
        break;
      case 'report':
        if (!this.tolerant) throw effect.error;
        break;
      default:
        break;
    }
  }

  /** The output of a stream is gone. */
  #failStuck(stream: StreamId): void {
    for (const { request, after } of this.#stuck) if (after === stream) this.feed({ type: 'store.failed', request });
  }

  #later(work: () => void): void {
    this.#pending += 1;
    queueMicrotask(() => {
      this.#pending -= 1;
      work();
    });
  }
}
