/** Two people, of whom one sees the other online or not: who can be asked about, and what is answered. Not here: the
 *  words of the answer (sight.ts), the facts (src/core/sight.ts). @module */
import type { Core } from '../core/server.ts';
import type { Recorder } from './recorder.ts';
import { visibilityOf } from './sight.ts';
import type { LastSent, Visibility } from './sight.ts';

/** So many names are offered. */
const most = 20;
/** Longer than any address is (RFC 7622 §3.1). */
const longest = 3 * 1024;

/** The answer about two addresses; undefined where one is none. */
export function seenBy({ core, roll }: Recorder, watcher: string, contact: string): Visibility | undefined {
  if (watcher.length > longest || contact.length > longest) return undefined;
  const sight = core.sight(watcher, contact);
  if (sight === undefined) return undefined;
  const isOf = (name: string, { jid, bare }: { readonly jid: string; readonly bare: string }): boolean => name === jid || (jid === bare && name.startsWith(`${bare}/`));
  let sent: { readonly at: number; readonly what: LastSent } | undefined;
  for (const subject of roll.subjects) {
    if (subject.kind !== 'session' || subject.isOver || !isOf(subject.name, sight.watcher)) continue;
    for (const entry of subject.log.items) {
      if (!('way' in entry) || entry.way !== 'out') continue;
      const [, attributes = ''] = /^<presence(\s[^>]*)>/.exec(entry.xml) ?? [];
      const type = attributeOf(attributes, 'type');
      const isTold = isOf(attributeOf(attributes, 'from') ?? '', sight.contact) && (type === undefined || type === 'unavailable');
      if (isTold && entry.at >= (sent?.at ?? 0)) sent = { at: entry.at, what: type === undefined ? 'available' : 'unavailable' };
    }
  }
  return visibilityOf(sight, sent?.what);
}

const attributeOf = (attributes: string, name: string): string | undefined => new RegExp(`\\s${name}=["']([^"']*)`).exec(attributes)?.[1];

/** Somebody who may see a contact online, and whether. */
export interface Watcher {
  readonly jid: string;
  readonly answer: Visibility['answer'];
  readonly text: string;
}

/** Who of those that are known here may see a contact online: its contacts by its roster, and who was told by directed presence. */
export function watchersOf(recorder: Recorder, contact: string): readonly Watcher[] {
  const bare = contact.split('/', 1)[0] ?? contact;
  const found = new Set<string>();
  for (const { machine, of } of recorder.core.places()) {
    const space = of.indexOf(' ');
    // A resourcepart may have spaces, an account and whom it has to do with have none.
    const peer = machine === 'subscription' && of.slice(0, space) === bare ? of.slice(space + 1) : machine === 'directed-presence' && of.startsWith(`${bare}/`) ? of.slice(of.lastIndexOf(' ') + 1) : undefined;
    if (peer !== undefined) found.add(peer);
    if (found.size >= most) break;
  }
  return [...found].flatMap((jid) => {
    const { answer, text } = seenBy(recorder, jid, contact) ?? {};
    return answer === undefined || text === undefined ? [] : [{ jid, answer, text }];
  });
}

/** Bare JIDs of who is connected and of their contacts, to choose from.
 *  @param part what they have in them */
export function peopleLike(core: Core, part: string): readonly string[] {
  const found = new Set<string>();
  const sought = part.slice(0, longest).toLowerCase();
  const consider = (bare: string): boolean => {
    if (bare.includes(sought)) found.add(bare);
    return found.size >= most;
  };
  for (const { jid } of core.standing()) if (jid !== undefined && consider(jid.slice(0, jid.indexOf('/')))) return [...found];
  for (const { machine, of } of core.places()) if (machine === 'subscription' && consider(of.slice(of.indexOf(' ') + 1))) break;
  return [...found];
}
