/** Negative controls for two servers: cores that do something wrong, each of which a theorem must refute in a programme. Not here:
 *  cores that are wrong by themselves (../schedules/wrong-cores.ts). @module */
import type { Effect } from '../../../src/core/effect.ts';
import type { Input, StreamId } from '../../../src/core/input.ts';
import { realSite } from './site.ts';
import type { SiteMaker } from './site.ts';

/** A server that is wrong, and what shows it. */
export interface WrongSite {
  /** What it does. */
  readonly name: string;
  /** The theorems that refute it. */
  readonly refutes: readonly string[];
  /** The name of the programme in which they do. */
  readonly programme: string;
  /** How many moves the shortened dialogues have at most. */
  readonly moves: number;
  readonly make: SiteMaker;
}

/** Changes what a core does in a step. */
type Tamper = (effects: readonly Effect[], input: Input) => readonly Effect[];

const here = 'verona.test';
const there = 'mantua.test';

const tampered = (domain: string, makeTamper: () => Tamper, read: (input: Input) => Input | undefined = (input) => input): SiteMaker => (config) => {
  const core = realSite(config);
  if (config.domain !== domain) return core;
  const tamper = makeTamper();
  return {
    ...core,
    step(input, at) {
      const changed = read(input);
      return changed === undefined ? [] : tamper(core.step(changed, at), input);
    },
  };
};

const reading = (domain: string, read: (input: Input) => Input | undefined): SiteMaker => tampered(domain, () => (effects) => effects, read);

type Send = Extract<Effect, { type: 'send' }>;
const isSend = (effect: Effect, pattern: RegExp): effect is Send => effect.type === 'send' && pattern.test(effect.xml);
const without = (domain: string, pattern: RegExp): SiteMaker => tampered(domain, () => (effects) => effects.filter((effect) => !isSend(effect, pattern)));
const isOfClient = (stream: StreamId): boolean => /^s\d+$/.test(stream);
const isLine = (stream: StreamId): boolean => stream.startsWith('s2s-') || stream.startsWith('from ');

