/** All observers of one run: each is told what happens, and the first fault that one finds is kept. @module */
import type { StoreReply, StoreRequest } from '../../src/core/store.ts';
import type { Contents } from '../world/contents.ts';
import { Knowledge } from './knowledge.ts';
import type { Observer, Rest, Theorem, Watch } from './observer.ts';
import type { Crash, Step } from './step.ts';

/** Observers at work. */
export class Watchers {
  readonly knowledge: Knowledge;
  readonly #watches: readonly { readonly theorem: Observer; readonly watch: Watch }[];
  #failure: { readonly theorem: Theorem; readonly fault: string } | undefined;

  constructor(contents: Contents, observers: readonly Observer[]) {
    this.knowledge = new Knowledge(contents);
    this.#watches = observers.map((theorem) => ({ theorem, watch: theorem.watch(this.knowledge) }));
  }

  /** What is wrong, if anything is. */
  get failure(): { readonly theorem: Theorem; readonly fault: string } | undefined {
    return this.#failure;
  }

  /** How often each theorem was put to the test, by its name. */
  get premises(): Record<string, number> {
    return Object.fromEntries(this.#watches.map(({ theorem, watch }) => [theorem.name, watch.premises]));
  }

  see(step: Step | Crash): void {
    if ('crash' in step) {
      this.knowledge.crash();
      for (const { watch } of this.#watches) watch.crashed?.();
      return;
    }
    const seen = this.knowledge.see(step);
    this.#ask((watch) => watch.step?.(seen));
  }

  performed(request: StoreRequest, reply: StoreReply): void {
    this.#ask((watch) => watch.performed?.(request, reply));
  }

  rested(rest: Rest): void {
    this.#ask((watch) => watch.rested?.(rest));
  }

  fail(theorem: Theorem, fault: string): void {
    this.#failure ??= { theorem, fault };
  }

  #ask(judge: (watch: Watch) => string | undefined): void {
    if (this.#failure !== undefined) return;
    for (const { theorem, watch } of this.#watches) {
      const fault = judge(watch);
      if (fault !== undefined) return this.fail(theorem, fault);
    }
  }
}
