/** T8: nothing is left of those who have gone. Spec: DESIGN D1. @module */
import type { Knowledge, Seen } from '../knowledge.ts';
import type { Observer, Rest, Watch } from '../observer.ts';

export const leftovers: Observer = {
  name: 'nothing is left of those who have gone',
  statement: 'Whenever nothing is asked of the store, every timer belongs to a stream that is there; and once everyone has left, no stream, route, account, timer, request, link or farewell of a room is.',
  exempt: 'while a request is under way, the end of a stream may wait behind it',
  spec: ['DESIGN D1', 'RFC 6120 §4.4'],
  watch: (knowledge) => new LeftoversWatch(knowledge),
};

class LeftoversWatch implements Watch {
  premises = 0;
  readonly #knowledge: Knowledge;
  /** What runs, and the stream that it is for: by its name, or, for a request of the server, the one that the
   *  request is put out to next. Undefined while that is not known. */
  #timers = new Map<string, string | undefined>();

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  step({ input, effects, sent }: Seen): string | undefined {
    if (input.type === 'timer.fired') this.#timers.delete(input.timer);
    for (const effect of effects) {
      if (effect.type === 'startTimer') this.#timers.set(effect.timer, /^(?:stream|peer) (\S+)/.exec(effect.timer)?.[1]);
      else if (effect.type === 'cancelTimer') this.#timers.delete(effect.timer);
      const of = sent.get(effect);
      if (of?.element.name === 'iq' && of.element.attrs.type === 'set') this.#place(of.element.attrs.id ?? '', of.to.stream);
    }
    if (this.#knowledge.requests.size > 0) return undefined;
    for (const [timer, stream] of this.#timers) {
      this.premises += 1;
      if (stream !== undefined && !this.#isThere(timer, stream)) return `the timer "${timer}" runs for nobody`;
    }
    return undefined;
  }

  crashed(): void {
    this.#timers = new Map();
  }

  rested({ when, census }: Rest): string | undefined {
    const left = Object.entries(census ?? { servers: 0 }).filter(([what, count]) => count !== 0 && (when === 'alone' || what === 'requests'));
    if (left.length > 0) return `${left.map(([what, count]) => `${count} ${what}`).join(', ')} left at rest`;
    return when === 'alone' && this.#timers.size > 0 ? `timers run for nobody: ${[...this.#timers.keys()].join(', ')}` : undefined;
  }

  /** The core starts the timer of a request and then puts the request out: `iq GENERATION ID`. */
  #place(id: string, stream: string): void {
    for (const [timer, of] of this.#timers) if (of === undefined && timer.startsWith('iq ') && timer.endsWith(` ${id}`)) this.#timers.set(timer, stream);
  }

  #isThere(timer: string, stream: string): boolean {
    const known = this.#knowledge.streams.get(stream);
    return timer.startsWith('iq ') ? known?.isClosed === false && !known.isLost : known !== undefined && !known.isGone && !known.isLost;
  }
}
