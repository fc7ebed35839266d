/** Cores that are wrong on purpose, each refuted by a theorem: the real core with what it hears or says tampered
 *  with. `npm run properties -- --core NAME` shows how a failure looks. Not here: wrong machines
 *  (checker/). @module */
import { defaultConfig } from '../../src/core/config.ts';
import type { Effect } from '../../src/core/effect.ts';
import { standardFeatures } from '../../src/core/features/all.ts';
import { createCore } from '../../src/core/server.ts';
import type { Core } from '../../src/core/server.ts';
import type { CoreMaker } from './world.ts';

/** A core that does something wrong. */
export interface WrongCore {
  /** Stable: traces and the command line refer to it. */
  readonly name: string;
  /** What it does, after "a core that". */
  readonly about: string;
  readonly make: CoreMaker;
  /** The names of theorems that must not survive it. */
  readonly refutes: readonly string[];
  /** How long a dialogue is at most that shows it, where it takes more than a few acts to get there. */
  readonly longest?: number;
  /** Within how many histories it is refuted, where that takes many. */
  readonly within?: number;
}

const realCore: CoreMaker = () => createCore({ domain: 'localhost', ...defaultConfig }, standardFeatures);

/** A core whose effects are tampered with on their way out. */
const tampered = (tamper: (effects: readonly Effect[]) => readonly Effect[]): CoreMaker => () => {
  const core = realCore();
  return { ...core, step: (input, at) => tamper(core.step(input, at)) };
};

const isGoodbye = (effect: Effect): boolean => effect.type === 'send' && /^<presence[^>]*type="unavailable"/.test(effect.xml);

/** What Openfire 4.6.0 did (OF-2012): initial presence made a route, and unavailable presence ended it. */
const deafAfterUnavailable: CoreMaker = () => {
  const core = realCore();
  const deaf = new Set<string>();
  const step: Core['step'] = (input, at) => {
    if (input.type === 'stream.element' && input.element.name === 'presence' && input.element.attrs.to === undefined) {
      if (input.element.attrs.type === 'unavailable') deaf.add(input.stream);
      else if (input.element.attrs.type === undefined) deaf.delete(input.stream);
    }
    return core.step(input, at).filter((effect) => !(effect.type === 'send' && deaf.has(effect.stream) && /^<(message|presence)/.test(effect.xml)));
  };
  return { ...core, step };
};

/** What changes the lists of an account is asked of the store in the step that tells whom it concerns. */
const isChangingLists = (effects: readonly Effect[]): boolean => effects.some((effect) => effect.type === 'store' && effect.operation.op === 'privacy.write');

const attributeOf = (xml: string, name: string): string => new RegExp(`^<[^>]* ${name}="([^"]*)"`).exec(xml)?.[1] ?? '';

/** The end of a session goes to everybody who was ever told of it, whatever its lists say by then. */
const leaksAtTheEnd: CoreMaker = () => {
  const core = realCore();
  const resources = new Map<string, string>();
  const told = new Map<string, Map<string, string>>();
  const step: Core['step'] = (input, at) => {
    const effects = [...core.step(input, at)];
    for (const effect of effects) {
      if (effect.type !== 'send') continue;
      const bound = /<jid>([^<]*)<\/jid>/.exec(effect.xml)?.[1];
      if (bound !== undefined) resources.set(effect.stream, bound);
      if (!effect.xml.startsWith('<presence') || attributeOf(effect.xml, 'type') !== '') continue;
      const from = attributeOf(effect.xml, 'from');
      told.set(from, (told.get(from) ?? new Map<string, string>()).set(effect.stream, attributeOf(effect.xml, 'to')));
    }
    if (input.type !== 'stream.ended' && input.type !== 'stream.lost') return effects;
    const gone = resources.get(input.stream);
    resources.delete(input.stream);
    for (const [stream, to] of told.get(gone ?? '') ?? []) {
      const isTold = effects.some((effect) => effect.type === 'send' && effect.stream === stream && isGoodbye(effect) && attributeOf(effect.xml, 'from') === gone);
      if (stream !== input.stream && resources.has(stream) && !isTold) effects.unshift({ type: 'send', stream, xml: `<presence from="${gone}" to="${to}" type="unavailable"/>` });
    }
    told.delete(gone ?? '');
    return effects;
  };
  return { ...core, step };
};

/** All of them. */
export const wrongCores: readonly WrongCore[] = [
  {
    name: 'no-goodbye', about: 'tells nobody, not even itself, that a resource is gone', make: tampered((effects) => effects.filter((effect) => !isGoodbye(effect))),
    refutes: ['a stream ends with the resource\'s own goodbye', 'nobody goes on believing in a resource that is gone'],
  },
  {
    name: 'deaf-after-unavailable', about: 'destroys the route on unavailable presence', make: deafAfterUnavailable,
    refutes: ['a stream ends with the resource\'s own goodbye', 'a connected resource is reached at its full JID'],
  },
  {
    name: 'backwards', about: 'sends what one step brings backwards', make: tampered((effects) => [...effects].reverse()),
    refutes: ['a stream ends with the resource\'s own goodbye'],
  },
  {
    name: 'block-without-unavailable', about: 'tells nobody that it is blocked from now on', make: tampered((effects) => (isChangingLists(effects) ? effects.filter((effect) => !isGoodbye(effect)) : effects)),
    refutes: ['a block is a filter between two users', 'nobody goes on believing in a resource that is gone, whatever is blocked, listed or invisible'], longest: 10, within: 3000,
  },
  {
    name: 'leak-at-the-end', about: 'tells the end of a session to those who were blocked during it', make: leaksAtTheEnd,
    refutes: ['a block is a filter between two users'], longest: 10,
  },
];
