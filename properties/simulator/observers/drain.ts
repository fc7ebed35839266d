/** T2.e: a stream that has ended is closed in bounded time, whatever becomes of the rooms that owe it something. Spec: DESIGN D5,
 *  RFC 6120 §4.4. @module */
import { defaultConfig } from '../../../src/core/config.ts';
import type { Knowledge, Seen } from '../knowledge.ts';
import type { Observer, Watch } from '../observer.ts';

/** The deadline, and how late a timer is at most (options.ts). */
const BOUND_MS = defaultConfig.delays.drainTimeout + 1_000;

export const drain: Observer = {
  name: 'a route drains for a bounded time',
  statement: `Of a stream of a client that has ended in order, the closing tag goes out at most ${BOUND_MS} ms later.`,
  exempt: 'while the store owes its server an answer, the end of a stream may wait behind it; the time begins anew with each answer',
  spec: ['DESIGN D5', 'RFC 6120 §4.4'],
  watch: (knowledge) => new DrainWatch(knowledge),
};

class DrainWatch implements Watch {
  premises = 0;
  readonly #knowledge: Knowledge;
  /** Streams that have ended and are not closed, and since when. */
  #ending = new Map<string, number>();

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  step({ input, effects, at }: Seen): string | undefined {
    if (input.type === 'store.replied' || input.type === 'store.failed') for (const stream of this.#ending.keys()) this.#ending.set(stream, at);
    const late = [...this.#ending].find(([, since]) => at > since + BOUND_MS);
    if (late !== undefined && this.#knowledge.requests.size === 0) return `${this.#knowledge.streams.get(late[0])?.jid ?? late[0]} has ended its stream, and it is not closed after ${at - late[1]} ms`;
    if (input.type === 'stream.ended' && this.#knowledge.streams.get(input.stream)?.jid !== undefined) {
      this.premises += 1;
      this.#ending.set(input.stream, at);
    }
    if (input.type === 'stream.lost') this.#ending.delete(input.stream);
    for (const effect of effects) if (effect.type === 'close' || effect.type === 'disconnect') this.#ending.delete(effect.stream);
    return undefined;
  }

  crashed(): void {
    this.#ending = new Map();
  }

  rested(): string | undefined {
    const [stream] = this.#ending.keys();
    return stream === undefined ? undefined : `${this.#knowledge.streams.get(stream)?.jid ?? stream} has ended its stream, and it is never closed`;
  }
}
