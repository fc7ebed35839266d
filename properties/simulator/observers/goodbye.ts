/** T2.b and T2.d: what a stream ends with. Spec: RFC 6121 §4.5.2, RFC 6120 §4.4. @module */
import type { Effect } from '../../../src/core/effect.ts';
import type { Known, Seen } from '../knowledge.ts';
import type { Observer, Watch } from '../observer.ts';

export const goodbye: Observer = {
  name: 'a stream ends with the resource\'s own goodbye',
  statement: 'A resource that was available hears that it is not before its stream is closed, and nothing after the closing tag.',
  exempt: 'a stream that is lost hears nothing',
  spec: ['RFC 6121 §4.5.2', 'RFC 6120 §4.4'],
  watch: () => new GoodbyeWatch(),
};

class GoodbyeWatch implements Watch {
  premises = 0;
  #available = new Set<string>();
  #closed = new Set<string>();

  step({ effects, sent, input }: Seen): string | undefined {
    for (const effect of effects) {
      const of = sent.get(effect);
      if (of?.isOwn === true) this.#noteOwn(of.to, of.element.attrs.type === undefined);
      const fault = this.#judge(effect);
      if (fault !== undefined) return fault;
    }
    if (input.type === 'stream.lost') this.#available.delete(input.stream);
    return undefined;
  }

  crashed(): void {
    this.#available = new Set();
    this.#closed = new Set();
  }

  #noteOwn({ stream }: Known, isAvailable: boolean): void {
    if (isAvailable) this.#available.add(stream);
    else this.#available.delete(stream);
  }

  #judge(effect: Effect): string | undefined {
    if (effect.type !== 'send' && effect.type !== 'open' && effect.type !== 'close') return undefined;
    const { stream } = effect;
    if (this.#closed.has(stream)) return `${stream} is sent something after its closing tag`;
    if (effect.type !== 'close') return undefined;
    this.premises += 1;
    this.#closed.add(stream);
    return this.#available.has(stream) ? `${stream} is closed, and its resource was not told that it is unavailable` : undefined;
  }
}
