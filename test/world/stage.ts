/** A user of this server, and contacts behind a component: what leaves the core is told in its order, one line for each
 *  stanza, and anything can come from the contacts. @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import type { BareJid, SubscriptionState } from '../../machines/vocabulary.ts';
import type { StreamId } from '../../src/core/input.ts';
import type { RosterRecord, Store } from '../../src/core/store.ts';
import { Component } from './component.ts';
import { InProcess } from './in-process.ts';
import type { Client } from './world.ts';

/** Where the contacts are. */
export const ELSEWHERE = 'mantua.test';
/** The user, and the contact that most tests are about. */
export const juliet = 'juliet@localhost' as BareJid;
export const romeo = `romeo@${ELSEWHERE}` as BareJid;

/** What the resources of the user have asked for: the roster, presence, both, or nothing. Connected in this order. */
const kinds = { balcony: 'both', chamber: 'both', hall: 'interested', garden: 'available', closet: 'neither' } as const;
export type Kind = keyof typeof kinds;
export const interested: readonly Kind[] = ['balcony', 'chamber', 'hall'];
export const available: readonly Kind[] = ['balcony', 'chamber', 'garden'];

/** A contact as a roster keeps it; one that only asks is not listed (RFC 6121 §3.1.3). */
export const record = (subscription: SubscriptionState, more: Partial<RosterRecord> = {}): RosterRecord =>
  ({ jid: romeo, groups: [], subscription, approved: false, listed: subscription !== 'nonePendingIn', ...more });

/** One stanza in a line: what it is, from whom it is, and to whom. A push is said by its item alone, an answer by its id. */
export function lineOf(stanza: Element): string {
  const { type, from, to, id } = stanza.attrs;
  const item = stanza.getChild('query')?.getChild('item');
  if (stanza.name === 'iq' && type === 'set' && item !== undefined) {
    const { jid, name, subscription, ask, approved } = item.attrs;
    const groups = item.getChildren('group').map((group) => group.getText());
    return ['push', jid, subscription, ask && 'asked', approved && 'approved', name && `"${name}"`, ...groups].filter(Boolean).join(' ');
  }
  const condition = stanza.getChild('error')?.getChildElements()[0]?.name;
  if (stanza.name === 'iq') return [type, id, condition].filter(Boolean).join(' ');
  return [stanza.name === 'message' && 'message', type ?? (stanza.name === 'presence' ? 'available' : 'normal'), condition ?? stanza.getChildElements().map((child) => `<${child.name}>${child.getText()}`), `${from} → ${to}`].flat().filter(Boolean).join(' ');
}

/** A world with such a user. */
export class Stage {
  readonly world: InProcess;
  readonly contacts: Component;
  readonly clients: Record<string, Client> = {};
  readonly #names = new Map<StreamId, string>();
  #told = 0;

  private constructor(world: InProcess) {
    this.world = world;
    this.contacts = new Component(world, ELSEWHERE, 'secret');
  }

  /** Juliet with these contacts in her roster, and with these of her resources. */
  static async set(records: readonly RosterRecord[] = [], resources: readonly Kind[] = [], store?: Store): Promise<Stage> {
    const world = new InProcess({ config: { components: [{ domain: ELSEWHERE, secret: 'secret' }] }, ...(store !== undefined && { store }) });
    await world.account('juliet');
    for (const each of records) await world.store.perform({ op: 'roster.write', account: juliet, record: each });
    const stage = new Stage(world);
    for (const resource of resources) await stage.enter(resource, kinds[resource]);
    await stage.said();
    return stage;
  }

  /** A resource of a user connects, and becomes what it is to be. */
  async enter(resource: string, kind: 'both' | 'interested' | 'available' | 'neither', account = 'juliet'): Promise<void> {
    const client = await this.world.connect(account, resource);
    const bound = this.world.effects.findLast((effect) => effect.type === 'send');
    if (bound?.type === 'send') this.#names.set(bound.stream, resource);
    this.clients[resource] = client;
    if (kind === 'both' || kind === 'interested') client.send('<iq id="roster" type="get"><query xmlns="jabber:iq:roster"/></iq>');
    if (kind === 'both' || kind === 'available') client.send('<presence/>');
  }

  /** A resource sends something. */
  send(resource: string, xml: string): void {
    this.clients[resource]?.send(xml);
  }

  /** What has left the core since this was asked last, in its order: `to whom: what`. */
  async stanzas(): Promise<(readonly [to: string, stanza: Element])[]> {
    await this.world.settle();
    const sent = this.world.effects.slice(this.#told);
    this.#told = this.world.effects.length;
    return sent.flatMap((effect) => (effect.type === 'send' && /^<(?:message|presence|iq)\b/.test(effect.xml) ? [[this.#names.get(effect.stream) ?? 'elsewhere', parse(effect.xml)] as const] : []));
  }

  /** The same in lines. */
  async said(): Promise<string[]> {
    return (await this.stanzas()).map(([to, stanza]) => `${to}: ${lineOf(stanza)}`);
  }

  /** The roster as the store has it. */
  async roster(): Promise<readonly RosterRecord[]> {
    return (await this.world.store.perform({ op: 'roster.read', account: juliet })).records;
  }

  dispose(): Promise<void> {
    return this.world.dispose();
  }
}

/** The same line for several resources. */
export const each = (resources: readonly string[], line: string): string[] => resources.map((resource) => `${resource}: ${line}`);
