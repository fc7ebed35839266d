/** A component: somebody who connects from outside, knows a secret, and serves a domain of this server.
 *  Spec: XEP-0114 §3. Not here: the rules of the order of it all (machines/component.ts). @module */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Element } from 'ltx';
import { stepComponent } from '../../../machines/component.ts';
import type { ComponentEvent } from '../../../machines/component.ts';
import type { EffectOf, TimerEvent } from '../../../machines/step.ts';
import type { ComponentConfig } from '../config.ts';
import { isForStore } from '../deliver.ts';
import type { Input, StreamHeader, StreamId } from '../input.ts';
import { admit } from '../intercept.ts';
import { parseJid } from '../jid.ts';
import type { Jid } from '../jid.ts';
import type { Kernel, PeerStream } from '../kernel.ts';
import { NS } from '../namespaces.ts';
import type { Place } from '../place.ts';
import { REDACTED } from '../redaction.ts';
import { returnError } from '../routing.ts';
import type { Service } from '../service.ts';
import { streamErrorXml } from '../stream-error.ts';
import type { Task } from '../task.ts';
import { serialize } from '../xml/writer.ts';
import { Inbox } from './inbox.ts';
import { Lanes } from './lanes.ts';

/** The domain of a component, whether that is connected or not. */
export class ComponentService implements Service {
  readonly domain: string;
  readonly name: string;
  readonly #secret: string;
  readonly #kernel: Kernel;
  /** The stream of the component that is connected. */
  stream: StreamId | undefined;

  constructor(kernel: Kernel, { domain, secret }: ComponentConfig) {
    this.#kernel = kernel;
    this.domain = domain;
    this.name = domain;
    this.#secret = secret;
  }

