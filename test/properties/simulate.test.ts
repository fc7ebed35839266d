/** The simulator in short: fixed seeds hold and replay exactly, and each observer refutes a core or a store
 *  that is wrong. `npm run simulate` has as many seeds as one likes. @module */
import { describe, expect, test } from 'vitest';
import { contentsOf } from '../../properties/world/contents.ts';
import type { Contents } from '../../properties/world/contents.ts';
import { dialogueOf } from '../../properties/simulator/dialogue.ts';
import { observers } from '../../properties/simulator/observers/all.ts';
import { describeOptions, drawOptions } from '../../properties/simulator/options.ts';
import type { CoreMaker } from '../../properties/simulator/server.ts';
import { simulate } from '../../properties/simulator/simulation.ts';
import type { Failure, SimulationOptions } from '../../properties/simulator/simulation.ts';
import type { Crash, Step } from '../../properties/simulator/step.ts';
import { replaySimulation, traceOf } from '../../properties/simulator/trace.ts';
import { decodeTrace, encodeTrace } from '../../src/core/trace.ts';
import type { Effect } from '../../src/core/effect.ts';
import { standardFeatures } from '../../src/core/features/all.ts';
import type { Input } from '../../src/core/input.ts';
import { createCore } from '../../src/core/server.ts';

const first = 6121;
const seeds = Array.from({ length: 12 }, (_, index) => first + index);

describe('a simulated world', () => {
  const runs = seeds.map((seed) => simulate({ seed, ticks: 2_500 }));

  test.each(runs)('all theorems hold from the seed $options.seed (THEOREMS T1-T6, T8)', ({ failure }) => {
    expect(failure).toBeUndefined();
  });

  test('every theorem is put to the test, so none holds for want of it', () => {
    const sums = observers.map(({ name }) => [name, runs.reduce((sum, { premises }) => sum + (premises[name] ?? 0), 0)] as const);
    expect(sums.filter(([, times]) => times === 0)).toEqual([]);
  });

  test('the same seed gives the same run, byte for byte, and another one another (DESIGN §2)', () => {
    const [seed = first, other = first] = seeds;
    const again = simulate({ seed, ticks: 2_500 });
    expect(again).toEqual(runs[0]);
    expect(simulate({ seed: other, ticks: 2_500 }).digest).not.toBe(again.digest);
  });

  test('whatever is drawn is printed', () => {
    const { seed, ticks, servers, accounts, resources, ...groups } = drawOptions(first);
    const printed = describeOptions(drawOptions(first));
    const names = Object.values(groups).flatMap((group) => Object.entries(group).map(([name, value]) => `${name} ${value}`));
    expect([`seed ${seed}`, `${ticks} ticks`, `${servers} servers`, `${accounts} accounts`, `${resources} resources`, ...names].filter((part) => !printed.includes(part))).toEqual([]);
  });

  test('a trace is played again from its header alone, crashes included', () => {
    const seed = seeds.find((each) => drawOptions(each).server.crashEvery > 0) ?? first;
    const steps: (Step | Crash)[] = [];
    const outcome = simulate({ seed, ticks: 2_500 }, (step) => steps.push(step));
    const trace = decodeTrace(encodeTrace(traceOf(outcome)));
    expect(trace.steps.map(({ step, at }) => [step, at])).toEqual(steps.map(({ number, at }) => [number, at]));
    expect(trace.steps.some(({ transitions }) => transitions.length > 0)).toBe(true);
    expect([...replaySimulation({ header: trace.header, steps: [] })].map(({ label }) => label)).toEqual(trace.steps.map(({ label }) => label));
    expect(dialogueOf(steps.slice(-40), outcome.names)).toContain(': ended');
  });
});

/** What is wrong in the first of these seeds in which something is, with one server unless given. */
function refute(wrong: Omit<SimulationOptions, 'seed'>, most: number): Failure | undefined {
  for (let seed = first; seed < first + most; seed += 1) {
    const { failure } = simulate({ seed, ticks: 2_500, servers: 1, ...wrong });
    if (failure !== undefined) return failure;
  }
  return undefined;
}

