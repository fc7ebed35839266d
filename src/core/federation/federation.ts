/** All links to other servers, the streams that they have opened, and the components: who is asked for which domain.
 *  Spec: RFC 6120 §10.4, §10.5. Not here: one link (link.ts), one stream (inbound.ts, component.ts). @module */
import type { Element } from 'ltx';
import type { StanzaErrorCondition } from '../../../machines/vocabulary.ts';
import type { FederationConfig } from '../config.ts';
import { bounce } from '../deliver.ts';
import type { Channel, PeerKind, StreamId } from '../input.ts';
import type { Jid } from '../jid.ts';
import type { Kernel } from '../kernel.ts';
import type { Place } from '../place.ts';
import { REDACTED } from '../redaction.ts';
import { isOwnProbe, mayFederate, returnError } from '../routing.ts';
import { ComponentService, ComponentStream } from './component.ts';
import { dialbackKey } from './dialback.ts';
import type { Pair } from './dialback.ts';
import { Inbound } from './inbound.ts';
import { Lanes } from './lanes.ts';
import { Link } from './link.ts';

/** What is beyond the accounts of this server. */
export class Federation {
  readonly #kernel: Kernel;
  readonly #links = new Map<string, Link>();
  readonly #streams = new Map<StreamId, Inbound | ComponentStream>();
  readonly #components = new Map<string, ComponentService>();
  readonly #lanes = new Lanes();
  #lastStream = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    for (const component of kernel.config.components ?? []) {
      const service = new ComponentService(kernel, component);
      this.#components.set(service.domain, service);
      kernel.services.set(service.domain, service);
    }
  }

  /** How many links there are. */
  get links(): number {
    return this.#links.size;
  }

  /** Where links and the streams of others stand. */
  *places(): Generator<Place> {
    for (const { place } of this.#links.values()) yield place;
    for (const { place } of this.#streams.values()) yield place;
  }

  /** Takes in a stream that another server or a component has opened. */
  accept(stream: StreamId, peer: Exclude<PeerKind, 'client'>, opening: { readonly channel: Channel; readonly entropy?: string }): void {
    const { federation, secret } = this.#kernel.config;
    if (peer === 'component') this.#streams.set(stream, new ComponentStream(this.#kernel, this.#components, { stream, ...opening }, () => this.#streams.delete(stream)));
    else if (federation !== undefined && secret !== undefined) this.#streams.set(stream, new Inbound(this.#kernel, this.#hostOf(federation, secret), { stream, ...opening }));
    else this.#kernel.effects.push({ type: 'disconnect', stream });
  }

  /** Takes a stanza for another server; what can't be carried goes back (RFC 6120 §10.4). */
  transmit(stanza: Element, from: Jid, to: Jid): void {
    const { federation, secret } = this.#kernel.config;
    if (federation === undefined || secret === undefined || !mayFederate(federation, to.domain)) return this.#refuse(stanza, to, 'remote-server-not-found');
    const link = this.#linkOf({ from: from.domain, to: to.domain }, federation, secret);
    if (link === undefined) this.#refuse(stanza, to, 'resource-constraint');
    else link.carry(stanza, to);
  }

  /** Says goodbye to other servers and to components: no client is left. */
  stop(): void {
    for (const stream of [...this.#streams.values()]) stream.stop();
    for (const link of [...this.#links.values()]) link.stop();
  }

  #refuse(stanza: Element, to: Jid, condition: StanzaErrorCondition): void {
    if (stanza.name === 'message') bounce(this.#kernel, stanza, to, condition);
    else if (!isOwnProbe(stanza)) returnError(this.#kernel, stanza, condition);
  }

  #linkOf(pair: Pair, federation: FederationConfig, secret: string): Link | undefined {
    const name = `${pair.from} ${pair.to}`;
    const known = this.#links.get(name);
    if (known !== undefined || this.#links.size >= federation.linkLimit) return known;
    const link = new Link(this.#kernel, {
      lanes: this.#lanes,
      keyOf: (keyed, id) => this.#keyOf(secret, keyed, id),
      federation,
      nextStream: () => this.#nextStream(),
      isHosted: (domain) => this.#isHosted(domain),
      rested: (rested) => void this.#links.delete(rested.name),
    }, pair);
    this.#links.set(name, link);
    return link;
  }

  #keyOf(secret: string, pair: Pair, id: string): string {
    return this.#kernel.config.isRedacted === true ? REDACTED : dialbackKey(secret, pair, id);
  }

  /** Links that another server's stream carries. */
  #tellAdopters(stream: StreamId, tell: (link: Link) => void): void {
    for (const link of [...this.#links.values()]) if (link.adopted === stream) tell(link);
  }

  #nextStream(): StreamId {
    this.#lastStream += 1;
    return `s2s-${this.#lastStream.toString(36)}`;
  }

  #isHosted(domain: string): boolean {
    return domain === this.#kernel.config.domain || this.#kernel.services.has(domain);
  }

  #hostOf(federation: FederationConfig, secret: string): ConstructorParameters<typeof Inbound>[1] {
    const linkOf = ({ from, to }: Pair): Link | undefined => this.#linkOf({ from: to, to: from }, federation, secret);
    return {
      lanes: this.#lanes,
      keyOf: (keyed, id) => this.#keyOf(secret, keyed, id),
      federation,
      isHosted: (domain) => this.#isHosted(domain),
      verify: (verification) => {
        const link = linkOf(verification.pair);
        if (link === undefined) verification.answer('resource-constraint');
        else link.verify(verification);
      },
      receiveVerdict: ({ from, to }, verdict) => this.#links.get(`${to} ${from}`)?.receiveVerdict(verdict),
      adopt: (pair, stream) => linkOf(pair)?.adopt(stream),
      retire: (stream) => this.#tellAdopters(stream, (link) => link.retire()),
      release: (stream) => this.#tellAdopters(stream, (link) => link.inherit(stream)),
      withdraw: (stream) => this.#tellAdopters(stream, (link) => link.abandon()),
      ended: (stream) => void this.#streams.delete(stream),
    };
  }
}