  /** Whether a handshake shows that the component knows the secret (XEP-0114 §3). */
  isShownBy(handshake: string, id: string): boolean {
    return handshake === (this.#kernel.config.isRedacted === true ? REDACTED : handshakeOf(id, this.#secret));
  }

  receive(stanza: Element, _from: Jid, _to: Jid): void {
    if (this.stream === undefined) returnError(this.#kernel, stanza, 'service-unavailable');
    else this.#kernel.send({ id: this.stream }, serialize(stanza));
  }
}

/** The stream of a component. */
export class ComponentStream implements PeerStream {
  readonly #kernel: Kernel;
  readonly #services: ReadonlyMap<string, ComponentService>;
  readonly #stream: StreamId;
  readonly #inbox: Inbox;
  #state = stepComponent.initial;
  #service: ComponentService | undefined;
  readonly #ended: () => void;
  #id: string;
  #isOpen = false;

  /** @param services the components that may connect, by domain
   *  @param ended told when the stream is no more */
  constructor(kernel: Kernel, services: ReadonlyMap<string, ComponentService>, { stream, entropy = '' }: { readonly stream: StreamId; readonly entropy?: string }, ended: () => void) {
    this.#ended = ended;
    this.#kernel = kernel;
    this.#services = services;
    this.#stream = stream;
    this.#id = entropy.slice(0, 24);
    this.#inbox = new Inbox(kernel, stream, new Lanes());
    kernel.peers.set(stream, this);
    for (const effect of stepComponent.initialEffects) this.#perform(effect);
  }

  get place(): Place {
    return { machine: 'component', of: this.#stream, state: this.#state.value, waiting: this.#inbox.waiting };
  }

  /** Says goodbye. */
  stop(): void {
    this.#later(() => this.#advance({ type: 'stream.failed', condition: 'system-shutdown' }));
  }

  take(input: Extract<Input, { stream: StreamId }>): void {
    switch (input.type) {
      case 'stream.header':
        return this.#receiveHeader(input.header, input.entropy);
      case 'stream.element':
        return this.#receive(input.element);
      case 'stream.ended':
        return this.#later(() => this.#advance({ type: 'stream.ended' }));
      case 'stream.broken':
        return this.#later(() => this.#advance({ type: 'stream.failed', condition: input.condition, ...(input.text === undefined ? {} : { text: input.text }) }));
      case 'stream.lost':
        return this.#later(() => this.#advance({ type: 'stream.lost' }));
      default:
        return undefined;
    }
  }

  #later(work: () => void): void {
    const begin = (): undefined => void work();
    this.#inbox.take({ isForStore: () => false, begin, failed: () => {} });
  }

  #receiveHeader({ wellNamed, xmlns, to }: StreamHeader, entropy: string): void {
    this.#id = entropy.slice(0, 24);
    this.#service = this.#services.get(parseJid(to ?? '')?.bare ?? '');
    if (!wellNamed || xmlns !== NS.component) this.#advance({ type: 'stream.failed', condition: 'invalid-namespace' });
    else if (this.#service === undefined) this.#advance({ type: 'stream.failed', condition: 'host-unknown' });
    else if (this.#service.stream !== undefined) this.#advance({ type: 'stream.failed', condition: 'conflict' });
    else this.#advance({ type: 'header.received' });
  }

  #receive(element: Element): void {
    this.#inbox.take({
      isForStore: () => isForStore(this.#kernel, element),
      begin: () => this.#process(element),
      failed: () => returnError(this.#kernel, element, 'internal-server-error'),
    });
  }

  #process(element: Element): Task | undefined {
    const { name, attrs } = element;
    const service = this.#service;
    if (attrs.xmlns === NS.streams && name === 'error') {
      this.#advance({ type: 'stream.ended' }); // RFC 6120 §4.9.1.1
      return undefined;
    }
    if (name === 'handshake') {
      const isKnown = service !== undefined && service.stream === undefined && service.isShownBy(element.getText().trim().toLowerCase(), this.#id);
      this.#advance({ type: 'handshake.received', permitted: isKnown });
      return undefined;
    }
    const from = attrs.from === undefined ? undefined : parseJid(attrs.from);
    const to = attrs.to === undefined ? undefined : parseJid(attrs.to);
    if (this.#state.value !== 'established' || from === undefined || from.domain !== service?.domain) this.#advance({ type: 'stanza.refused' });
    else if (attrs.xmlns !== undefined || (name !== 'message' && name !== 'presence' && name !== 'iq')) this.#advance({ type: 'stream.failed', condition: 'unsupported-stanza-type' });
    else if (to === undefined) this.#advance({ type: 'stream.failed', condition: 'improper-addressing' });
    else return admit(this.#kernel, element, from, to);
    return undefined;
  }

  #advance(event: ComponentEvent | TimerEvent): void {
    const { state, effects } = this.#kernel.transit('component', this.#stream, stepComponent, this.#state, event);
    this.#state = state;
    if (state.value !== 'established' && this.#service?.stream === this.#stream) this.#service.stream = undefined;
    if (state.value === 'closed') {
      this.#kernel.peers.delete(this.#stream);
      this.#inbox.clear();
    }
    for (const effect of effects) this.#perform(effect);
    if (state.value === 'closed') this.#ended();
  }

  #perform(effect: EffectOf<typeof stepComponent.machine>): void {
    const stream = this.#stream;
    const at = { id: stream };
    switch (effect.type) {
      case 'openStream':
        return this.#open();
      case 'sendHandshake':
        return this.#kernel.send(at, '<handshake/>');
      case 'admit':
        if (this.#service !== undefined) this.#service.stream = stream;
        this.#kernel.effects.push({ type: 'trust', stream });
        return;
      case 'sendStreamError':
        if (!this.#isOpen) this.#open();
        return this.#kernel.send(at, streamErrorXml(effect.params.condition, effect.params.text));
      case 'closeStream':
        this.#kernel.effects.push({ type: 'close', stream });
        return;
      case 'disconnect':
        this.#kernel.effects.push({ type: 'disconnect', stream });
        return;
      case 'startTimer': {
        const fired = { type: effect.params.timer };
        return this.#kernel.startTimer(`component ${stream} ${fired.type}`, effect.params.delay, () => this.#advance(fired));
      }
      case 'cancelTimer':
        return this.#kernel.cancelTimer(`component ${stream} ${effect.params.timer}`);
    }
  }

  #open(): void {
    this.#isOpen = true;
    const { config } = this.#kernel;
    this.#kernel.effects.push({ type: 'open', stream: this.#stream, header: { from: this.#service?.domain ?? config.domain, id: this.#id || this.#stream, lang: config.lang, version: '1.0' } });
  }
}

/** The algorithm is the protocol's (XEP-0114 §3). */
function handshakeOf(id: string, secret: string): string {
  return bytesToHex(sha1(utf8ToBytes(id + secret)));
}
