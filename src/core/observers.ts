/** Who watches a core at work: any number of observers. While there is none nothing is made for them, and while
 *  there is one it is called as it is. Not here: what there is to see (kernel.ts, decision.ts). @module */
import type { Decision } from './decision.ts';
import type { Fate, Transition } from './kernel.ts';

/** Who wants to watch the core at work. */
export interface Observer {
  /** Told of each step of each machine, ignored events included. */
  onTransition?(transition: Transition): void;
  /** Told how it was decided where a message goes, before it goes there. */
  onDecision?(decision: Decision): void;
  /** Told what became of each message. */
  onFate?(fate: Fate): void;
}

/** What the core tells of itself; what nobody wants to hear of is not set. */
export interface Watched {
  onTransition: ((transition: Transition) => void) | undefined;
  onDecision: ((decision: Decision) => void) | undefined;
  onFate: ((fate: Fate) => void) | undefined;
}

/** Gives the function that adds an observer, and gives back the one that takes it away again.
 *  @example
 *  const observe = observing(kernel);
 *  const leave = observe({ onFate: (fate) => fates.push(fate) }); */
export function observing(watched: Watched): (observer: Observer) => () => void {
  const observers = new Set<Observer>();
  const rewire = (): void => {
    const all = [...observers];
    watched.onTransition = toEach(all.flatMap((each) => each.onTransition?.bind(each) ?? []));
    watched.onDecision = toEach(all.flatMap((each) => each.onDecision?.bind(each) ?? []));
    watched.onFate = toEach(all.flatMap((each) => each.onFate?.bind(each) ?? []));
  };
  return (observer) => {
    observers.add(observer);
    rewire();
    return () => {
      if (observers.delete(observer)) rewire();
    };
  };
}

function toEach<T>(told: readonly ((fact: T) => void)[]): ((fact: T) => void) | undefined {
  return told.length < 2 ? told[0] : (fact) => told.forEach((tell) => tell(fact));
}
