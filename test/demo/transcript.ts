/** Tells a play as it happens: who sent and received what, what the machines did about it, and what became
 *  of each message. It adds nothing up that it was not told. @module */
import type { Element } from 'ltx';
import type { Fate, Transition } from '../../src/core/kernel.ts';

/** How the parts of a line look on a terminal; elsewhere they are plain. */
const styles = { title: '1', romeo: '36', juliet: '35', machine: '33', fate: '32', quiet: '2' } as const;
type Style = keyof typeof styles;

/** Where lines go, and whether it knows colours. */
export interface Page {
  readonly colours: boolean;
  write(line: string): void;
}

/** The columns: who, does, and of what a machine did the first part. */
const widths = { who: 8, does: 10, moved: 34 } as const;

export class Transcript {
  readonly #page: Page;
  #acts = 0;
  #steps = 0;
  #isOver = false;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Begins an act. */
  act(text: string): void {
    if (this.#acts > 0) for (const line of ['', '']) this.#line(line);
    this.#acts += 1;
    this.#steps = 0;
    this.#line(this.#in('title', text.toUpperCase()));
  }

  /** Begins a part, in plain words. */
  step(text: string): void {
    this.#steps += 1;
    this.#isOver = false;
    this.#line('');
    this.#line(this.#in('title', `${this.#steps}. ${text}`));
  }

  /** A sentence of the narrator's. */
  note(text: string): void {
    this.#line(this.#in('quiet', text));
  }

  /** One of the last words. */
  conclude(text: string): void {
    if (!this.#isOver) this.#line('');
    this.#isOver = true;
    this.#line(this.#in('title', text));
  }

  sends(name: string, xml: string): void {
    this.#stanza(name, 'sends', xml);
  }

  receives(name: string, xml: string): void {
    this.#stanza(name, 'receives', xml);
  }

  /** The path that a machine took, where its steps are no news. */
  path(name: string, machine: string, states: readonly string[]): void {
    this.#row(name, machine, this.#in('machine', states.join(' → ')));
  }

  /** One step of one machine. */
  transition(name: string, { machine, from, to, event, effects }: Transition): void {
    const moved = from === to ? `stays ${stateOf(to)}` : `${stateOf(from)} → ${stateOf(to)}`;
    this.#row('', machine, `${this.#in('machine', `${name}: ${moved}`.padEnd(widths.moved))}on ${event.type}`);
    if (effects.length > 0) this.#row('', '', this.#in('quiet', `orders ${effects.map(({ type }) => type).join(', ')}`));
  }

  fate({ fate, to, routes = [], rule }: Fate): void {
    const where = { delivered: `to ${routes.join(' and ')}`, stored: `for ${to}`, bounced: 'back to its sender', dropped: `by ${rule}`, routed: `to ${to}` }[fate];
    this.#row('', 'message', this.#in('fate', `${fate} ${where}`));
  }

  /** Where machines stand after all that, whether they have moved or not. */
  standing(name: string, machines: Readonly<Record<string, string>>): void {
    this.#row('', 'now', Object.entries(machines).map(([machine, state]) => `${machine} of ${name}: ${state}`).join(', '));
  }

  /** What a stanza carries begins a line of its own: the two are longer than a line. */
  #stanza(name: string, does: string, xml: string): void {
    const [first = '', ...rest] = xml.split(/(?=<body>)/);
    this.#row(name, does, first);
    for (const part of rest) this.#row('', '', `  ${part}`);
  }

  #row(name: string, does: string, what: string): void {
    const style = name.toLowerCase();
    const who = name.padEnd(widths.who);
    this.#line(`  ${isStyle(style) ? this.#in(style, who) : who}${does.padEnd(widths.does)}${what}`);
  }

  #in(style: Style, text: string): string {
    return this.#page.colours ? `\u001b[${styles[style]}m${text}\u001b[0m` : text;
  }

  #line(text: string): void {
    this.#page.write(text.trimEnd());
  }
}

/** A stanza as it is told: without what says nothing here, such as the address of who receives it, and for all that a room says of
 *  its occupants the status codes. */
export function short(stanza: Element): string {
  const { name, attrs: { xmlns, id, 'xml:lang': lang, ...attrs } } = stanza;
  if (attrs['from'] !== undefined) delete attrs['to'];
  const words = Object.entries(attrs).map(([key, value]) => ` ${key}="${value}"`).join('');
  const codes = stanza.getChildren('x').flatMap((x) => x.getChildren('status')).map((status) => String(status));
  const content = [...stanza.getChildren('body').map(String), ...codes].join('');
  return content === '' ? `<${name}${words}/>` : `<${name}${words}>${content}</${name}>`;
}

const isStyle = (text: string): text is Style => text in styles;

/** The name of a state; of a nested one, the innermost. */
export function stateOf(value: unknown): string {
  return typeof value === 'string' ? value : stateOf(Object.values(value as Record<string, unknown>)[0]);
}
