/** What a session has done and heard, as a scenario that can be run (docs/guides/scenarios.md): a beginning for whoever
 *  wants to keep what they saw as a test. What others did is put into their own mouths as far as it can be known from
 *  what the session heard of it; the rest stands there as a comment. Not here: names, and how a stanza is written
 *  (cast.ts). @module */
import { Element, parse } from 'ltx';
import { parseJid } from '../core/jid.ts';
import type { Jid } from '../core/jid.ts';
import { Cast } from './cast.ts';
import type { Entry, Subject, TransitionEntry } from './subject.ts';
import { isStanza, turnsOf } from './watched.ts';

const subscribing: ReadonlySet<string> = new Set(['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed']);
/** What the server has added on the way. */
const added: ReadonlySet<string> = new Set(['urn:xmpp:delay', 'urn:xmpp:sid:0']);

/** The scenario of a session; undefined of what is none, and of one that has not bound a resource. */
export function scenarioOf({ kind, name, log, states }: Subject): string | undefined {
  const jid = parseJid(name);
  if (kind !== 'session' || jid?.full === undefined) return undefined;
  const scenario = new Scenario(jid);
  const entries = sinceBound(log.items);
  scenario.begin(stateBefore(entries, 'presence', states), stateBefore(entries, 'roster', states));
  for (const turn of turnsOf(entries)) scenario.turn(turn);
  return scenario.text(log.dropped);
}

/** What came before is what `connects` does. */
function sinceBound(entries: readonly Entry[]): readonly Entry[] {
  const bound = entries.findLastIndex((entry) => 'machine' in entry && entry.machine === 'stream' && entry.to === 'bound' && entry.from !== 'bound');
  return entries.slice(bound + 1).filter((entry) => !isStanza(entry) || !/^<iq[^>]*><bind[\s/>]/.test(entry.xml));
}

/** Where a machine was before the first stanza that is kept. */
function stateBefore(entries: readonly Entry[], machine: string, states: ReadonlyMap<string, string>): string {
  const first = entries.findIndex(isStanza);
  const own = (list: readonly Entry[]): TransitionEntry[] => list.filter((entry): entry is TransitionEntry => 'machine' in entry && entry.machine === machine && entry.part === '');
  return own(entries.slice(0, Math.max(0, first))).at(-1)?.to ?? own(entries.slice(Math.max(0, first)))[0]?.from ?? states.get(machine) ?? '';
}

class Scenario {
  readonly #own: Jid;
  readonly #who: string;
  readonly #cast: Cast;
  readonly #lines: string[] = [];
  /** What is heard next, until something else happens. */
  #heard: Element[] = [];
  /** The nicks under which it is in rooms. */
  readonly #nicks = new Set<string>();
  /** Who tells it of their presence anyway. */
  readonly #tellers = new Set<string>();
  /** How many pushes about a contact are due to what is in here. */
  readonly #pushes = new Map<string, number>();
  #isClosing = false;

  constructor(own: Jid) {
    this.#own = own;
    this.#cast = new Cast(own.domain);
    this.#who = this.#connect(own);
  }

