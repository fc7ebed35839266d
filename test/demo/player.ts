/** Somebody who plays with a real client. Everything that it sends and receives is told, but for requests and the subject of
 *  a room. @module */
import { once } from 'node:events';
import type { XmppClient } from '@xmpp/client';
import type { Element } from 'ltx';
import { stepPresence } from '../../machines/presence.ts';
import { stepRoute } from '../../machines/route.ts';
import type { Transition } from '../../src/core/kernel.ts';
import type { Role, Scene } from './scene.ts';
import { clientOf } from './stage.ts';
import type { Stage } from './stage.ts';
import { short, stateOf } from './transcript.ts';

/** What is waited for. */
export type Wanted = (stanza: Element) => boolean;

const patienceMs = 5_000;
const isTold = (stanza: Element): boolean => !stanza.is('iq') && stanza.getChild('subject') === undefined;

export class Player implements Role {
  readonly name: string;
  /** What has come, in order. */
  readonly received: Element[] = [];
  readonly #client: XmppClient;
  readonly #scene: Scene;
  #jid = '';

  constructor(scene: Scene, stage: Stage, name: string, resource: string) {
    this.name = name;
    this.#scene = scene;
    this.#client = clientOf(stage, name.toLowerCase(), resource);
    this.#client.on('stanza', (stanza: Element) => {
      this.received.push(stanza);
      if (isTold(stanza) && !scene.isQuiet) scene.transcript.receives(name, short(stanza));
    });
    scene.enlist(this);
  }

  /** Logs in; of all that is said meanwhile only the path is told. */
  async enter(): Promise<void> {
    const { transcript, transitions, isQuiet } = this.#scene;
    const before = transitions.length;
    this.#jid = String(await this.#client.start());
    if (!isQuiet) transcript.path(this.name, 'stream', this.#scene.path(before, ({ machine }) => machine === 'stream'));
  }

  /** Sends a stanza, and waits until those have come that are to come of it. */
  async sends(stanza: Element, { until }: { readonly until: readonly Promise<unknown>[] }): Promise<void> {
    if (!this.#scene.isQuiet) this.#scene.transcript.sends(this.name, short(stanza));
    await Promise.all([this.#client.send(stanza), ...until]);
  }

  /** Resolves when such a stanza comes. */
  async hears(is: Wanted = isTold): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const late = setTimeout(() => reject(new Error(`${this.name} has waited in vain`)), patienceMs);
    const listener = (stanza: Element): void => void (is(stanza) && resolve());
    this.#client.on('stanza', listener);
    await promise.finally(() => {
      clearTimeout(late);
      this.#client.off('stanza', listener);
    });
  }

  /** Asks somebody for something, and waits for the answer, which may be a refusal. */
  async asks(request: Element): Promise<void> {
    await this.#client.iqCaller.request(request).catch((error: unknown) => {
      if ((error as Error).name !== 'StanzaError') throw error;
    });
  }

  /** Tells where the machines of a player stand. */
  stands(): void {
    this.#scene.transcript.standing(this.name, this.#states());
  }

  /** Closes the stream. A stanza goes in the same turn, before anything can have come back.
   *  @returns how much had come when the server's closing tag came */
  async leaves(last?: Element): Promise<number> {
    const { transcript, isQuiet } = this.#scene;
    const closed = once(this.#client, 'close').then(() => this.received.length);
    if (last !== undefined) {
      transcript.sends(this.name, short(last));
      void this.#client.send(last);
    }
    if (!isQuiet) transcript.sends(this.name, '<close/>');
    const stopped = this.#client.stop();
    const heard = await closed;
    if (!isQuiet) transcript.receives(this.name, '<close/>');
    await stopped;
    return heard;
  }

  owns({ of }: Transition): boolean {
    return of === this.#jid || (this.#jid !== '' && of.startsWith(`${this.#jid} `));
  }

  /** Whether this is one of the addresses that lead here. */
  isAt(address: string): boolean {
    return address === this.#jid || this.#jid.startsWith(`${address}/`);
  }

  get isAvailable(): boolean {
    return this.#states()['presence'] === 'available';
  }

  #states(): Readonly<Record<string, string>> {
    const last = (machine: string): unknown => this.#scene.transitions.findLast((made) => made.machine === machine && made.of === this.#jid)?.to;
    return { route: stateOf(last('route') ?? stepRoute.initial.value), presence: stateOf(last('presence') ?? stepPresence.initial.value) };
  }
}
