/** A stream that another server has opened: who it has proved to be, and what it may therefore send.
 *  Spec: RFC 6120 §4 to §6, §8.1, §10.5, XEP-0178, XEP-0220, XEP-0288. Not here: the rules of the order of it all
 *  (machines/peer.ts), asking another server about a key (link.ts). @module */
import { Element } from 'ltx';
import { stepPeer } from '../../../machines/peer.ts';
import type { PeerEvent } from '../../../machines/peer.ts';
import type { EffectOf, TimerEvent } from '../../../machines/step.ts';
import type { SaslFailureCondition, StreamErrorCondition } from '../../../machines/vocabulary.ts';
import type { FederationConfig } from '../config.ts';
import { isForStore } from '../deliver.ts';
import { detached } from '../detached.ts';
import type { Channel, Input, StreamHeader, StreamId } from '../input.ts';
import { admit } from '../intercept.ts';
import { parseJid } from '../jid.ts';
import type { Kernel, PeerStream } from '../kernel.ts';
import { languageOf, markLanguage } from '../language.ts';
import { NS } from '../namespaces.ts';
import type { Place } from '../place.ts';
import { mayFederate, returnError } from '../routing.ts';
import { streamErrorXml } from '../stream-error.ts';
import { answerTo, isServed, OUR_VERSION } from '../stream-version.ts';
import type { Task } from '../task.ts';
import { vouchesFor } from './certificate.ts';
import { dialbackXml, pairOf, swapped, verdictXml } from './dialback.ts';
import type { Pair } from './dialback.ts';
import { decodeDomain } from './external.ts';
import { featuresXml } from './features.ts';
import { Inbox } from './inbox.ts';
import type { Lanes } from './lanes.ts';
import { Proofs } from './proofs.ts';
import type { Verdict, Verification } from './verifications.ts';

/** What the stream of another server needs of the rest. */
export interface InboundHost {
  readonly lanes: Lanes;
  /** The key of a pair on a stream (XEP-0220 §2.2.2). */
  keyOf(pair: Pair, id: string): string;
  readonly federation: FederationConfig;
  /** Whether a domain is served here. */
  isHosted(domain: string): boolean;
  /** Has the server of a domain say whether a key is its own. */
  verify(verification: Verification): void;
  /** The other server's word on a key, over a stream that it has opened itself. */
  receiveVerdict(pair: Pair, verdict: Element): void;
  /** Stanzas from `pair.to` to `pair.from` may go over the stream as well (XEP-0288). */
  adopt(pair: Pair, stream: StreamId): void;
  /** Nothing more is to be sent over the stream; what was sent may still be unread. */
  retire(stream: StreamId): void;
  /** The stream is over, and once its connection is gone, everything has been read. */
  release(stream: StreamId): void;
  /** The connection of the stream is dead. */
  withdraw(stream: StreamId): void;
  /** The stream is no more. */
  ended(stream: StreamId): void;
}

/** How a stream of another server begins. */
type Opening = Pick<Extract<Input, { type: 'stream.opened' }>, 'stream' | 'channel' | 'entropy'>;

/** One stream of another server. */
export class Inbound implements PeerStream {
  readonly #kernel: Kernel;
  readonly #host: InboundHost;
  readonly #stream: StreamId;
  readonly #inbox: Inbox;
  #channel: Channel;
  #state = stepPeer.initial;
  #entropy: string;
  /** The addresses of the peer's header, as domains. */
  #peer: string | undefined;
  #local: string | undefined;
  #version: string | undefined = OUR_VERSION;
  /** The language of what the peer sends without telling which. */
  #lang: string | undefined;
  #isOpen = false;
  #isBidirectional = false;
  readonly #proofs: Proofs;
  /** The key at hand, and what is said of it. */
  #pair: Pair = { from: '', to: '' };
  #key = '';
  #verdict: Verdict = 'invalid';
  /** What is wrong with the certificate that was shown last, or with the name that it was shown for. */
  #refusal: SaslFailureCondition | undefined;

  constructor(kernel: Kernel, host: InboundHost, { stream, channel, entropy = '' }: Opening) {
    this.#kernel = kernel;
    this.#host = host;
    this.#stream = stream;
    this.#channel = channel;
    this.#entropy = entropy;
    this.#inbox = new Inbox(kernel, stream, host.lanes);
    this.#proofs = new Proofs(host.federation, (domain) => host.isHosted(domain));
    kernel.peers.set(stream, this);
    for (const effect of stepPeer.initialEffects) this.#perform(effect);
  }