const roomsGoodbye = /^<presence(?=[^>]* type="unavailable")(?=[^>]* from="[^"]*@rooms\.)/;
const ownGoodbye = /^<presence to="([^"/]+)"(?=[^>]* from="\1\/)[^>]*type="unavailable"/;
const userGoodbye = /^<presence(?=[^>]* type="unavailable")(?=[^>]* from="juliet@)/;

/** A session that has ended, as far as the wrong server keeps count. */
interface Leaver {
  isLeaving: boolean;
  /** Rooms entered and goodbyes heard, whomever they were meant for. */
  visits: number;
  goodbyes: number;
  /** Goodbyes since it has ended. */
  lateGoodbyes: number;
}

/** Closes the stream of a client that has ended it as soon as a rule of its own says so, whatever the route still waits for. */
const closesWhen = (mayClose: (leaver: Leaver) => boolean): SiteMaker => tampered(here, () => {
  const leavers = new Map<StreamId, Leaver>();
  const closed = new Set<StreamId>();
  const leaverOf = (stream: StreamId): Leaver => {
    const leaver = leavers.get(stream) ?? { isLeaving: false, visits: 0, goodbyes: 0, lateGoodbyes: 0 };
    leavers.set(stream, leaver);
    return leaver;
  };
  return (effects, input) => {
    const done: Effect[] = [];
    const close = (stream: StreamId): void => {
      const leaver = leaverOf(stream);
      if (!leaver.isLeaving || closed.has(stream) || !mayClose(leaver)) return;
      closed.add(stream);
      done.push({ type: 'close', stream });
    };
    if (input.type === 'stream.ended') leaverOf(input.stream).isLeaving = true;
    if (input.type === 'stream.element' && input.element.getChild('x', 'http://jabber.org/protocol/muc') !== undefined) leaverOf(input.stream).visits += 1;
    for (const effect of effects) {
      if (('stream' in effect) && effect.stream !== undefined && closed.has(effect.stream)) continue;
      if (effect.type === 'close') closed.add(effect.stream);
      done.push(effect);
      if (!isSend(effect, roomsGoodbye)) continue;
      const leaver = leaverOf(effect.stream);
      leaver.goodbyes += 1;
      if (leaver.isLeaving) leaver.lateGoodbyes += 1;
      close(effect.stream);
    }
    if (input.type === 'stream.ended' && isOfClient(input.stream)) close(input.stream);
    return done;
  };
});

/** Follows which streams are those of available resources, and drops what matches for any other. */
const onlyToAvailable = (domain: string, pattern: RegExp): SiteMaker => tampered(domain, () => {
  const available = new Set<StreamId>();
  return (effects, input) => {
    if (input.type === 'stream.element' && input.element.name === 'presence' && input.element.attrs.to === undefined) {
      if (input.element.attrs.type === undefined) available.add(input.stream);
      else available.delete(input.stream);
    }
    return effects.filter((effect) => !isSend(effect, pattern) || !isOfClient(effect.stream) || available.has(effect.stream));
  };
});

const twice = (domain: string, pattern: RegExp): SiteMaker => tampered(domain, () => (effects) => effects.flatMap((effect): readonly Effect[] => (isSend(effect, pattern) ? [effect, effect] : [effect])));

/** What waited for a link that was set up anew goes out backwards. */
const reordered: SiteMaker = tampered(here, () => (effects) => {
  const isQueued = (effect: Effect): effect is Send => isSend(effect, /^<message/) && isLine(effect.stream) && effect.stream !== 's2s-1';
  const backwards = effects.filter(isQueued).reverse();
  return effects.map((effect) => (isQueued(effect) ? backwards.shift() ?? effect : effect));
});

/** Sends back what has gone over a link that breaks. */
const bouncesWhatIsGone: SiteMaker = tampered(here, () => {
  let last: { readonly id: string; readonly to: string } | undefined;
  return (effects, input) => {
    for (const effect of effects) {
      if (!isSend(effect, /^<message/) || !isLine(effect.stream)) continue;
      last = { id: / id="([^"]*)"/.exec(effect.xml)?.[1] ?? '', to: / to="([^"]*)"/.exec(effect.xml)?.[1] ?? '' };
    }
    if (input.type !== 'stream.lost' || !isLine(input.stream) || last === undefined) return effects;
    return [...effects, { type: 'send', stream: 's0', xml: `<message from="${last.to}" to="juliet@verona.test/balcony" id="${last.id}" type="error"/>` }];
  };
});

/** Shows a stranger who asks that somebody is there. */
const showsToStrangers: SiteMaker = tampered(here, () => {
  const available = new Set<StreamId>();
  return (effects, input) => {
    if (input.type === 'stream.element' && input.element.name === 'presence' && isOfClient(input.stream)) available.add(input.stream);
    const shown = '<presence from="juliet@verona.test/balcony" to="nurse@mantua.test/hall"/>';
    return effects.map((effect) => (available.size > 0 && isSend(effect, /^<presence(?=[^>]*type="unsubscribed")/) && isLine(effect.stream) ? { ...effect, xml: shown } : effect));
  };
});

const isOfBlocking = (input: Input): boolean => input.type === 'stream.element' && input.element.getChild('block', 'urn:xmpp:blocking') !== undefined;

/** Whatever Tybalt sends is put out to Juliet, whatever she has said of him. */
function deliversInSpite(effects: readonly Effect[], input: Input): readonly Effect[] {
  if (input.type !== 'stream.element' || input.stream !== 's1' || input.element.attrs.to === undefined) return effects;
  return [...effects.filter((effect) => !(effect.type === 'send' && effect.stream === 's0')), { type: 'send', stream: 's0', xml: `<${input.element.name} from="tybalt@verona.test/tomb" to="${input.element.attrs.to}" id="${input.element.attrs.id ?? ''}"/>` }];
}

/** Says something of Juliet's presence to Romeo, in spite of everything, over whatever line has last been used. */
const leaks = (attributes: string, when: (effects: readonly Effect[], input: Input) => boolean): SiteMaker => tampered(here, () => {
  let line = '';
  return (effects, input) => {
    line = effects.findLast((effect): effect is Send => isSend(effect, /^</) && isLine(effect.stream))?.stream ?? line;
    return when(effects, input) ? [{ type: 'send', stream: line, xml: `<presence from="juliet@verona.test/balcony" to="romeo@mantua.test"${attributes}/>` }, ...effects] : effects;
  };
});

/** All of them. */
export const wrongSites: readonly WrongSite[] = [
  { name: 'ends a drain at the first goodbye of two', refutes: ['T2.c'], programme: 'two remote rooms, and the end', moves: 1, make: closesWhen(({ lateGoodbyes }) => lateGoodbyes > 0) },
  { name: 'does not drain', refutes: ['T2.c'], programme: 'unavailable and the end in one write', moves: 0, make: closesWhen(() => true) },
  { name: 'drains without a deadline', refutes: ['T2.e'], programme: 'unavailable and the end in one write', moves: 1, make: reading(here, (input) => (input.type === 'timer.fired' && input.timer.startsWith('route') ? undefined : input)) },
  { name: 'lets a late goodbye settle the newer session', refutes: ['T2.f'], programme: 'the same full JID again', moves: 2, make: closesWhen(({ visits, goodbyes }) => goodbyes >= visits) },
  { name: 'has rooms that forget the leaving occupant\'s own copy', refutes: ['T2.c', 'T2.c.heard'], programme: 'two remote rooms, and the end', moves: 0, make: without(there, /^<presence(?=[^>]* type="unavailable")(?=[^>]* from="[^"]*@rooms\.)[^]*code="110"/) },
  { name: 'has rooms of its own that forget the leaving occupant\'s own copy', refutes: ['T2.c.heard'], programme: 'two remote rooms, and the end, in a room of ours', moves: 0, make: without(there, /^<presence(?=[^>]* type="unavailable")(?=[^>]* from="[^"]*@rooms\.)[^]*code="110"/) },
  { name: 'says nothing in a room\'s name at the deadline', refutes: ['T2.c'], programme: 'two rooms of the own server', moves: 1, make: without(here, /code="333"/) },
  { name: 'lets only available resources hear rooms', refutes: ['T2.c', 'T2.c.heard'], programme: 'entering, going unavailable, and the end', moves: 1, make: onlyToAvailable(here, /^<presence(?=[^>]* from="[^"]*@rooms\.)/) },
  { name: 'closes before it says goodbye', refutes: ['T2', 'T2.d'], programme: 'unavailable and the end in one write', moves: 0, make: tampered(here, () => (effects) => [...effects].sort((a, b) => Number(b.type === 'close') - Number(a.type === 'close'))) },
  { name: 'sends the queue of a link backwards when that is set up again', refutes: ['T4'], programme: 'a message while the link breaks and is set up again', moves: 4, make: reordered },
  { name: 'forgets what waits for a link', refutes: ['T3'], programme: 'messages while the link is set up', moves: 1, make: tampered(here, () => (effects, input) => effects.filter((effect) => !isSend(effect, /^<message/) || !isLine(effect.stream) || ('stream' in input && isOfClient(input.stream)))) },
  { name: 'says a bounce twice', refutes: ['T3'], programme: 'a link that is refused, or takes too long', moves: 2, make: twice(here, /^<message[^>]* type="error"/) },
  { name: 'bounces what it has handed over already', refutes: ['T3'], programme: 'a message while the link breaks and is set up again', moves: 0, make: bouncesWhatIsGone },
  { name: 'forgets whom a user of it has told on another server', refutes: ['T6'], programme: 'directed presence across, and then the end', moves: 1, make: tampered(here, () => (effects) => effects.filter((effect) => !isSend(effect, userGoodbye) || !isLine(effect.stream))) },
  { name: 'forgets the rooms that a user of it has told', refutes: ['T6.across'], programme: 'a dead transport in a remote room', moves: 0, make: tampered(here, () => (effects) => effects.filter((effect) => !isSend(effect, userGoodbye) || !isLine(effect.stream))) },
  { name: 'tells another server twice that a user is gone', refutes: ['T6.across'], programme: 'a subscription across', moves: 2, make: tampered(here, () => (effects) => effects.flatMap((effect): readonly Effect[] => (isSend(effect, userGoodbye) && isLine(effect.stream) ? [effect, effect] : [effect]))) },
  { name: 'shows presence to a stranger of another server', refutes: ['T5.safety', 'T5.observation'], programme: 'a stranger on another server asks', moves: 3, make: showsToStrangers },
  { name: 'delivers what another server sends to available resources only', refutes: ['T1.a', 'T1.b', 'T3'], programme: 'a recipient on another server comes and goes', moves: 3, make: onlyToAvailable(there, /^<message/) },
  { name: 'lets available resources alone answer another server', refutes: ['T1.d'], programme: 'a request across', moves: 1, make: onlyToAvailable(there, /^<iq(?![^>]* id="bind")/) },
  { name: 'keeps a resource\'s own goodbye to itself', refutes: ['T2'], programme: 'a subscription across', moves: 0, make: without(here, ownGoodbye) },
  { name: 'does not see that a client\'s transport dies', refutes: ['T8'], programme: 'directed presence across, broadcast, and a dead transport', moves: 1, make: reading(here, (input) => (input.type === 'stream.lost' && isOfClient(input.stream) ? undefined : input)) },
  { name: 'blocks without a word to who was told', refutes: ['T10'], programme: 'a block across', moves: 3, make: tampered(here, () => (effects, input) => (input.type === 'store.replied' || isOfBlocking(input) ? effects.filter((effect) => !isSend(effect, userGoodbye) || !isLine(effect.stream)) : effects)) },
  { name: 'delivers what was under way from who is blocked', refutes: ['T10'], programme: 'a block, and what is under way', moves: 3, make: tampered(here, () => deliversInSpite) },
  { name: 'forgets a privacy list when it says that the stream ends', refutes: ['T6.across'], programme: 'a privacy list before anybody is told', moves: 0, make: leaks(' type="unavailable"', (_, input) => input.type === 'stream.ended' && isOfClient(input.stream)) },
  { name: 'shows who hides behind a privacy list', refutes: ['T10'], programme: 'a privacy list, and the end of the stream', moves: 2, make: leaks('', (effects) => effects.some((effect) => isSend(effect, /<priority>1</) && isOfClient(effect.stream))) },
  { name: 'is silent when a room is blocked that has been left', refutes: ['T2.c'], programme: 'a block of a room that has been left', moves: 1, make: without(here, /^<presence(?=[^>]* from="[^"]*@rooms\.)[^>]*type="unavailable"\/>/) },
  { name: 'takes nothing for an answer of the store', refutes: ['T12'], programme: 'a recipient on another server comes and goes', moves: 0, make: reading(there, (input) => (input.type === 'store.replied' ? { ...input, reply: null } : input)) },
];
