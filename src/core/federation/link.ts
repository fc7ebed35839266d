/** One link to another server: what waits for it, in order, and what its machine's effects are on the wire.
 *  Spec: RFC 6120 §4 to §6, §10.1, XEP-0178, XEP-0220, XEP-0288. Not here: the rules of the order of it all
 *  (machines/link.ts), which links there are (federation.ts), keys that are asked about (verifications.ts). @module */
import { Element } from 'ltx';
import { stepLink } from '../../../machines/link.ts';
import type { LinkEvent, LinkFailure } from '../../../machines/link.ts';
import type { EffectOf, TimerEvent } from '../../../machines/step.ts';
import type { StanzaErrorCondition, StreamErrorCondition } from '../../../machines/vocabulary.ts';
import type { FederationConfig } from '../config.ts';
import { bounce, isForStore, settle } from '../deliver.ts';
import type { Channel, Input, StreamHeader, StreamId } from '../input.ts';
import { admit } from '../intercept.ts';
import { parseJid } from '../jid.ts';
import type { Jid } from '../jid.ts';
import type { Kernel, PeerStream } from '../kernel.ts';
import { languageOf, markLanguage } from '../language.ts';
import { NS } from '../namespaces.ts';
import type { Place } from '../place.ts';
import { isOwnProbe, returnError } from '../routing.ts';
import { streamErrorXml } from '../stream-error.ts';
import { serialize } from '../xml/writer.ts';
import { dialbackXml, verdictXml } from './dialback.ts';
import type { Pair } from './dialback.ts';
import { encodeDomain } from './external.ts';
import { Inbox } from './inbox.ts';
import type { Lanes } from './lanes.ts';
import { offerOf, offerWithoutSasl } from './offer.ts';
import { Verifications } from './verifications.ts';
import type { Verification } from './verifications.ts';

/** What a link needs of the others. */
export interface LinkHost {
  readonly lanes: Lanes;
  /** The key of a pair on a stream (XEP-0220 §2.1.1). */
  keyOf(pair: Pair, id: string): string;
  readonly federation: FederationConfig;
  /** A name for a new stream. */
  nextStream(): StreamId;
  /** Whether a domain is served here. */
  isHosted(domain: string): boolean;
  /** The link has nothing to do and nothing to wait for any more. */
  rested(link: Link): void;
}

/** From one domain of this server to one of another. */
export class Link implements PeerStream {
  readonly from: string;
  readonly to: string;
  readonly #kernel: Kernel;
  readonly #host: LinkHost;
  #state = stepLink.initial;
  /** Stanzas that wait, and where they go. */
  #queue: { readonly stanza: Element; readonly to: Jid }[] = [];
  /** Keys that the other server is to be asked about. */
  readonly #verifications = new Verifications();
  /** The stream over which stanzas go, or will: of this server's making unless it was adopted. */
  #stream: StreamId | undefined;
  #isAdopted = false;
  #channel: Channel | undefined;
  /** What the peer has called the stream (RFC 6120 §4.7.3). */
  #id = '';
  /** The language of what the peer sends without telling which. */
  #lang: string | undefined;
  #features: Element | undefined;
  /** The peer may send stanzas over this stream too. */
  #isBidirectional = false;
  /** The peer has been found to be who it ought to be, and not at fault since: what it sends is taken, also what it has sent
   *  before it saw the closing tag (RFC 6120 §4.4). */
  #isHeard = false;
  #isUsed = false;
  /** What is ordered at the moment is being carried out: a stanza that comes in because of it, such as a room's answer to
   *  a bounce, waits until that is done. */
  #isAdvancing = false;
  #hasGrown = false;
  /** What the other server sends over a stream of this server's making. */
  #inbox: Inbox | undefined;

  constructor(kernel: Kernel, host: LinkHost, { from, to }: Pair) {
    this.#kernel = kernel;
    this.#host = host;
    this.from = from;
    this.to = to;
  }

  get name(): string {
    return `${this.from} ${this.to}`;
  }

