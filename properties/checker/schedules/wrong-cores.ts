/** Negative controls: cores that do something wrong, each of which a theorem must refute in a programme. A
 *  theorem that no wrong core refutes might hold for want of sight. @module */
import type { Effect } from '../../../src/core/effect.ts';
import type { Input } from '../../../src/core/input.ts';
import type { Core } from '../../../src/core/server.ts';
import { realCore } from './core-maker.ts';
import type { CoreMaker } from './core-maker.ts';

/** A core that is wrong, and what shows it. */
export interface WrongCore {
  /** What it does. */
  readonly name: string;
  /** The theorems that refute it. */
  readonly refutes: readonly string[];
  /** The name of the programme in which they do. */
  readonly programme: string;
  readonly makeCore: CoreMaker;
}

/** Changes what a core does in a step. */
type Tamper = (effects: readonly Effect[], input: Input) => readonly Effect[];

const tampered = (makeTamper: () => Tamper): CoreMaker => () => {
  const core = realCore();
  const tamper = makeTamper();
  return { ...core, step: (input, at) => tamper(core.step(input, at), input) };
};

const reading = (change: (input: Input) => Input | undefined): CoreMaker => () => {
  const core = realCore();
  const step: Core['step'] = (input, at) => {
    const changed = change(input);
    return changed === undefined ? [] : core.step(changed, at);
  };
  return { ...core, step };
};

const isSend = (effect: Effect, pattern: RegExp): effect is Extract<Effect, { type: 'send' }> => effect.type === 'send' && pattern.test(effect.xml);
const without = (pattern: RegExp): CoreMaker => tampered(() => (effects) => effects.filter((effect) => !isSend(effect, pattern)));

const goodbye = /^<presence[^>]*type="unavailable"/;
const ownGoodbye = /^<presence to="([^"/]+)"(?=[^>]* from="\1\/)[^>]*type="unavailable"/;
const othersGoodbye = /^<presence to="([^"/]+)"(?![^>]* from="\1\/)[^>]*type="unavailable"/;
/** The effects, with those that match doubled. */
const twice = (effects: readonly Effect[], isMatch: (effect: Effect) => boolean): readonly Effect[] => effects.flatMap((effect): readonly Effect[] => (isMatch(effect) ? [effect, effect] : [effect]));
const isFlushed = (effect: Effect): boolean => isSend(effect, /^<message.*<delay/);
const isLive = (effect: Effect): boolean => isSend(effect, /^<message/) && !isFlushed(effect);

/** Follows which streams are those of available resources. */
function availability(): { readonly streams: ReadonlySet<string>; follow(input: Input): void } {
  const streams = new Set<string>();
  return {
    streams,
    follow(input) {
      if (input.type !== 'stream.element' || input.element.name !== 'presence' || input.element.attrs.to !== undefined) return;
      if (input.element.attrs.type === undefined) streams.add(input.stream);
      else streams.delete(input.stream);
    },
  };
}

/** Drops what matches, unless it is for an available resource. */
const onlyToAvailable = (pattern: RegExp): CoreMaker => tampered(() => {
  const { streams, follow } = availability();
  return (effects, input) => {
    follow(input);
    return effects.filter((effect) => !isSend(effect, pattern) || streams.has(effect.stream));
  };
});

/** Shows available presence to whoever has a stream. */
const showsToAll: CoreMaker = tampered(() => {
  const streams = new Set<string>();
  return (effects, input) => {
    if ('stream' in input) streams.add(input.stream);
    return effects.flatMap((effect): Effect[] => (isSend(effect, /^<presence(?![^>]* type=)/) ? [...streams].map((stream) => ({ ...effect, stream })) : [effect]));
  };
});

/** Answers no request to a full JID while anybody is available. */
const silentWhileAvailable: CoreMaker = tampered(() => {
  const { streams, follow } = availability();
  return (effects, input) => {
    follow(input);
    return effects.filter((effect) => streams.size === 0 || !isSend(effect, /^<iq[^>]*type="error"/));
  };
});

/** All of them. */
export const wrongCores: readonly WrongCore[] = [
  { name: 'delivers live before what was stored', refutes: ['T4'], programme: 'a flush races live delivery', makeCore: tampered(() => (effects) => [...effects.filter(isLive), ...effects.filter((effect) => !isLive(effect))]) },
  { name: 'loses what was held back for a flush', refutes: ['T1.a', 'T3'], programme: 'a flush races live delivery', makeCore: tampered(() => (effects) => (effects.some(isFlushed) ? effects.filter((effect) => !isLive(effect)) : effects)) },
  { name: 'delivers a held message twice', refutes: ['T3'], programme: 'a flush races live delivery', makeCore: tampered(() => (effects) => (effects.some(isFlushed) ? twice(effects, isLive) : effects)) },
  { name: 'forgets what it has not flushed', refutes: ['T3'], programme: 'a flush races live delivery', makeCore: without(/^<message.*<delay/) },
  { name: 'delivers to available resources only', refutes: ['T1.a', 'T1.b'], programme: 'a message while its recipient connects', makeCore: onlyToAvailable(/^<message(?!.*<delay)/) },
  { name: 'answers available resources only', refutes: ['T1.d'], programme: 'directed presence, and then the end', makeCore: onlyToAvailable(/^<iq(?![^>]* id="bind")/) },
  { name: 'keeps a resource\'s own goodbye to itself', refutes: ['T2'], programme: 'a message while its recipient connects', makeCore: without(ownGoodbye) },
  { name: 'closes before it says goodbye', refutes: ['T2'], programme: 'a flush races live delivery', makeCore: tampered(() => (effects) => [...effects].sort((a, b) => Number(b.type === 'close') - Number(a.type === 'close'))) },
  { name: 'tells subscribers nothing of the end', refutes: ['T6'], programme: 'a cancellation races a broadcast', makeCore: without(othersGoodbye) },
  { name: 'says twice that a resource is gone', refutes: ['T6'], programme: 'one of two resources leaves', makeCore: tampered(() => (effects) => twice(effects, (effect) => isSend(effect, goodbye))) },
  { name: 'shows presence to strangers', refutes: ['T5.safety', 'T5.observation'], programme: 'a stranger asks', makeCore: showsToAll },
  { name: 'is silent towards a stranger while the user is available', refutes: ['T5.observation'], programme: 'a stranger asks', makeCore: silentWhileAvailable },
  { name: 'does not see that a transport dies', refutes: ['T8'], programme: 'directed presence, broadcast, and a dead transport', makeCore: reading((input) => (input.type === 'stream.lost' ? undefined : input)) },
  { name: 'takes a failure of the store for an answer', refutes: ['T12'], programme: 'the store fails to read what is kept', makeCore: reading((input) => (input.type === 'store.failed' ? { type: 'store.replied', request: input.request, reply: null } : input)) },
];
