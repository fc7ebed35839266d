/** The theorems over random histories of the real core, in short and from a fixed seed; and wrong cores,
 *  which they must refute. `npm run properties` has as many runs as one likes. @module */
import { describe, expect, test } from 'vitest';
import { check } from '../../properties/theorem.ts';
import { theorems } from '../../properties/theorems.ts';
import type { CoreMaker } from '../../properties/world/world.ts';
import { defaultConfig } from '../../src/core/config.ts';
import type { Effect } from '../../src/core/effect.ts';
import { standardFeatures } from '../../src/core/features/all.ts';
import { createCore } from '../../src/core/server.ts';
import type { Core } from '../../src/core/server.ts';

const seed = 6121;

describe('theorems', () => {
  test.each(theorems)('$name ($spec)', (theorem) => {
    const { failure, premises } = check(theorem, { runs: 150, seed });
    expect(failure).toBeUndefined();
    expect(premises).toBeGreaterThan(0);
  });
});

/** A core whose effects are tampered with on their way out. */
const tampered = (tamper: (effects: readonly Effect[]) => readonly Effect[]): CoreMaker => () => {
  const core = createCore({ domain: 'localhost', ...defaultConfig }, standardFeatures);
  return { ...core, step: (input, at) => tamper(core.step(input, at)) };
};
const isSend = (effect: Effect, pattern: RegExp): boolean => effect.type === 'send' && pattern.test(effect.xml);

/** A core that hands its stream's presence on to a feature of its own: it keeps what Openfire 4.6.0 did. */
const deafAfterUnavailable: CoreMaker = () => {
  const core = createCore({ domain: 'localhost', ...defaultConfig }, standardFeatures);
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

/** What a core does wrong, and a theorem that must not survive it. */
const wrong: readonly (readonly [about: string, core: CoreMaker, refuted: string])[] = [
  ['keeps a resource\'s own goodbye to itself', tampered((effects) => effects.filter((effect) => !isSend(effect, /^<presence[^>]*type="unavailable"/))), 'a stream ends with the resource\'s own goodbye'],
  ['tells nobody that a resource is gone', tampered((effects) => effects.filter((effect) => !isSend(effect, /^<presence[^>]*type="unavailable"/))), 'nobody goes on believing in a resource that is gone'],
  ['destroys the route on unavailable presence', deafAfterUnavailable, 'a stream ends with the resource\'s own goodbye'],
  ['sends what one step brings backwards', tampered((effects) => [...effects].reverse()), 'a stream ends with the resource\'s own goodbye'],
];

describe('wrong cores', () => {
  test.each(wrong)('one that %s is refuted, and the dialogue is short', (_about, makeCore, refuted) => {
    const theorem = theorems.find(({ name }) => name === refuted);
    if (theorem === undefined) throw new Error(`no theorem ${refuted}`);
    const { failure, runs } = check(theorem, { runs: 500, seed, makeCore });
    expect(failure).toBeDefined();
    expect(runs).toBeLessThan(500);
    expect(failure?.dialogue.split('\n').length).toBeLessThanOrEqual(6);
  });
});