type Tamper = (effects: readonly Effect[], input: Input) => readonly Effect[];

/** A core whose effects are tampered with on their way out. */
const tampered = (makeTamper: () => Tamper): CoreMaker => (config) => {
  const core = createCore(config, standardFeatures);
  const tamper = makeTamper();
  return { ...core, step: (input, at) => tamper(core.step(input, at), input) };
};
const changed = (tamper: Tamper): CoreMaker => tampered(() => tamper);
const without = (pattern: RegExp): CoreMaker => changed((effects) => effects.filter((effect) => effect.type !== 'send' || !pattern.test(effect.xml)));
const twice = (pattern: RegExp): CoreMaker => changed((effects) => effects.flatMap((effect) => (effect.type === 'send' && pattern.test(effect.xml) ? [effect, { ...effect }] : [effect])));

/** What Openfire 4.6.0 did (OF-2012): unavailable presence takes the route away. */
const deafAfterUnavailable = tampered(() => {
  const deaf = new Set<string>();
  return (effects, input) => {
    if (input.type === 'stream.element' && input.element.name === 'presence' && input.element.attrs.to === undefined) {
      if (input.element.attrs.type === 'unavailable') deaf.add(input.stream);
      else deaf.delete(input.stream);
    }
    return effects.filter((effect) => !(effect.type === 'send' && deaf.has(effect.stream) && effect.xml.startsWith('<message')));
  };
});

/** What one step brings of the store, backwards. */
const backwards = changed((effects) => {
  const stored = effects.filter((effect) => effect.type === 'send' && effect.xml.includes('urn:xmpp:delay')).reverse();
  return effects.map((effect) => (effect.type === 'send' && effect.xml.includes('urn:xmpp:delay') ? stored.shift() ?? effect : effect));
});

/** Presence that is broadcast goes to everyone who is connected. */
const gossip = tampered(() => {
  const streams = new Set<string>();
  return (effects, input) => {
    if (input.type === 'stream.lost' || input.type === 'stream.ended' || input.type === 'stream.broken') streams.delete(input.stream);
    for (const effect of effects) {
      if (effect.type === 'send' && effect.xml.includes('<jid>')) streams.add(effect.stream);
      if (effect.type === 'close') streams.delete(effect.stream);
    }
    return effects.flatMap((effect) => (effect.type === 'send' && effect.xml.includes('<priority>') ? [effect, ...[...streams].map((stream) => ({ ...effect, stream }))] : [effect]));
  };
});

