/** T2.c: no route closes before each room has had the last word. Spec: XEP-0045 §7.14, RFC 6120 §4.4, DESIGN D5. Seen at the
 *  server of the occupant, wherever the room is. Not here: how long it may take (drain.ts). @module */
import type { Effect } from '../../../src/core/effect.ts';
import { NS } from '../../../src/core/namespaces.ts';
import { bareOf, domainOf } from '../knowledge.ts';
import type { Knowledge, Known, Seen, Sent } from '../knowledge.ts';
import { roomsOf } from '../options.ts';
import type { Observer, Watch } from '../observer.ts';
import { codesOf, isOfRoom } from '../view.ts';

export const lastWord: Observer = {
  name: 'no route closes before each room has said that its occupant has left',
  statement: 'Before a stream is closed, each room that has let its resource in, and after an end in order each that was asked to, has refused it, or has said that it has left; or, at the deadline, the server says so in the name of a room elsewhere (333), never of one of its own.',
  exempt: 'a stream that is lost; a room of its own that waits for the store; one whose full JID has been bound anew, which ends at once; a room that has refused one of several requests to enter that were under way together, since the farewell machine counts them as one; a room of which an answer to an earlier session of the full JID comes to this one (THEOREMS A4)',
  spec: ['XEP-0045 §7.14', 'RFC 6120 §4.4', 'DESIGN D5'],
  watch: (knowledge) => new LastWordWatch(knowledge),
};

class LastWordWatch implements Watch {
  premises = 0;
  readonly #knowledge: Knowledge;
  /** By stream, the rooms that owe it a last word; or an answer, if the stream has come so far as to ask. */
  #owing = new Map<string, Set<string>>();
  #asked = new Map<string, Map<string, number>>();
  /** Rooms that the stream has ever asked: what others say was for a session before it (THEOREMS U7). */
  #joined = new Map<string, Set<string>>();
  /** Rooms of which it can't be said what they owe. */
  #unclear = new Map<string, Set<string>>();
  /** Streams that have ended in order: everything before the end is done. */
  #ended = new Set<string>();

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  step({ input, effects, sent }: Seen): string | undefined {
    if (input.type === 'stream.element') this.#noteJoin(input.stream, input.element);
    for (const effect of effects) {
      const of = sent.get(effect);
      const fault = of === undefined ? this.#judge(effect) : this.#hear(of);
      if (fault !== undefined) return fault;
    }
    if (input.type === 'stream.ended') this.#ended.add(input.stream);
    if (input.type === 'stream.lost') this.#forget(input.stream);
    return undefined;
  }

  crashed(): void {
    this.#owing = new Map();
    this.#asked = new Map();
    this.#unclear = new Map();
    this.#joined = new Map();
    this.#ended = new Set();
  }

  #noteJoin(stream: string, element: Sent['element']): void {
    const known = this.#knowledge.streams.get(stream);
    const { name, attrs: { to = '', type } } = element;
    if (known?.jid === undefined || known.isEnding || name !== 'presence' || type !== undefined) return;
    add(this.#joined, stream, `${bareOf(to)} ${element.attrs.id ?? ''}`);
    if (element.getChild('x', NS.muc) === undefined) return;
    add(this.#joined, stream, bareOf(to));
    const asked = this.#asked.get(stream) ?? new Map<string, number>();
    this.#asked.set(stream, asked.set(bareOf(to), (asked.get(bareOf(to)) ?? 0) + 1));
  }

  #hear({ to, element }: Sent): string | undefined {
    if (element.name !== 'presence' || to.isPeer || !isOfRoom(element)) return undefined;
    const { from = '', type } = element.attrs;
    const room = bareOf(from);
    const codes = codesOf(element);
    // An answer to a session before this one has been under way for longer than anybody remembers it (THEOREMS A4).
    const { id = '' } = element.attrs;
    if (type === undefined && codes.includes('110') && id.startsWith('directed-') && this.#joined.get(to.stream)?.has(`${room} ${id}`) === false) add(this.#unclear, to.stream, room);
    if (type === 'error' && (this.#asked.get(to.stream)?.get(room) ?? 0) > 1) add(this.#unclear, to.stream, room);
    if (type === 'error' || codes.includes('110')) this.#asked.get(to.stream)?.delete(room);
    if (type === undefined && codes.includes('110') && this.#joined.get(to.stream)?.has(room) === true) add(this.#owing, to.stream, room);
    else if (type === 'unavailable' && codes.includes('110') && !codes.includes('303')) {
      this.#owing.get(to.stream)?.delete(room);
      // 307 beside it: the room itself says that somebody is not there (§7.2.18).
      const isServers = codes.includes('333') && !codes.includes('307');
      if (isServers && this.#knowledge.requests.size === 0 && domainOf(from) === roomsOf(this.#knowledge.domain)) return `the server says itself that ${to.jid ?? ''} has left ${room}, which is one of its own`;
    }
    return undefined;
  }

  #judge(effect: Effect): string | undefined {
    if (effect.type !== 'close') return undefined;
    const asked = this.#ended.has(effect.stream) ? [...(this.#asked.get(effect.stream)?.keys() ?? [])] : [];
    const unclear = this.#unclear.get(effect.stream);
    const rooms = [...(this.#owing.get(effect.stream) ?? []), ...asked].filter((room) => unclear?.has(room) !== true);
    const known = this.#knowledge.streams.get(effect.stream);
    const isConcerned = this.#owing.has(effect.stream) || this.#asked.has(effect.stream);
    this.#forget(effect.stream);
    if (!isConcerned || known?.jid === undefined || known.isLost || this.#isReplaced(known)) return undefined;
    this.premises += 1;
    const [room] = rooms;
    return room === undefined ? undefined : `${known.jid} is gone, and ${room} has not said that it has left`;
  }

  #isReplaced({ jid = '', stream, boundAt }: Known): boolean {
    return [...this.#knowledge.streamsOf(bareOf(jid))].some((other) => other.jid === jid && other.stream !== stream && other.boundAt >= boundAt);
  }

  #forget(stream: string): void {
    this.#owing.delete(stream);
    this.#asked.delete(stream);
    this.#unclear.delete(stream);
    this.#joined.delete(stream);
    this.#ended.delete(stream);
  }
}

function add(rooms: Map<string, Set<string>>, stream: string, room: string): void {
  rooms.set(stream, (rooms.get(stream) ?? new Set<string>()).add(room));
}
