/** Who speaks in a scenario: the accounts and clients of a live server under names that a scenario can have, and
 *  stanzas as a scenario writes them, on the domain of scenarios. docs/guides/scenarios.md. Not here: who says what, and when
 *  (scenario.ts). @module */
import { Element } from 'ltx';
import { parseJid } from '../core/jid.ts';
import type { Jid } from '../core/jid.ts';
import { REDACTED } from '../core/redaction.ts';
import { serialize } from '../core/xml/writer.ts';

/** The domain of every scenario. */
const domainOfScenarios = 'localhost';
/** A name that is one word of a scenario's line, and means nothing else there. */
const plain = /^(?!account$)[\w.-]+$/;
/** What differs from run to run: times, versions, and what a room makes of who entered it before. */
const passing: ReadonlySet<string> = new Set(['stamp', 'ver', 'affiliation', 'role', 'ask']);
const dots = /^\.+$/;

export class Cast {
  readonly #domain: string;
  readonly #accounts = new Map<string, string>();
  readonly #clients = new Map<string, string>();

  constructor(domain: string) {
    this.#domain = domain;
  }

  /** The accounts that are needed, by their names in the scenario. */
  get accounts(): Iterable<string> {
    return this.#accounts.values();
  }

  /** Whether an address is an account of the server, or a resource of one. */
  isOurs(jid: Jid): boolean {
    return jid.local !== undefined && jid.domain === this.#domain;
  }

  /** Whether an address is the server, or a service of it. */
  isService(jid: Jid): boolean {
    return jid.domain.endsWith(`.${this.#domain}`) || (jid.domain === this.#domain && jid.local === undefined);
  }

  /** Makes sure that an account is there, and gives its name. */
  account({ bare, local = '' }: Jid): string {
    const name = this.#accounts.get(bare) ?? (plain.test(local) ? local : `person${this.#accounts.size + 1}`);
    this.#accounts.set(bare, name);
    return name;
  }

  /** A client that has connected. */
  known(jid: string): string | undefined {
    return this.#clients.get(jid);
  }

  /** Any client of an account that has connected. */
  anyOf(bare: string): string | undefined {
    for (const [jid, name] of this.#clients) if (jid === bare || jid.startsWith(`${bare}/`)) return name;
    return undefined;
  }

  /** Takes in a client; one whose resource can't be written there lets the server choose. */
  enter(jid: Jid): string {
    const account = this.account(jid);
    const name = jid.resource !== undefined && plain.test(jid.resource) ? `${account}/${jid.resource}` : `${account}#${this.#clients.size + 1}`;
    this.#clients.set(jid.full ?? jid.bare, name);
    return name;
  }

  /** A stanza as somebody sends it. */
  sent(element: Element): string {
    return lineOf(this.#copy(element, (name, value) => this.#renamed(name, value), (text) => text));
  }

  /** A stanza as it is expected: what nobody can know before is `*`. */
  expected(element: Element): string {
    const { name, attrs: { type, ...attrs } } = element;
    const copy = this.#copy(element, (attr, value) => (passing.has(attr) || value === REDACTED || value === 'absent' ? '*' : this.#renamed(attr, value)), (text) => (dots.test(text) || text === REDACTED ? '*' : text));
    delete copy.attrs['xml:lang'];
    // The server names its own requests.
    if (name === 'iq' && (type === 'set' || type === 'get') && attrs['id'] !== undefined) copy.attrs['id'] = '*';
    // Who was in the roster before the scenario began is not in it.
    const roster = name === 'iq' && type === 'result' ? copy.getChild('query', 'jabber:iq:roster') : undefined;
    if (roster !== undefined) roster.children = [];
    return lineOf(copy);
  }

  #copy(element: Element, attribute: (name: string, value: string) => string, text: (text: string) => string): Element {
    const copy = new Element(element.name, Object.fromEntries(Object.entries(element.attrs as Record<string, string>).map(([name, value]) => [name, attribute(name, value)])));
    for (const child of element.children) {
      if (typeof child !== 'string') copy.cnode(this.#copy(child, attribute, text));
      else if (child.trim() !== '') copy.t(text(child));
    }
    return copy;
  }

  /** An attribute: addresses move to the domain of scenarios, and to the names that the cast has there. */
  #renamed(name: string, value: string): string {
    if (name.startsWith('xmlns') || !value.includes(this.#domain)) return value;
    const jid = parseJid(value);
    if (jid === undefined || !(this.isOurs(jid) || this.isService(jid))) return value;
    const client = this.#clients.get(value);
    if (jid.resource !== undefined && client?.includes('#')) return `${opening}${client}}`;
    const local = this.isOurs(jid) ? this.account(jid) : jid.local;
    const domain = `${jid.domain.slice(0, -this.#domain.length)}${domainOfScenarios}`;
    return `${local === undefined ? '' : `${local}@`}${domain}${jid.resource === undefined ? '' : `/${jid.resource}`}`;
  }
}

/** Stands for the brace before a client's name, which is none of the stanza's own. */
const opening = '\uE000';

/** One line, in which nothing means anything to the reader of scenarios that it does not mean here. */
const lineOf = (element: Element): string => serialize(element).replaceAll('{', '&#123;').replaceAll(opening, '{').replaceAll('\n', '&#10;').replaceAll('\r', '&#13;');