const wrongCores: readonly (readonly [about: string, makeCore: CoreMaker, refuted: string, seeds: number])[] = [
  ['takes the route away with unavailable presence', deafAfterUnavailable, 'presence never decides whether a message is delivered', 3],
  ['keeps a resource\'s own goodbye to itself', without(/^<presence to="(\w+@localhost)"(?=[^>]* type="unavailable")[^>]* from="\1\//), 'a stream ends with the resource\'s own goodbye', 3],
  ['goes on talking after the closing tag', changed((effects) => effects.flatMap((effect): readonly Effect[] => (effect.type === 'close' ? [effect, { type: 'send', stream: effect.stream, xml: '<presence/>' }] : [effect]))), 'a stream ends with the resource\'s own goodbye', 3],
  ['puts a message out twice', twice(/^<message to="[^"]*" type="normal"(?!.*urn:xmpp:delay)/), 'every message has one fate', 3],
  ['puts what was stored out backwards', backwards, 'what one sends to another arrives in order', 20],
  ['lets everyone hear of everyone', gossip, 'a stranger hears nothing of anyone\'s presence', 3],
  ['says twice that a resource has gone', twice(/^<presence to="[^"]*"( from="[^"]*")? type="unavailable"/), 'nobody is told twice that a resource has gone', 3],
  ['forgets to cancel timers', changed((effects) => effects.filter(({ type }) => type !== 'cancelTimer')), 'nothing is left of those who have gone', 3],
  ['breaks an invariant', changed((effects, { type }) => (type === 'timer.fired' ? [...effects, { type: 'report', stream: undefined, error: new Error('what can\'t be') }] : effects)), 'no invariant of the core is broken', 10],
  ['answers twice', twice(/^<iq type="result" id="q/), 'every request is answered once', 3],
  ['does not answer', without(/^<iq type="error" id="q/), 'every request is answered once', 10],
  ['tells no other that a resource has gone', without(/^<presence to="(\w+)@localhost"( type="unavailable")? from="(?!\1@)[^"]*"( type="unavailable")?\/>/), 'what is believed of presence is the truth', 20],
  ['pushes an item without its name', changed((effects) => effects.map((effect) => (effect.type === 'send' && effect.xml.startsWith('<iq id="server-') ? { ...effect, xml: effect.xml.replace(/ name="[^"]*"/, '') } : effect))), 'every client has the roster that is stored', 20],
  ['never comes to rest', changed((effects, input) => (input.type === 'stream.opened' || (input.type === 'timer.fired' && input.timer === 'clock') ? [...effects, { type: 'startTimer', timer: 'clock', delayMs: 1_000 }] : effects)), 'a healed world comes to rest', 3],
];

describe('a wrong core', () => {
  test.each(wrongCores)('that %s is refuted', (_about, makeCore, refuted, most) => {
    expect(refute({ makeCore }, most)?.theorem.name).toBe(refuted);
  });
});

/** A core that tampers with the messages that one step puts on a stream to another server. */
const onLinks = (tamper: (messages: readonly Effect[], effects: readonly Effect[]) => readonly Effect[]): CoreMaker => tampered(() => {
  const peers = new Set<string>();
  return (effects, input) => {
    if (input.type === 'stream.opened' && input.peer === 'server') peers.add(input.stream);
    for (const effect of effects) if (effect.type === 'connect') peers.add(effect.stream);
    const isOurs = (effect: Effect): boolean => effect.type === 'send' && peers.has(effect.stream) && effect.xml.startsWith('<message');
    const put = [...tamper(effects.filter(isOurs), effects)];
    return effects.flatMap((effect) => (isOurs(effect) ? put.splice(0, 1) : [effect]));
  };
});

/** Whoever has a certificate at all is believed to be anybody. */
const credulous: CoreMaker = (config) => {
  const core = createCore(config, standardFeatures);
  const certified = ['verona.test', 'mantua.test'];
  const believing = (input: Input): Input => ('channel' in input && input.channel.certified !== undefined ? { ...input, channel: { ...input.channel, certified } } : input);
  return { ...core, step: (input, at) => core.step(believing(input), at) };
};

const wrongLinks: readonly (readonly [about: string, makeCore: CoreMaker, refuted: string, seeds: number])[] = [
  ['lets what is new overtake what has waited for the link', onLinks((messages) => [...messages].reverse()), 'what one sends to another arrives in order', 20],
  ['drops what has waited for the link', onLinks((messages, effects) => (effects.some(({ type }) => type === 'trust') ? [] : messages)), 'what is handed to a link arrives', 10],
  ['bounces twice what the link could not carry', twice(/^<message.* type="error" .*<remote-server-/), 'every message has one fate', 10],
  ['believes any certificate', credulous, 'nobody speaks for a domain that is not theirs', 20],
  ['tells the other server twice that a resource has gone', twice(/^<presence(?=[^>]* from="\w+@\w+\.test\/\w+")(?=[^>]* to="\w+@\w+\.test")(?=[^>]* type="unavailable")[^>]*>/), 'nobody is told twice that a resource has gone', 10],
];

describe('a wrong core, between two servers,', () => {
  test.each(wrongLinks)('that %s is refuted', (_about, makeCore, refuted, most) => {
    expect(refute({ makeCore, servers: 2 }, most)?.theorem.name).toBe(refuted);
  });
});

/** A core that says goodbye as soon as one room has: what it had to say yet is lost. */
const hasty = tampered(() => {
  const ended = new Set<string>();
  const gone = new Set<string>();
  return (effects, input) => {
    if (input.type === 'stream.ended') ended.add(input.stream);
    return effects.flatMap((effect): readonly Effect[] => {
      if (!('stream' in effect) || effect.stream === undefined) return [effect];
      const { stream } = effect;
      if (gone.has(stream)) return [];
      const isLastWord = effect.type === 'send' && ended.has(stream) && /^<presence[^>]* from="\w+@rooms\.[^>]* type="unavailable"/.test(effect.xml) && effect.xml.includes('code="110"');
      if (!isLastWord) return [effect];
      gone.add(stream);
      return [effect, { type: 'close', stream }, { type: 'disconnect', stream }];
    });
  };
});

/** Nobody ends the wait for a room that does not answer. */
const patient: CoreMaker = (config) => {
  const core = createCore(config, standardFeatures);
  return { ...core, step: (input, at) => (input.type === 'timer.fired' && /^route /.test(input.timer) ? [] : core.step(input, at)) };
};

const withRooms: SimulationOptions['change'] = (options) => ({ ...options, clients: { ...options.clients, rooms: 60 }, core: { ...options.core, directedLimit: 200, requestLimit: 1_000 } });

const wrongWithRooms: readonly (readonly [about: string, makeCore: CoreMaker, refuted: string, seeds: number])[] = [
  ['ends its drain at the first goodbye of two', hasty, 'no route closes before each room has said that its occupant has left', 10],
  ['drains without a deadline', patient, 'a route drains for a bounded time', 20],
  ['forgets the copy of a room\'s goodbye for the occupant that leaves', changed((effects) => effects.filter((effect) => effect.type !== 'send' || !(/^<presence[^>]* from="\w+@rooms\.[^>]* type="unavailable"/.test(effect.xml) && effect.xml.includes('code="110"') && !effect.xml.includes('code="303"')))), 'no route closes before each room has said that its occupant has left', 10],
  ['says twice that an occupant has left', twice(/^<presence[^>]* from="\w+@rooms\.[^>]* type="unavailable"/), 'nobody is told twice that a resource has gone', 10],
  ['tells no other occupant that one has left', changed((effects) => effects.filter((effect) => effect.type !== 'send' || !/^<presence[^>]* from="\w+@rooms\.[^>]* type="unavailable"/.test(effect.xml) || effect.xml.includes('code="110"'))), 'the occupants of a room are those who believe to be in it', 10],
  ['says twice what is said in a room', twice(/^<message[^>]* id="g/), 'what is said in a room comes to all in one order', 10],
];

describe('a wrong core, with rooms,', () => {
  test.each(wrongWithRooms)('that %s is refuted', (_about, makeCore, refuted, most) => {
    expect(refute({ makeCore, servers: 2, change: withRooms }, most)?.theorem.name).toBe(refuted);
  });
});

/** A store that carries out/** A store that carries out some request in its own way. */
const wrongStore = (perform: (honest: Contents, ...[request]: Parameters<Contents['perform']>) => ReturnType<Contents['perform']>): SimulationOptions['makeContents'] => (accounts) => {
  const honest = contentsOf(accounts);
  return { ...honest, perform: (request) => perform(honest, request) };
};

const wrongStores: readonly (readonly [about: string, makeContents: SimulationOptions['makeContents'], seeds: number])[] = [
  ['acknowledges a message and forgets it', wrongStore((honest, request) => (request.op === 'offline.append' && honest.perform({ op: 'account.read', account: request.account }) !== null && honest.offline(request.account).length < request.limit ? 'stored' : honest.perform(request))), 10],
  ['delivers what was to be forgotten a second time', wrongStore((honest, request) => (request.op === 'offline.remove' ? null : honest.perform(request))), 10],
];

describe('a wrong store', () => {
  test.each(wrongStores)('that %s is refuted', (_about, makeContents, most) => {
    expect(refute({ ...(makeContents && { makeContents }) }, most)?.theorem.name).toBe('what is stored is delivered, once');
  });
});
