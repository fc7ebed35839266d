/** The sans-I/O server: `step(input, at)` gives the effects, in order; it composes and decides
 *  nothing. Feed it an input, carry out the whole batch in order, feed the results back as inputs.
 *  The same inputs at the same times give the same effects, byte for byte. @module */
import { arrive } from './arrive.ts';
import type { CoreConfig } from './config.ts';
import type { Effect } from './effect.ts';
import type { Feature } from './feature.ts';
import type { Input, StreamId } from './input.ts';
import { parseJid } from './jid.ts';
import { invariant } from './invariant.ts';
import { Kernel } from './kernel.ts';
import type { PeerStream } from './kernel.ts';
import { advanceStream, beginStream, receiveHeader, receiveSuccess } from './negotiation.ts';
import { observing } from './observers.ts';
import type { Observer } from './observers.ts';
import { advancePresence } from './presence.ts';
import type { Place } from './place.ts';
import { changePrivacy } from './privacy/change.ts';
import { enqueue, whenIdle } from './queue.ts';
import { Stream } from './resources.ts';
import { roomsService } from './rooms/service.ts';
import type { Service } from './service.ts';
import { advanceRoute, advanceSession } from './sessions.ts';
import { submit } from './submit.ts';
import { sightOf } from './sight.ts';
import type { Sight } from './sight.ts';
import { placesOf, standingOf, waitingIn } from './standing.ts';
import type { Standing } from './standing.ts';
import { Federation } from './federation/federation.ts';

export type { Observer } from './observers.ts';

/** The core as its surroundings see it. */
export interface Core {
  /** Takes one input, and answers with the effects it calls for.
   *  @param at the time, in milliseconds since the epoch
   *  @returns the batch; it belongs to the caller */
  step(input: Input, at: number): readonly Effect[];
  /** Lets somebody watch, beside whoever watches already.
   *  @returns ends it */
  observe(observer: Observer): () => void;
  /** Where the machines of every client's stream stand.
   *  @param stream only this one, if it is there */
  standing(stream?: StreamId): readonly Standing[];
  /** Where all other machines stand that go on for longer than a step: of rooms and their occupants, links and what other
   *  servers have opened, subscriptions of accounts in memory; of each room, session or account the first few. */
  places(): Iterable<Place>;
  /** Those for whom stanzas wait, and how many. Nothing is counted before somebody asks. */
  waiting(): Iterable<Place>;
  /** What decides whether one address sees another online, as far as it is in memory.
   *  @param watcher who would see, a bare or full JID
   *  @param contact who would be seen, likewise
   *  @returns undefined where one of them is no address */
  sight(watcher: string, contact: string): Sight | undefined;
  /** How much there is at the moment: at rest there is no more than there are clients. */
  census(): Census;
}

/** Counts of what the core keeps in memory. */
export interface Census {
  readonly streams: number;
  readonly accounts: number;
  readonly resources: number;
  readonly timers: number;
  /** Requests to the store that are not answered yet. */
  readonly requests: number;
  /** Streams with other servers and components. */
  readonly peers: number;
  /** Links to other servers, those that are on their way included. */
  readonly links: number;
  /** Full JIDs to which rooms owe a last word. */
  readonly farewells: number;
}

/** Makes a server without I/O.
 *  @throws Error when the configuration has rooms, but no secret or no domain for them alone; or when an extension's service has a domain
 *    that is somebody else's.
 *  @param features the extensions, each a file of `features/`
 *  @example
 *  const core = createCore({ domain: 'capulet.lit', ...defaultConfig }, standardFeatures);
 *  const channel = { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] };
 *  const effects = core.step({ type: 'stream.opened', stream: 's1', channel }, Date.now());
 *  effects.map(({ type }) => type); // ['startTimer']
 *  core.census().streams; // 1 */
export function createCore(config: CoreConfig, features: readonly Feature[]): Core {
  const kernel = new Kernel(config, features, (of) => ({
    stream: (stream, event) => advanceStream(of, stream, event),
    session: (resource, event) => advanceSession(of, resource, event),
    route: (resource, event) => advanceRoute(of, resource, event),
    presence: (resource, event, stanza) => advancePresence(of, resource, event, stanza),
    whenIdle: (stream) => whenIdle(of, stream),
    changePrivacy: (account, change, contact) => changePrivacy(of, account, change, { contact }),
    arrive: (stanza, to) => arrive(of, stanza, to),
    submit: (stanza) => submit(of, stanza),
    transmit: (stanza, from, to) => federation.transmit(stanza, from, to),
  }));
  const federation = new Federation(kernel);
  if (config.rooms !== undefined) kernel.services.set(config.rooms.domain, roomsService(kernel, config.rooms));
  for (const feature of features) {
    const service = feature.service?.(kernel);
    if (service !== undefined) addService(kernel, feature.name, service);
  }
  return {
    step(input, at) {
      kernel.at = at;
      kernel.effects = [];
      kernel.concerned = 'stream' in input ? input.stream : undefined;
      try {
        dispatch(kernel, federation, input);
        // Other servers have the last word to say to clients that leave (DESIGN D5).
        if (kernel.isStopping && kernel.streams.size === 0) {
          kernel.isStopping = false;
          federation.stop();
        }
      } catch (error) {
        contain(kernel, error);
      }
      return kernel.effects;
    },
    observe: observing(kernel),
    standing(stream) {
      const one = stream === undefined ? undefined : kernel.streams.get(stream);
      return (stream === undefined ? [...kernel.streams.values()] : one === undefined ? [] : [one]).map(standingOf);
    },
    places: () => placesOf(kernel, () => federation.places()),
    waiting: () => waitingIn(kernel, () => federation.places()),
    sight: (watcher, contact) => sightOf(kernel, watcher, contact, () => federation.places()),
    census: () => ({
      streams: kernel.streams.size,
      accounts: kernel.accounts.size,
      resources: [...kernel.accounts.values()].reduce((sum, { resources }) => sum + resources.size, 0),
      timers: kernel.timers,
      requests: kernel.requests,
      peers: kernel.peers.size,
      links: federation.links,
      farewells: kernel.farewells.size,
    }),
  };
}