  /** The whole, with its title and its accounts before it. */
  text(dropped: number): string {
    this.#flush();
    return [
      `# What ${this.#own.full ?? this.#own.bare} did and heard, as an inspector has seen it`,
      ...(dropped > 0 ? [`# ${dropped} entries before it are forgotten`] : []),
      ...[...this.#cast.accounts].map((account) => `account ${account}`), ...this.#lines, '',
    ].join('\n');
  }

  /** What it had done before anybody looked, as far as that matters later. */
  begin(presence: string, roster: string): void {
    if (roster === 'interested' || roster === 'pushOwed') {
      this.#say(this.#who, '<iq id="roster" type="get"><query xmlns="jabber:iq:roster"/></iq>');
      this.#write(this.#who, 'receives', '<iq id="roster" type="result"/>');
    }
    if (!presence.startsWith('available')) return;
    this.#say(this.#who, presence === 'available' ? '<presence/>' : '<presence><priority>-1</priority></presence>');
    this.#write(this.#who, 'receives', '<presence type="absent"/>');
  }

  /** One step of the core: what came in, then who else must have done something, then what was heard. */
  turn(entries: readonly Entry[]): void {
    const stanzas = entries.filter(isStanza);
    const ofStream = entries.filter((entry): entry is TransitionEntry => 'machine' in entry && entry.machine === 'stream' && !entry.ignored);
    for (const { xml } of stanzas.filter(({ way }) => way === 'in')) this.#sends(xml);
    for (const entry of ofStream) this.#ends(entry);
    const out = stanzas.filter(({ way }) => way === 'out').flatMap(({ xml }) => elementOf(xml) ?? []);
    for (const { attrs: { from = '' } } of out.filter(isSubscribing)) this.#willPush(from);
    const heard = out.filter((element) => this.#isHeard(element));
    const spoken = heard.map((element) => ({ element, by: this.#speakerOf(element) }));
    for (const { by, element } of spoken) if (by !== undefined && element.attrs.type === 'subscribed') this.#tellers.add(by.bare);
    // Who is available says so before they allow anybody to see it.
    for (const { by, element } of [...spoken].sort((a, b) => Number(isSubscribing(a.element)) - Number(isSubscribing(b.element)))) if (by !== undefined) this.#otherSends(by, element);
    this.#heard.push(...spoken.map(({ element, by }) => (by === undefined ? element : without(element))));
    for (const element of out) if (!heard.includes(element)) this.#note(`It heard of somebody who is not in here: ${this.#cast.expected(element)}`);
    for (const entry of ofStream) this.#isClosed(entry);
  }

  #sends(xml: string): void {
    const element = elementOf(xml);
    if (element === undefined) return this.#note('It sent a stanza that is too long to be kept');
    const { name, attrs: { to, type } } = element;
    if (name === 'presence' && to !== undefined && type === undefined) this.#nicks.add(to);
    const addressed = to === undefined ? undefined : parseJid(to);
    if (addressed !== undefined && this.#cast.isOurs(addressed)) this.#cast.account(addressed);
    if (to !== undefined && isSubscribing(element)) this.#willPush(to);
    if (name === 'iq' && type === 'set') for (const jid of itemsOf(element)) this.#willPush(jid);
    this.#say(this.#who, this.#cast.sent(element));
  }

  /** Whether it can be expected of what is in the scenario. */
  #isHeard(element: Element): boolean {
    const { name, attrs: { from, type } } = element;
    // Another resource may have changed the roster.
    if (name === 'iq' && type === 'set') return itemsOf(element).every((jid) => this.#isPushDue(jid));
    const jid = from === undefined ? this.#own : parseJid(from);
    if (jid === undefined) return false;
    if (this.#cast.isOurs(jid)) return true;
    return this.#cast.isService(jid) && (jid.resource === undefined || this.#nicks.has(from ?? '') || type === 'error');
  }

  /** Who else has sent it; undefined when it is the server's answer. */
  #speakerOf(element: Element): Jid | undefined {
    const { attrs: { from, type } } = element;
    const jid = from === undefined ? undefined : parseJid(from);
    if (jid === undefined || !this.#cast.isOurs(jid) || jid.full === this.#own.full) return undefined;
    if (jid.full === undefined) return jid.bare !== this.#own.bare && isSubscribing(element) ? jid : undefined;
    return type === 'error' && this.#cast.known(jid.full) === undefined ? undefined : jid;
  }

  #otherSends(by: Jid, element: Element): void {
    const who = this.#cast.known(by.full ?? by.bare) ?? (by.full === undefined ? this.#cast.anyOf(by.bare) : undefined) ?? this.#connect(by);
    const said = without(element);
    delete said.attrs['from'];
    const { name, attrs: { type } } = said;
    if (name === 'presence' && (type === undefined || type === 'unavailable') && this.#tellers.has(by.bare)) delete said.attrs['to'];
    this.#say(who, this.#cast.sent(said));
  }

  #willPush(jid: string): void {
    const bare = parseJid(jid)?.bare ?? jid;
    this.#pushes.set(bare, (this.#pushes.get(bare) ?? 0) + 1);
  }

  #isPushDue(jid: string): boolean {
    const due = this.#pushes.get(jid) ?? 0;
    if (due > 0) this.#pushes.set(jid, due - 1);
    return due > 0;
  }

  /** It ends its stream. */
  #ends({ event: { type }, from }: TransitionEntry): void {
    if (type === 'stream.lost' && from !== 'closing' && !this.#isClosing) this.#write(this.#who, 'is cut off');
    if (type === 'stream.ended' && from === 'bound') {
      this.#isClosing = true;
      this.#write(this.#who, 'closes');
    }
  }

  /** The server ends it too, or first. */
  #isClosed({ event: { type }, effects }: TransitionEntry): void {
    if (!effects.some((effect) => effect.type === 'closeStream')) return;
    if (this.#isClosing) this.#write(this.#who, 'is closed');
    else this.#note(`The server closed its stream, at ${type}`);
  }

  #connect(jid: Jid): string {
    const who = this.#cast.enter(jid);
    this.#write(who, 'connects');
    return who;
  }

  #say(who: string, xml: string): void {
    const last = this.#lines.findLast((line) => !line.startsWith(' '));
    if (last === `${who} sends` && this.#heard.length === 0) this.#lines.push(`  ${xml}`);
    else this.#write(who, 'sends', xml);
  }

  #write(who: string, what: string, ...xml: readonly string[]): void {
    this.#flush();
    this.#lines.push(`${who} ${what}`, ...xml.map((each) => `  ${each}`));
  }

  #note(text: string): void {
    this.#flush();
    this.#lines.push(`# ${text}`);
  }

  /** Answers of one sender come in their order; those of several, and the server's own, in whatever order. */
  #flush(): void {
    const heard = this.#heard;
    if (heard.length === 0) return;
    this.#heard = [];
    const isOrdered = heard.every(({ name, attrs: { from } }) => name === 'message' && from !== undefined && from === heard[0]?.attrs.from);
    this.#write(this.#who, heard.length === 1 || isOrdered ? 'receives' : 'receives in any order', ...heard.map((element) => this.#cast.expected(element)));
  }
}

const isSubscribing = ({ name, attrs: { type } }: Element): boolean => name === 'presence' && subscribing.has(type ?? '');

/** The contacts that a change of the roster is about. */
const itemsOf = (element: Element): string[] => (element.getChild('query', 'jabber:iq:roster')?.getChildren('item') ?? []).map(({ attrs: { jid = '' } }) => jid);

/** A stanza without what the server has added to it. */
function without(element: Element): Element {
  const copy = new Element(element.name, { ...element.attrs });
  copy.children = element.children.filter((child) => typeof child === 'string' || !added.has(child.attrs.xmlns ?? ''));
  return copy;
}

function elementOf(xml: string): Element | undefined {
  try {
    return parse(xml);
  } catch {
    return undefined; // it was too long to be kept whole
  }
}
