/** One connection between two servers: a queue in each direction. What one side has written the other reads in that order, as late
 *  as a schedule wants; when the line breaks, what is on its way is lost. @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import type { Channel, Input, StreamId } from '../../../src/core/input.ts';
import type { Effect } from '../../../src/core/effect.ts';
import { NS } from '../../../src/core/namespaces.ts';

/** One end of a line. */
export interface End {
  /** The server, by its domain. */
  readonly site: string;
  readonly stream: StreamId;
}

/** What is read in one turn: a stanza, or all that was written of a negotiation in one step. */
interface Item {
  readonly step: number;
  readonly inputs: Input[];
  /** Of a stanza. */
  readonly xml: string;
}

/** A connection that one server has opened to another. */
export class Line {
  readonly name: string;
  readonly #ends: readonly [End, End];
  /** What each end is to read, by its server. */
  readonly #toRead = new Map<string, Item[]>();
  /** Stanzas that were written and will not be read. */
  readonly lost: string[] = [];
  isCut = false;

  constructor(opener: End, taker: End, channel: Channel) {
    this.name = `${opener.site} ${opener.stream}`;
    this.#ends = [opener, taker];
    this.#toRead.set(opener.site, []);
    this.#toRead.set(taker.site, [{ step: -1, xml: '', inputs: [{ type: 'stream.opened', stream: taker.stream, channel, peer: 'server' }] }]);
  }

  /** The servers that have something to read. */
  *readers(): Generator<string> {
    for (const { site } of this.#ends) if ((this.#toRead.get(site)?.length ?? 0) > 0) yield site;
  }

  /** Takes what a server writes over a stream. On a line that has broken it is lost, whether the server has noticed or not.
   *  @param step the number of the server's step
   *  @returns false when the stream is not of this line */
  write({ site, stream }: End, effect: Effect, step: number): boolean {
    const reader = this.#readerOf(site, stream);
    if (reader === undefined) return false;
    const isStanza = effect.type === 'send' && /^<(message|presence|iq)\b/.test(effect.xml);
    const inputs = inputsOf(effect, reader.stream, `${site} ${stream} ${step}`);
    if (this.isCut && isStanza) this.lost.push(effect.xml);
    if (this.isCut || inputs.length === 0) return true;
    const queue = this.#toRead.get(reader.site) ?? [];
    const last = queue.at(-1);
    // The connection is only noticed with the first header; what is said of a negotiation in one step comes in one piece.
    if (!isStanza && last?.xml === '' && (last.step === step || last.step === -1)) queue[queue.length - 1] = { step, xml: '', inputs: [...last.inputs, ...inputs] };
    else queue.push({ step, xml: isStanza ? effect.xml : '', inputs });
    return true;
  }

  /** What a server reads next. */
  read(site: string): Item | undefined {
    return this.#toRead.get(site)?.shift();
  }

  /** Breaks; both ends will notice. */
  cut(): void {
    this.isCut = true;
    for (const items of this.#toRead.values()) this.lost.push(...items.flatMap(({ xml }) => (xml === '' ? [] : [xml])));
    for (const { site, stream } of this.#ends) this.#toRead.set(site, [{ step: -2, xml: '', inputs: [{ type: 'stream.lost', stream }] }]);
  }

  #readerOf(site: string, stream: StreamId): End | undefined {
    const [opener, taker] = this.#ends;
    if (opener.site === site && opener.stream === stream) return taker;
    return taker.site === site && taker.stream === stream ? opener : undefined;
  }
}

function inputsOf(effect: Effect, stream: StreamId, entropy: string): Input[] {
  switch (effect.type) {
    case 'open':
      return [{ type: 'stream.header', stream, entropy: entropy.replaceAll(/[^A-Za-z0-9]/g, '-').padEnd(32, '-'), header: { wellNamed: true, xmlns: NS.server, ...effect.header } }];
    case 'send':
      return [{ type: 'stream.element', stream, element: elementOf(effect.xml) }];
    case 'close':
      return [{ type: 'stream.ended', stream }];
    case 'disconnect':
      return [{ type: 'stream.lost', stream }];
    default:
      return [];
  }
}

const prefixes: Readonly<Record<string, string>> = { stream: NS.streams, db: NS.dialback };

/** An element as a reader gives it, that knows the prefixes of a stream between servers. */
function elementOf(xml: string): Element {
  const element = parse(xml);
  const [prefix = '', name] = element.name.split(':');
  if (name !== undefined) {
    element.name = name;
    element.attrs.xmlns = prefixes[prefix] ?? prefix;
  }
  return element;
}