function addService(kernel: Kernel, extension: string, service: Service): void {
  const { domain } = service;
  const jid = parseJid(domain);
  if (jid === undefined || jid.local !== undefined || jid.bare !== domain || jid.resource !== undefined) throw new Error(`the extension ${extension} serves '${domain}', which is no domain`);
  if (domain === kernel.config.domain || kernel.services.has(domain)) throw new Error(`the extension ${extension} serves ${domain}, which is somebody else's: it needs a domain of its own`);
  kernel.services.set(domain, service);
}

/** A broken invariant ends the stream that was at work, and nothing else. */
function contain(kernel: Kernel, error: unknown): void {
  const { concerned } = kernel;
  kernel.effects.push({ type: 'report', stream: concerned, error });
  const stream = concerned === undefined ? undefined : kernel.streams.get(concerned);
  const peer = concerned === undefined ? undefined : kernel.peers.get(concerned);
  if (peer !== undefined && concerned !== undefined) return containPeer(kernel, peer, concerned);
  if (stream === undefined) return;
  try {
    advanceStream(kernel, stream, { type: 'stream.failed', condition: 'internal-server-error' });
  } catch (again) {
    kernel.effects.push({ type: 'report', stream: stream.id, error: again }, { type: 'disconnect', stream: stream.id });
    kernel.streams.delete(stream.id);
  }
}

function containPeer(kernel: Kernel, peer: PeerStream, stream: StreamId): void {
  try {
    peer.take({ type: 'stream.broken', stream, condition: 'internal-server-error' });
  } catch (again) {
    kernel.effects.push({ type: 'report', stream, error: again }, { type: 'disconnect', stream });
    kernel.peers.delete(stream);
  }
}

function dispatch(kernel: Kernel, federation: Federation, input: Input): void {
  switch (input.type) {
    case 'stream.opened': {
      const expected = kernel.peers.get(input.stream);
      if (expected !== undefined) return expected.take(input);
      invariant(!kernel.streams.has(input.stream), `there is a stream ${input.stream} already`);
      const { peer = 'client' } = input;
      if (peer !== 'client') return federation.accept(input.stream, peer, input);
      const stream = new Stream(input.stream, input.channel, input);
      kernel.streams.set(stream.id, stream);
      return beginStream(kernel, stream);
    }
    case 'store.replied':
      return kernel.settle(input.request, input.reply);
    case 'credentials.derived':
      return kernel.settle(input.request, input.credentials);
    case 'store.failed':
      return kernel.fail(input.request);
    case 'timer.fired':
      return kernel.fire(input.timer);
    case 'stanza.submitted':
      return submit(kernel, input.element);
    case 'server.stopping':
      for (const service of kernel.services.values()) service.stop?.();
      // After what a stream has sent before, like everything else that ends one (RFC 6120 §4.4).
      kernel.isStopping = true;
      for (const stream of [...kernel.streams.values()]) enqueue(kernel, stream, { type: 'stream.broken', stream: stream.id, condition: 'system-shutdown' });
      return;
    default: {
      invariant(input.type !== 'stream.header' || input.entropy.length >= 32, 'a header comes with at least 32 unpredictable characters'); // RFC 6120 §4.7.3
      const peer = kernel.peers.get(input.stream);
      if (peer !== undefined) return peer.take(input);
      if (input.type === 'connect.failed') return;
      const stream = kernel.streams.get(input.stream);
      // What arrives for a stream that has ended meanwhile means nothing any more.
      if (stream !== undefined) dispatchTo(kernel, stream, input);
    }
  }
}

function dispatchTo(kernel: Kernel, stream: Stream, input: Exclude<Input, { type: 'stream.opened' | 'connect.failed' | 'store.replied' | 'credentials.derived' | 'store.failed' | 'timer.fired' | 'stanza.submitted' | 'server.stopping' }>): void {
  switch (input.type) {
    case 'stream.header':
      return receiveHeader(kernel, stream, input.header, input.entropy);
    case 'tls.established':
      stream.channel = input.channel;
      advanceStream(kernel, stream, { type: 'tls.established' });
      return;
    case 'sasl.challenged':
      advanceStream(kernel, stream, { type: 'sasl.challenged', data: input.data });
      return whenIdle(kernel, stream);
    case 'sasl.succeeded':
      receiveSuccess(kernel, stream, input.account, input.data);
      return whenIdle(kernel, stream);
    case 'sasl.failed':
      advanceStream(kernel, stream, { type: 'sasl.failed', condition: input.condition, ...(input.text === undefined ? {} : { text: input.text }) });
      return whenIdle(kernel, stream);
    default:
      return enqueue(kernel, stream, input);
  }
}
