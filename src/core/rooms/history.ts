/** What has been said in a room of late, and how much of it a newcomer is sent. Spec: XEP-0045 §7.2.13, §7.2.14.
 *  Not here: how it is stamped (messages.ts). @module */
import type { Element } from 'ltx';

/** A message as it was sent to everybody, with its time. */
export interface Said {
  readonly at: number;
  readonly xml: string;
}

/** How much a newcomer wants (XEP-0045 §7.2.14); what is undefined limits nothing. */
export interface HistoryLimits {
  readonly maxCharacters: number | undefined;
  readonly maxStanzas: number | undefined;
  /** The time since which, in milliseconds since the epoch. */
  readonly since: number | undefined;
}

/** The last messages of a room, bounded by their number and by their characters together. */
export class History {
  readonly #most: number;
  readonly #mostCharacters: number;
  #said: Said[] = [];
  #characters = 0;

  constructor(most: number, mostCharacters: number) {
    this.#most = most;
    this.#mostCharacters = mostCharacters;
  }

  add(said: Said): void {
    this.#said.push(said);
    this.#characters += said.xml.length;
    while (this.#said.length > this.#most || this.#characters > this.#mostCharacters) this.#characters -= this.#said.shift()?.xml.length ?? 0;
  }

  /** The newest messages that every limit permits, oldest first; none of them cut short.
   *  @param most the room's own limit
   *  @param addressed how many characters each has more once it is addressed: complete stanzas are counted (§7.2.14) */
  select({ maxCharacters = Infinity, maxStanzas = Infinity, since = -Infinity }: HistoryLimits, most: number, addressed = 0): readonly Said[] {
    const selected: Said[] = [];
    let left = maxCharacters;
    for (const said of this.#said.toReversed()) {
      left -= said.xml.length + addressed;
      if (selected.length >= Math.min(maxStanzas, most) || left < 0 || said.at < since) break;
      selected.unshift(said);
    }
    return selected;
  }
}

/** Reads `<history/>`; an attribute that makes no sense limits nothing.
 *  @param at the time of the join */
export function historyLimitsOf(history: Element | undefined, at: number): HistoryLimits {
  const { maxchars, maxstanzas, seconds, since } = history?.attrs ?? {};
  const ago = countOf(seconds);
  const times = [ago === undefined ? undefined : at - 1000 * ago, timeOf(since)].filter((time) => time !== undefined);
  return { maxCharacters: countOf(maxchars), maxStanzas: countOf(maxstanzas), since: times.length === 0 ? undefined : Math.max(...times) };
}

function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A DateTime of XEP-0082 §3.2. */
function timeOf(text: string | undefined): number | undefined {
  const time = text !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** A time as XEP-0203 stamps it. */
export function stampOf(at: number): string {
  return new Date(at).toISOString();
}