  get place(): Place {
    return { machine: 'link', of: this.name, state: this.#state.value, waiting: this.#queue.length };
  }

  get isUp(): boolean {
    return this.#state.value === 'up';
  }

  /** Sends a stanza, or keeps it until it can be sent; behind whatever was there before. */
  carry(stanza: Element, to: Jid): void {
    if (this.isUp) return this.#put(stanza, to);
    if (this.#queue.length >= this.#host.federation.queueLimit) return this.#bounce(stanza, to, 'resource-constraint');
    this.#queue.push({ stanza, to });
    if (this.#isAdvancing) this.#hasGrown = true;
    else this.#advance({ type: 'stanza.queued' });
  }

  /** Has the other server say whether a key is its own (XEP-0220 §2.1.2). */
  verify(verification: Verification): void {
    this.#verifications.add(verification);
    // While SASL is under way, or its success restarts the stream, it waits (RFC 6120 §6.4.6).
    if (this.isUp || this.#state.matches({ opening: 'proving' })) this.#ask();
    else this.#advance({ type: 'verification.queued' });
  }

  /** A stream that the other server has opened carries stanzas to it from now on, unless there is one already. */
  adopt(stream: StreamId): void {
    if (this.#state.value !== 'idle') return;
    this.#stream = stream;
    this.#isAdopted = true;
    this.#advance({ type: 'stream.adopted' });
  }

  /** The stream that was adopted, if one was. */
  get adopted(): StreamId | undefined {
    return this.#isAdopted ? this.#stream : undefined;
  }

  /** Nothing more goes over the stream that was adopted. What comes now waits until the other server has read the rest, or a
   *  new stream would overtake that (RFC 6120 §10.1). */
  retire(): void {
    if (this.isUp) this.#advance({ type: 'link.idle' });
  }

  /** The stream that was adopted has ended; its connection is gone once the other server has read the rest. */
  inherit(stream: StreamId): void {
    this.#kernel.peers.set(stream, this);
    this.#advance({ type: 'stream.ended' });
  }

  /** The connection of the stream that was adopted is dead. */
  abandon(): void {
    this.#advance({ type: 'stream.lost' });
  }

  /** Says goodbye; nothing more is to be carried. */
  stop(): void {
    if (this.#isAdopted) return;
    this.#advance(this.isUp ? { type: 'link.idle' } : { type: 'stream.failed' });
  }

  take(input: Extract<Input, { stream: StreamId }>): void {
    switch (input.type) {
      case 'stream.opened':
        this.#channel = input.channel;
        return this.#advance({ type: 'connection.opened' });
      case 'connect.failed':
        return this.#advance({ type: 'connection.refused', condition: input.condition });
      case 'tls.established':
        this.#channel = input.channel;
        return this.#advance({ type: 'tls.established' });
      case 'stream.header':
        return this.#receiveHeader(input.header);
      case 'stream.element':
        return this.#receive(input.element);
      case 'stream.ended':
        return this.#advance({ type: 'stream.ended' });
      case 'stream.broken':
        return this.#advance({ type: 'stream.failed' });
      case 'stream.lost':
        return this.#advance({ type: 'stream.lost' });
      default:
        return undefined;
    }
  }

  #receiveHeader(header: StreamHeader): void {
    const { wellNamed, xmlns, from, version, id = '' } = header;
    this.#lang = languageOf(header);
    const isPeer = from === undefined || parseJid(from)?.bare === this.to;
    this.#id = id;
    if (!wellNamed || xmlns !== NS.server || !isPeer || id === '') this.#advance({ type: 'stream.failed' });
    // Before version 1.0 there are no features; such a server can do no more than dialback (RFC 6120 §4.7.5).
    else if (version === undefined) this.#receiveFeatures(new Element('features'));
  }

  #receive(element: Element): void {
    const { attrs: { xmlns, type }, name } = element;
    if (xmlns === NS.streams) {
      if (name === 'features') this.#receiveFeatures(element);
      else if (name === 'error') this.#advance({ type: 'stream.failed' });
    } else if (xmlns === NS.tls) this.#advance({ type: name === 'proceed' ? 'tls.proceeded' : 'tls.refused' });
    else if (xmlns === NS.sasl) this.#advance(name === 'success' ? { type: 'sasl.succeeded' } : { type: 'sasl.failed', next: offerWithoutSasl(this.#features, this.#host.federation) });
    else if (xmlns === NS.dialback && name === 'result' && type !== undefined) this.#receiveResult(element);
    else if (xmlns === NS.dialback && name === 'verify' && type !== undefined) this.receiveVerdict(element);
    else if (xmlns === NS.dialback && name === 'verify' && this.#isBidirectional && this.#isHeard) this.#answerVerification(element);
    else if (xmlns === undefined && this.#isBidirectional && this.#isHeard) this.#receiveStanza(element);
    else this.#advance({ type: 'stream.failed' });
  }

  /** A stream in both directions carries the other server's questions too; after our closing tag it asks again elsewhere. */
  #answerVerification(verify: Element): void {
    if (this.isUp) this.#say(verdictXml(verify, this.#host));
  }

  /** The other server may speak for the domain that the link leads to, and for no other (XEP-0288 §2.2), as on a stream
   *  that it has opened itself (RFC 6120 §8.1.1.2, §8.1.2.2). */
  #receiveStanza(stanza: Element): void {
    const from = stanza.attrs.from === undefined ? undefined : parseJid(stanza.attrs.from);
    const to = stanza.attrs.to === undefined ? undefined : parseJid(stanza.attrs.to);
    if (stanza.name !== 'message' && stanza.name !== 'presence' && stanza.name !== 'iq') return this.#fail('unsupported-stanza-type');
    if (from === undefined || to === undefined) return this.#fail('improper-addressing');
    if (from.domain !== this.to) return this.#fail('invalid-from');
    if (!this.#host.isHosted(to.domain)) return this.#fail('host-unknown');
    markLanguage(stanza, this.#lang);
    this.#inbox?.take({
      domain: this.to,
      isForStore: () => isForStore(this.#kernel, stanza),
      begin: () => admit(this.#kernel, stanza, from, to),
      failed: () => returnError(this.#kernel, stanza, 'internal-server-error'),
    });
  }

  /** Ends the stream with an error; nothing can be said after the closing tag (RFC 6120 §4.4). */
  #fail(condition: StreamErrorCondition): void {
    if (this.isUp) this.#say(streamErrorXml(condition));
    this.#advance({ type: 'stream.failed' });
  }

  #receiveFeatures(features: Element): void {
    const next = offerOf(features, this.#channel, this.#host.federation, this.to);
    this.#features = next === 'tls' ? undefined : features;
    this.#advance({ type: 'features.received', next });
  }

  #receiveResult({ attrs: { from, to, type } }: Element): void {
    if (from !== this.to || to !== this.from) return;
    if (type === 'valid') return this.#advance({ type: 'key.accepted' });
    // Bogus is for the senders to know, anything else may be better next time (XEP-0220 §2.1.1).
    this.#advance({ type: 'key.rejected', condition: type === 'invalid' ? 'internal-server-error' : 'remote-server-timeout' });
  }

  /** The other server's word on a key; it may come over a stream that it has opened itself (XEP-0288). */
  receiveVerdict(verdict: Element): void {
    this.#verifications.settle(verdict);
  }

  #advance(event: LinkEvent | TimerEvent): void {
    if (event.type === 'stream.failed') this.#isHeard = false;
    const { state, effects } = this.#kernel.transit('link', this.name, stepLink, this.#state, event);
    this.#state = state;
    this.#isAdvancing = true;
    try {
      for (const effect of effects) this.#perform(effect);
    } finally {
      this.#isAdvancing = false;
    }
    const hasGrown = this.#hasGrown;
    this.#hasGrown = false;
    if (state.value === 'idle') this.#rest();
    else if (hasGrown) this.#advance({ type: 'stanza.queued' });
  }

  #perform(effect: EffectOf<typeof stepLink.machine>): void {
    const { effects } = this.#kernel;
    const stream = this.#stream ?? '';
    switch (effect.type) {
      case 'connect':
        this.#stream = this.#host.nextStream();
        this.#kernel.peers.set(this.#stream, this);
        this.#inbox = new Inbox(this.#kernel, this.#stream, this.#host.lanes);
        effects.push({ type: 'connect', stream: this.#stream, domain: this.to, from: this.from });
        break;
      case 'openStream':
        effects.push({ type: 'open', stream, header: { from: this.from, to: this.to, lang: this.#kernel.config.lang, version: '1.0' } });
        break;
      case 'requestTls':
        this.#say(`<starttls xmlns="${NS.tls}"/>`);
        break;
      case 'startTls':
        effects.push({ type: 'startTls', stream });
        break;
      case 'sendExternal':
        this.#ask();
        this.#requestBidi();
        this.#say(`<auth xmlns="${NS.sasl}" mechanism="EXTERNAL">${encodeDomain(this.from)}</auth>`);
        break;
      case 'restartStream':
        effects.push({ type: 'restart', stream });
        break;
      case 'sendKey': {
        const pair = { from: this.from, to: this.to };
        this.#ask();
        this.#requestBidi();
        this.#say(dialbackXml('result', pair, undefined, undefined, this.#host.keyOf(pair, this.#id)));
        break;
      }
      case 'flushQueue':
        this.#flush();
        break;
      case 'bounceQueue':
        this.#giveUp(effect.params.condition);
        break;
      case 'closeStream':
        if (!this.#isAdopted) effects.push({ type: 'close', stream });
        break;
      case 'disconnect':
        if (!this.#isAdopted) effects.push({ type: 'disconnect', stream });
        break;
      case 'startTimer': {
        const fired = { type: effect.params.timer };
        this.#kernel.startTimer(`link ${this.name} ${effect.params.timer}`, effect.params.delay, () => this.#advance(fired));
        break;
      }
      case 'cancelTimer':
        this.#kernel.cancelTimer(`link ${this.name} ${effect.params.timer}`);
        break;
    }
  }

  /** Over a stream in both directions the other server may answer without opening one of its own (XEP-0288 §2.2). */
  #requestBidi(): void {
    if (this.#isBidirectional || this.#features?.getChild('bidi', NS.bidiFeature) === undefined) return;
    this.#isBidirectional = true;
    this.#say(`<bidi xmlns="${NS.bidi}"/>`);
  }

  #ask(): void {
    this.#verifications.ask((xml) => this.#say(xml));
  }

  #say(xml: string): void {
    this.#kernel.send({ id: this.#stream ?? '' }, xml);
  }

  #flush(): void {
    this.#isHeard = true;
    this.#ask();
    if (!this.#isAdopted) this.#kernel.effects.push({ type: 'trust', stream: this.#stream ?? '' });
    this.#watch();
    const queue = this.#queue;
    this.#queue = [];
    for (const { stanza, to } of queue) this.#put(stanza, to);
  }

  #put(stanza: Element, to: Jid): void {
    this.#isUsed = true;
    this.#say(serialize(stanza));
    if (stanza.name === 'message' && this.#kernel.onFate !== undefined) settle(this.#kernel, stanza, to, { fate: 'routed' });
  }

  /** Looks now and then whether the link is of use. */
  #watch(): void {
    this.#isUsed = false;
    this.#kernel.startTimer(`link ${this.name} use`, 'idleTimeout', () => {
      if (this.#isUsed) this.#watch();
      else this.#advance({ type: 'link.idle' });
    });
  }

  #giveUp(condition: LinkFailure): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const { stanza, to } of queue) this.#bounce(stanza, to, condition);
    this.#verifications.fail(condition);
  }

  #bounce(stanza: Element, to: Jid, condition: StanzaErrorCondition): void {
    if (stanza.name === 'message') bounce(this.#kernel, stanza, to, condition);
    else if (!isOwnProbe(stanza)) returnError(this.#kernel, stanza, condition);
  }

  /** There is no stream any more. What has come in meanwhile has a new one opened. */
  #rest(): void {
    this.#kernel.cancelTimer(`link ${this.name} use`);
    if (this.#stream !== undefined && this.#kernel.peers.get(this.#stream) === this) this.#kernel.peers.delete(this.#stream);
    this.#stream = undefined;
    this.#isAdopted = false;
    this.#channel = undefined;
    this.#features = undefined;
    this.#isBidirectional = false;
    this.#isHeard = false;
    this.#verifications.repeat();
    if (this.#queue.length > 0) this.#advance({ type: 'stanza.queued' });
    else if (this.#verifications.isWaiting) this.#advance({ type: 'verification.queued' });
    else this.#host.rested(this);
  }
}