  get place(): Place {
    return { machine: 'peer', of: this.#stream, state: this.#state.value, waiting: this.#inbox.waiting };
  }

  get isEstablished(): boolean {
    return this.#state.value === 'established';
  }

  /** Says goodbye, after what has come before. */
  stop(): void {
    this.#later(() => this.#fail('system-shutdown'));
  }

  take(input: Extract<Input, { stream: StreamId }>): void {
    switch (input.type) {
      case 'stream.header':
        return this.#receiveHeader(input.header, input.entropy);
      case 'tls.established':
        this.#channel = input.channel;
        this.#isOpen = false;
        return this.#advance({ type: 'tls.established' });
      case 'stream.element':
        return this.#receive(input.element);
      case 'stream.ended':
        this.#retire();
        return this.#later(() => this.#advance({ type: 'stream.ended' }));
      case 'stream.broken':
        this.#retire();
        return this.#later(() => this.#fail(input.condition, input.text));
      case 'stream.lost':
        this.#isBidirectional = false;
        this.#host.withdraw(this.#stream);
        if (!this.isEstablished) this.#inbox.clear();
        return this.#later(() => this.#advance({ type: 'stream.lost' }));
      default:
        return undefined;
    }
  }

  /** The end of the stream waits its turn, but the peer does not wait for ever: nothing more is sent to it this way. */
  #retire(): void {
    this.#isBidirectional = false;
    this.#host.retire(this.#stream);
  }

