/** Whose machine a transition of a trace is: a session's, by the full JID once its stream has bound one; a room's, a
 *  link's, an account's. The page knows no more than the trace says. Not here: a live server's, who knows better
 *  (src/inspector/roll.ts). @module */

/** @import { TraceHeader, TraceStep } from '../../core/trace.ts' */

/** Whose, which of several (a contact, a nick, a room), and since when there is such a machine as far as is known. An
 *  owner is named by its stream where it has one: a full JID may be bound again.
 *  @typedef {{ readonly owner: string, readonly part: string, readonly since: number }} Place */

const ofLinks = new Set(['link', 'peer', 'component']);

/** What a trace tells of names, step by step. */
export class Ownership {
  /** The full JID that each stream has bound. @type {Map<string, string>} */
  names = new Map();
  /** Who has a full JID: the stream that has bound it last, and in which step. @type {Map<string, { stream: string, since: number }>} */
  #bound = new Map();
  /** When a stream was opened. @type {Map<string, number>} */
  #opened = new Map();
  #isOfTwo;
  /** @type {TraceStep | undefined} */
  #step;
  #site = '';

  /** @param {TraceHeader} [header] */
  constructor(header) {
    // Two servers of a simulation have streams of the same names.
    this.#isOfTwo = header?.kind === 'simulation' && header.replay['servers'] === 2;
  }

  /** Comes to a step. @param {TraceStep} step */
  see(step) {
    this.#step = step;
    this.#site = this.#isOfTwo ? `${step.label.split(': ', 1)[0]}: ` : '';
    const { type, stream } = /** @type {{ type?: unknown, stream?: unknown }} */ (step.input ?? {});
    if (type === 'stream.opened') this.#opened.set(this.#site + stream, step.step);
  }

  /** Learns from a transition before it says whose it is.
   *  @param {{ readonly machine: string, readonly of: string, readonly to?: unknown }} transition
   *  @returns {Place} */
  of({ machine, of, to }) {
    const step = this.#step;
    const jid = step !== undefined && machine === 'stream' && to === 'bound' ? boundJid(step, of) : undefined;
    if (step !== undefined && jid !== undefined) {
      this.names.set(this.#site + of, jid);
      this.#bound.set(jid, { stream: this.#site + of, since: step.step });
    }
    const { owner, part } = splitOf(machine, of, this.#bound);
    const session = machine === 'stream' ? undefined : this.#bound.get(owner);
    return session === undefined
      ? { owner: this.#site + owner, part, since: this.#opened.get(this.#site + owner) ?? 1 }
      : { owner: session.stream, part, since: session.since };
  }
}

/** @param {string} machine
 *  @param {string} of
 *  @param {ReadonlyMap<string, unknown>} jids those that are known */
function splitOf(machine, of, jids) {
  if (machine === 'stream' || machine === 'room' || ofLinks.has(machine)) return { owner: of, part: '' };
  if (machine === 'occupant') return cut(of, of.indexOf('/'));
  if (machine === 'subscription') return cut(of, of.indexOf(' '));
  // A resourcepart may have spaces: the longest full JID that is known is meant.
  for (let end = of.length; end > 0; end = of.lastIndexOf(' ', end - 1)) if (jids.has(of.slice(0, end))) return cut(of, end);
  return cut(of, of.indexOf(' '));
}

/** @param {string} text
 *  @param {number} at */
const cut = (text, at) => (at === -1 || at === text.length ? { owner: text, part: '' } : { owner: text.slice(0, at), part: text.slice(at + 1) });

const marks = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' };

/** The full JID in the result of binding (RFC 6120 §7.6.1).
 *  @param {TraceStep} step
 *  @param {string} stream */
function boundJid({ shown }, stream) {
  for (const { to, what } of shown) {
    const [, jid] = (to === stream && /<jid>([^<]+)<\/jid>/.exec(what)) || [];
    if (jid !== undefined) return jid.replace(/&(?:lt|gt|quot|apos|amp);/g, (mark) => marks[/** @type {keyof typeof marks} */ (mark)]);
  }
  return undefined;
}
