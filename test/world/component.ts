/** A component in this process: it serves a domain of a core, and does what a test tells it to. @module */
import { createHash } from 'node:crypto';
import { parse } from 'ltx';
import type { Element } from 'ltx';
import type { Channel, StreamId } from '../../src/core/input.ts';
import type { InProcess } from './in-process.ts';

const channel: Channel = { secure: false, startTls: false, tlsRequired: false, mechanisms: [], channelBindings: [] };

/** One component, and what it has heard. */
export class Component {
  readonly domain: string;
  readonly #world: InProcess;
  readonly #stream: StreamId;
  /** Everything after the handshake, in order. */
  readonly heard: Element[] = [];
  /** What was written before it, and the end. */
  readonly said: string[] = [];
  #isKnown = false;

  /** Connects, and shows that it knows the secret. */
  constructor(world: InProcess, domain: string, secret: string) {
    this.domain = domain;
    this.#world = world;
    this.#stream = world.join({ write: (text) => this.#read(text), startTls: () => {}, disconnect: () => void this.said.push('disconnected') }, channel, 'component');
    this.say(`<stream:stream xmlns="jabber:component:accept" xmlns:stream="http://etherx.jabber.org/streams" to="${domain}">`);
    const id = / id="([^"]*)"/.exec(this.said[0] ?? '')?.[1] ?? '';
    this.say(`<handshake>${createHash('sha1').update(id + secret).digest('hex')}</handshake>`);
  }

  /** Writes something as it is. */
  say(xml: string): void {
    this.#world.hear(this.#stream, xml);
  }

  /** The connection breaks. */
  drop(): void {
    this.#world.lose(this.#stream);
  }

  #read(text: string): void {
    if (!this.#isKnown) {
      this.said.push(text);
      this.#isKnown = text === '<handshake/>';
    } else if (/^<(message|presence|iq)\b/.test(text)) this.heard.push(parse(text));
    else this.said.push(text);
  }
}