  #later(work: () => void): void {
    this.#inbox.take({
      isForStore: () => false,
      begin: () => {
        work();
        return undefined;
      },
      failed: () => {},
    });
  }

  #receiveHeader(header: StreamHeader, entropy: string): void {
    const { wellNamed, xmlns, from, to, version } = header;
    this.#entropy = entropy;
    this.#version = answerTo(version);
    this.#lang = languageOf(header);
    const peer = from === undefined ? undefined : parseJid(from);
    const local = to === undefined ? undefined : parseJid(to);
    const isSame = this.#proofs.certified === undefined || peer?.bare === this.#proofs.certified;
    this.#peer = peer?.local === undefined && peer?.resource === undefined ? peer?.domain : undefined;
    this.#local = local?.domain;
    if (!wellNamed || xmlns !== NS.server) return this.#fail('invalid-namespace'); // RFC 6120 §4.8.2
    if (local === undefined || local.local !== undefined || !this.#host.isHosted(local.domain)) return this.#fail('host-unknown'); // §4.9.3.6
    if (!isServed(version)) return this.#fail('unsupported-version'); // §4.7.5
    if ((from !== undefined && this.#peer === undefined) || !isSame) return this.#fail('invalid-from'); // §4.9.3.9
    if (this.#peer !== undefined && !mayFederate(this.#host.federation, this.#peer)) return this.#fail('policy-violation', 'This server does not speak with yours.');
    this.#advance({ type: 'header.received' });
  }

  #receive(element: Element): void {
    if (element.attrs.xmlns !== undefined) return this.#later(() => this.#negotiate(element));
    const from = parseJid(element.attrs.from ?? '')?.domain ?? '';
    const to = parseJid(element.attrs.to ?? '')?.domain ?? '';
    this.#inbox.take({
      domain: this.#proofs.maySpeak({ from, to }) ? from : undefined,
      isForStore: () => isForStore(this.#kernel, element),
      begin: () => this.#receiveStanza(element),
      failed: () => returnError(this.#kernel, element, 'internal-server-error'),
    });
  }

  #negotiate(element: Element): void {
    const { name, attrs: { xmlns, type } } = element;
    const isVerdict = xmlns === NS.dialback && name === 'verify' && type !== undefined;
    if (this.#isOver && !isVerdict) return; // Nothing can be said to it after the closing tag (RFC 6120 §4.4).
    if (xmlns === NS.streams && name === 'error') {
      this.#retire();
      return this.#advance({ type: 'stream.ended' }); // RFC 6120 §4.9.1.1
    }
    if (xmlns === NS.tls && name === 'starttls') return this.#advance({ type: 'tls.requested', offered: this.#channel.startTls && !this.#channel.secure });
    if (xmlns === NS.sasl && name === 'auth') return this.#authenticate(element);
    if (xmlns === NS.dialback && name === 'result' && type === undefined) return this.#receiveKey(element);
    if (isVerdict) return this.#host.receiveVerdict(pairOf(element), element);
    if (xmlns === NS.dialback && name === 'verify') return this.#kernel.send({ id: this.#stream }, verdictXml(element, this.#host));
    if (xmlns === NS.bidi && name === 'bidi') {
      this.#isBidirectional = true;
      return;
    }
    this.#fail(xmlns === NS.client ? 'invalid-namespace' : 'unsupported-stanza-type'); // RFC 6120 §4.8.3, §4.9.3.24
  }

  /** RFC 6120 §8.1.1.2, §8.1.2.2: a stanza from another server has both addresses, and a `from` of a domain that the
   *  peer is known to be. */
  #receiveStanza(stanza: Element): Task | undefined {
    if (this.#isOver) return undefined;
    const from = stanza.attrs.from === undefined ? undefined : parseJid(stanza.attrs.from);
    const to = stanza.attrs.to === undefined ? undefined : parseJid(stanza.attrs.to);
    if (!this.isEstablished) this.#advance({ type: 'stanza.refused' });
    else if (stanza.name !== 'message' && stanza.name !== 'presence' && stanza.name !== 'iq') this.#fail('unsupported-stanza-type');
    else if (from === undefined || to === undefined) this.#fail('improper-addressing'); // §4.9.3.7
    else if (!this.#proofs.maySpeak({ from: from.domain, to: to.domain })) this.#advance({ type: 'stanza.refused' });
    else if (!this.#host.isHosted(to.domain)) this.#fail('host-unknown'); // §4.9.3.6
    else {
      stanza.attrs.from = from.full ?? from.bare;
      markLanguage(stanza, this.#lang);
      return admit(this.#kernel, stanza, from, to);
    }
    return undefined;
  }

  get #isOver(): boolean {
    return this.#state.value === 'closing' || this.#state.value === 'closed';
  }

  /** XEP-0178 §3: the certificate must vouch for the domain of the header. */
  #authenticate(auth: Element): void {
    const claimed = decodeDomain(auth.getText().trim()) ?? this.#peer;
    this.#refusal = auth.attrs.mechanism !== 'EXTERNAL' ? 'invalid-mechanism' : !this.#mayShowCertificate() ? 'not-authorized' : claimed !== this.#peer ? 'invalid-authzid' : undefined;
    const permitted = this.#refusal === undefined;
    if (permitted) this.#proofs.certified = claimed;
    this.#advance({ type: 'auth.requested', permitted });
  }

  #mayShowCertificate(): boolean {
    return this.#channel.secure && this.#peer !== undefined && vouchesFor(this.#channel.certified, this.#peer);
  }

  /** A key (XEP-0220 §2.2.1). What can be said without asking anybody is said at once; a dialback error harms nothing that
   *  is proved already (§2.5). */
  #receiveKey(result: Element): void {
    const pair = pairOf(result);
    const verdict = this.#proofs.judge(pair, this.#channel);
    if (verdict === 'valid') return this.#judge(pair, verdict);
    if (verdict !== undefined) return this.#kernel.send({ id: this.#stream }, dialbackXml('result', swapped(pair), undefined, verdict));
    this.#pair = pair;
    this.#key = detached(result.getText().trim());
    this.#advance({ type: 'key.received' });
  }

  #judge(pair: Pair, verdict: Verdict): void {
    if (this.#isOver) return;
    this.#pair = pair;
    this.#verdict = verdict;
    this.#advance({ type: verdict === 'valid' ? 'key.accepted' : 'key.rejected' });
  }

  #fail(condition: StreamErrorCondition, text?: string): void {
    this.#advance({ type: 'stream.failed', condition, ...(text === undefined ? {} : { text }) });
  }

  #advance(event: PeerEvent | TimerEvent): void {
    const wasEstablished = this.isEstablished;
    const { state, effects, ignored } = this.#kernel.transit('peer', this.#stream, stepPeer, this.#state, event);
    this.#state = state;
    if (wasEstablished && !this.isEstablished) this.#host.retire(this.#stream);
    if (state.value === 'closed') {
      this.#kernel.peers.delete(this.#stream);
      if (event.type !== 'stream.lost') this.#host.release(this.#stream);
      this.#inbox.clear();
    }
    for (const effect of effects) this.#perform(effect);
    if (state.value === 'closed') this.#host.ended(this.#stream);
    const isMisplaced = ignored && (event.type === 'header.received' || event.type === 'auth.requested' || event.type === 'key.received' || event.type === 'tls.requested');
    if (isMisplaced) this.#fail('policy-violation');
  }

  #perform(effect: EffectOf<typeof stepPeer.machine>): void {
    const { effects } = this.#kernel;
    const stream = this.#stream;
    const at = { id: stream };
    switch (effect.type) {
      case 'openStream':
        return this.#open();
      case 'offerFeatures':
        return this.#kernel.send(at, featuresXml(this.#channel, this.#host.federation, { isProved: this.#proofs.certified !== undefined, mayShow: this.#mayShowCertificate() }));
      case 'proceedTls':
        this.#proofs.forget();
        this.#kernel.send(at, `<proceed xmlns="${NS.tls}"/>`);
        effects.push({ type: 'startTls', stream });
        return;
      case 'refuseTls':
        return this.#kernel.send(at, `<failure xmlns="${NS.tls}"/>`);
      case 'sendSuccess':
        return this.#kernel.send(at, `<success xmlns="${NS.sasl}"/>`);
      case 'refuseSasl':
        return this.#kernel.send(at, `<failure xmlns="${NS.sasl}"><${this.#refusal ?? 'not-authorized'}/></failure>`);
      case 'restartStream':
        this.#proofs.forget();
        this.#isOpen = false;
        effects.push({ type: 'restart', stream });
        return;
      case 'verifyKey':
        return this.#verify();
      case 'confirmKey':
        this.#proofs.add(this.#pair);
        this.#kernel.send(at, dialbackXml('result', swapped(this.#pair), undefined, 'valid'));
        return this.#offerStream(this.#pair);
      case 'refuseKey':
        return this.#kernel.send(at, dialbackXml('result', swapped(this.#pair), undefined, this.#verdict));
      case 'admit':
        effects.push({ type: 'trust', stream });
        if (this.#proofs.certified !== undefined && this.#local !== undefined) this.#offerStream({ from: this.#proofs.certified, to: this.#local });
        return;
      case 'sendStreamError':
        if (!this.#isOpen) this.#open(); // An error never comes before the header (RFC 6120 §4.9.1.2).
        return this.#kernel.send(at, streamErrorXml(effect.params.condition, effect.params.text));
      case 'closeStream':
        effects.push({ type: 'close', stream });
        return;
      case 'disconnect':
        effects.push({ type: 'disconnect', stream });
        return;
      case 'startTimer': {
        const fired = { type: effect.params.timer };
        return this.#kernel.startTimer(`peer ${stream} ${fired.type}`, effect.params.delay, () => this.#advance(fired));
      }
      case 'cancelTimer':
        return this.#kernel.cancelTimer(`peer ${stream} ${effect.params.timer}`);
    }
  }

  /** An invalid key is refused without an end to the stream (XEP-0220 §2.1.2). */
  #verify(): void {
    const pair = this.#pair;
    const isAwaited = this.#proofs.await(pair);
    const answer = (verdict: Verdict): void => {
      if (isAwaited()) this.#judge(pair, verdict === 'invalid' ? 'forbidden' : verdict);
    };
    this.#host.verify({ pair, id: this.#id, key: this.#key, answer });
  }

  #offerStream(pair: Pair): void {
    if (this.#isBidirectional) this.#host.adopt(pair, this.#stream);
  }

  get #id(): string {
    return this.#entropy.slice(0, 24) || this.#stream;
  }

  #open(): void {
    this.#isOpen = true;
    const header = { from: this.#local !== undefined && this.#host.isHosted(this.#local) ? this.#local : this.#kernel.config.domain, id: this.#id, lang: this.#kernel.config.lang, ...(this.#version !== undefined && { version: this.#version }) };
    this.#kernel.effects.push({ type: 'open', stream: this.#stream, header: this.#peer === undefined ? header : { ...header, to: this.#peer } });
  }
}
