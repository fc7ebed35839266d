/** All observers of one run: each is told what happens, and the first fault that one finds is kept. @module */
import type { StoreReply, StoreRequest } from '../../src/core/store.ts';
import type { Client } from './client.ts';
import { Knowledge, domainOf } from './knowledge.ts';
import type { Seen, Site } from './knowledge.ts';
import type { Observer, Rest, Theorem, Watch, WatchAll } from './observer.ts';
import type { Crash, Step } from './step.ts';

interface Watching {
  readonly theorem: Observer;
  /** By server. */
  readonly each: ReadonlyMap<string, Watch>;
  /** Or one for all. */
  readonly all: WatchAll | undefined;
}

/** Observers at work. */
export class Watchers {
  readonly knowledge = new Map<string, Knowledge>();
  readonly #watching: readonly Watching[];
  #failure: { readonly theorem: Theorem; readonly fault: string } | undefined;

  constructor(sites: readonly Omit<Site, 'of'>[], observers: readonly Observer[]) {
    const of = (jid: string): Knowledge | undefined => this.knowledge.get(domainOf(jid));
    for (const site of sites) this.knowledge.set(site.domain, new Knowledge({ ...site, of }));
    this.#watching = observers.map((theorem) => ({
      theorem,
      each: new Map(theorem.watch === undefined ? [] : [...this.knowledge].map(([domain, known]) => [domain, theorem.watch(known)])),
      all: theorem.watchAll?.(this.knowledge),
    }));
  }

  /** What is wrong, if anything is. */
  get failure(): { readonly theorem: Theorem; readonly fault: string } | undefined {
    return this.#failure;
  }

  /** How often each theorem was put to the test, by its name. */
  get premises(): Record<string, number> {
    return Object.fromEntries(this.#watching.map(({ theorem, each, all }) => [theorem.name, [...each.values()].reduce((sum, { premises }) => sum + premises, all?.premises ?? 0)]));
  }

  see(step: Step | Crash): void {
    const { site } = step;
    const knowledge = this.knowledge.get(site);
    if (knowledge === undefined) throw new Error(`nobody knows ${site}`);
    if ('crash' in step) {
      knowledge.crash();
      this.#noteLoss(step.number);
      for (const { each, all } of this.#watching) {
        each.get(site)?.crashed?.();
        all?.crashed?.(site);
      }
      return;
    }
    const seen: Seen = knowledge.see(step);
    if (knowledge.lossAt === step.number) this.#noteLoss(step.number);
    this.#ask(({ each, all }) => each.get(site)?.step?.(seen) ?? all?.step?.(seen));
  }

  performed(site: string, request: StoreRequest, reply: StoreReply): void {
    this.#ask(({ each }) => each.get(site)?.performed?.(request, reply));
  }

  /** @param restOf what each server has come to */
  rested(when: Rest['when'], everyone: readonly Client[], restOf: (site: string) => Rest): void {
    for (const site of this.knowledge.keys()) this.#ask(({ each }) => each.get(site)?.rested?.(restOf(site)));
    this.#ask(({ all }) => all?.rested?.(when, everyone));
  }

  fail(theorem: Theorem, fault: string): void {
    this.#failure ??= { theorem, fault };
  }

  #noteLoss(number: number): void {
    for (const knowledge of this.knowledge.values()) knowledge.lossAt = number;
  }

  #ask(judge: (watching: Watching) => string | undefined): void {
    if (this.#failure !== undefined) return;
    for (const watching of this.#watching) {
      const fault = judge(watching);
      if (fault !== undefined) return this.fail(watching.theorem, fault);
    }
  }
}
