/** A number for a whole run: a hash over everything that the core was given and everything that it asked
 *  for, in order. Two runs of one seed have the same, or the core is not deterministic. The hash is FNV-1a
 *  of 32 bits in two lanes: it tells runs apart, and resists nobody. @module */
import { Element } from 'ltx';
import type { Crash, Step } from './step.ts';

/** The hash of what it was given so far. */
export class Digest {
  #low = 0x811c_9dc5;
  #high = 0x9747_b28c;

  add(step: Step | Crash): void {
    this.#addText(`${step.site} ${step.at}`);
    if ('crash' in step) return this.#addText('crash');
    this.#addText(textOf(step.input));
    for (const effect of step.effects) this.#addText(textOf(effect));
  }

  get value(): string {
    return [this.#high, this.#low].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #addText(text: string): void {
    let low = this.#low;
    let high = this.#high;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      low = Math.imul(low ^ code, 0x0100_0193);
      high = Math.imul(high ^ code, 0x0100_0193) ^ (low >>> 15);
    }
    this.#low = low;
    this.#high = high;
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Element) return part.toString();
    return part instanceof Error ? String(part) : part;
  });
}
