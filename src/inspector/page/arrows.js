/** A sequence diagram as data: who takes part, and who tells whom what, made of the entries of a session that is open or
 *  of the steps of a trace. Not here: how it is drawn (sequence.js), where it lies (rows.js). @module */
import { eventName } from './sheets.js';
import { openingOf, stanzaWords } from './stanza.js';

/** @import { CitedEntry } from '../view.ts' */
/** @import { MessageRow } from '../message.ts' */
/** @import { MachineSheet } from '../sheets.ts' */
/** @import { StanzaEntry } from '../subject.ts' */
/** @import { TraceStep } from '../../core/trace.ts' */

/** Who takes part: `of` says whose machine it is, where there may be several.
 *  @typedef {{ readonly id: string, readonly name: string, readonly of?: string, readonly machine?: string }} Lifeline */
/** What is shown of an arrow that is looked at.
 *  @typedef {{ readonly facts: readonly (readonly [string, string])[], readonly spec?: readonly string[], readonly code?: string }} Detail */
/** `turn`: arrows of one turn have one cause. `state`: the state that the machine is in afterwards, when it is another.
 *  `from` and `to` are lifelines; an arrow from one to itself is something that comes by itself, such as a timer.
 *  @typedef {{ readonly n: number, readonly turn: number, readonly at?: number, readonly from: string, readonly to: string, readonly text: string,
 *    readonly kind: 'stanza' | 'event' | 'effect' | 'note', readonly machine?: string, readonly state?: string, readonly detail: Detail, readonly isIgnored?: boolean }} Arrow */
/** @typedef {{ readonly lifelines: readonly Lifeline[], readonly arrows: readonly Arrow[] }} Diagram */
/** What a machine has done, whoever tells of it.
 *  @typedef {{ readonly machine: string, readonly event: { readonly type: string }, readonly from: string, readonly to: string,
 *    readonly effects: readonly { readonly type: string, readonly params?: unknown }[], readonly ignored: boolean, readonly spec?: readonly string[] }} Step */
/** @typedef {ReadonlyMap<string, MachineSheet>} Sheets */

const always = ['stream', 'session', 'presence', 'route'];
const sometimes = ['farewell', 'roster', 'iq', 'directed-presence'];
/** A head has little room. @type {Readonly<Record<string, string>>} */
const shortNames = { 'directed-presence': 'directed' };
/** Effects by which somebody else hears of it: contacts, rooms, other resources, other servers. */
const toPeers = new Set([
  'broadcastAvailable', 'broadcastUnavailable', 'sendProbes', 'routePresence', 'sendUnavailable', 'endDirected', 'speakForRooms', 'redistributeQueue',
  'routeStanza', 'sendAvailable', 'deliverStanza', 'broadcastPresence', 'broadcastNick', 'expelOccupants',
]);
/** What comes to a machine by itself: timers, and answers of the server's own. */
const byItself = /^(xstate\.after|sasl|bind\.(succeeded|failed)|tls\.established)/;
/** What others cause. */
const byPeers = /^(room\.|roster\.changed|resource\.replaced|session\.replaced|inbound\.|key\.|occupant\.|affiliation\.)/;

/** The diagram of a session that is open, or of whatever else is.
 *  @param {readonly CitedEntry[]} entries
 *  @param {{ readonly sheets: Sheets, readonly name?: string, readonly isSession?: boolean, readonly messages?: readonly MessageRow[] }} about
 *  @returns {Diagram} */
export function arrowsOf(entries, { sheets, name = '', isSession = true, messages = [] }) {
  /** @type {Arrow[]} */
  const arrows = [];
  const machines = new Set(isSession ? always : []);
  let turn = -1;
  let isGiven = false;
  let orders = ordersOf(sheets);
  for (const entry of entries) {
    if (entry.turn !== turn) {
      ({ turn } = entry);
      isGiven = false;
      orders = ordersOf(sheets);
    }
    if (!('machine' in entry)) {
      isGiven ||= entry.way === 'in';
      arrows.push(stanzaArrow(entry, name));
      if (entry.way === 'in') arrows.push(...fateArrows(entry, name, messages));
      continue;
    }
    const { n, at, machine, part, event } = entry;
    machines.add(machine);
    const asked = orders.claim(machine, event.type);
    const from = asked ?? (byItself.test(event.type) ? machine : machine === 'stream' ? (byPeers.test(event.type) ? 'peers' : 'client') : byPeers.test(event.type) && !isGiven ? 'peers' : isSession ? 'stream' : 'peers');
    arrows.push({ n, turn, at, from, to: machine, ...stepArrow(entry, part) });
    orders.give(machine, entry.effects);
    for (const [index, effect] of entry.effects.entries()) {
      if (toPeers.has(effect.type)) arrows.push({ n: n + (index + 1) / 100, turn, at, from: machine, to: 'peers', text: effect.type, kind: 'effect', machine, detail: { facts: factsOf(paramsOf(effect)) } });
    }
  }
  const known = isSession ? [...always, ...sometimes.filter((each) => machines.has(each))] : [...machines];
  return {
    lifelines: [...(isSession ? [{ id: 'client', name: 'client' }] : []), ...known.map((machine) => ({ id: machine, name: shortNames[machine] ?? machine, machine })), { id: 'peers', name: 'peers' }],
    arrows,
  };
}

/** What machines have ordered of each other in one turn, and who has not been served yet.
 *  @param {Sheets} sheets */
function ordersOf(sheets) {
  /** @type {{ readonly by: string, readonly to: string, readonly event: string }[]} */
  const open = [];
  return {
    /** @param {string} by @param {readonly { readonly type: string }[]} effects */
    give(by, effects) {
      for (const { type } of effects) for (const { effect, to, event } of sheets.get(by)?.wires ?? []) if (effect === type) open.push({ by, to, event });
    },
    /** Who has ordered an event. @param {string} machine @param {string} type */
    claim(machine, type) {
      const index = open.findLastIndex(({ to, event }) => to === machine && event === type);
      return index < 0 ? undefined : open.splice(index, 1)[0]?.by;
    },
  };
}

/** @param {Step} step
 *  @param {string} part which of several machines of the name
 *  @returns {Pick<Arrow, 'text' | 'kind' | 'machine' | 'state' | 'detail' | 'isIgnored'>} */
function stepArrow({ machine, event: { type, ...facts }, from, to, effects, ignored, spec }, part) {
  /** @type {readonly [string, string]} */
  const move = ignored ? ['means nothing in', from] : from === to ? ['stays', to] : ['state', `${from} → ${to}`];
  return {
    text: `${eventName(type)}${part === '' ? '' : ` ${part}`}`, kind: 'event', machine, isIgnored: ignored,
    ...(from !== to && !ignored && { state: to }),
    detail: {
      facts: [move, ...factsOf(facts), ...effects.map((effect) => /** @type {const} */ (['orders', [effect.type, ...factsOf(paramsOf(effect)).map(([name, value]) => `${name} ${value}`)].join(', ')]))],
      ...(spec !== undefined && { spec }),
    },
  };
}

/** A stanza goes between the client and its stream; what somebody else has said comes from them.
 *  @param {StanzaEntry} entry
 *  @param {string} name of the session
 *  @returns {Arrow} */
function stanzaArrow({ n, turn, at, way, xml }, name) {
  const attrs = openingOf(xml)?.attrs;
  const words = stanzaWords(xml);
  const detail = { facts: [], code: xml };
  const to = attrs?.get('to') ?? '';
  if (way === 'in') return { n, turn, at, from: 'client', to: 'stream', text: to === '' ? words : `${words} → ${to}`, kind: 'stanza', detail };
  const by = attrs?.get('from') ?? '';
  const isOthers = by !== '' && by !== name && by.includes('@') && by !== name.split('/', 1)[0];
  return { n, turn, at, from: isOthers ? 'peers' : 'stream', to: 'client', text: isOthers ? `${words} from ${by}` : words, kind: 'stanza', detail };
}

/** What became of a message that the client has sent.
 *  @param {StanzaEntry} entry
 *  @param {string} name
 *  @param {readonly MessageRow[]} messages
 *  @returns {Arrow[]} */
function fateArrows({ n, turn, at, xml }, name, messages) {
  const element = openingOf(xml);
  if (element?.name !== 'message') return [];
  const { attrs } = element;
  const found = messages.find((message) => message.from === name && message.at === at && message.id === (attrs.get('id') ?? '') && message.to === (attrs.get('to') ?? name.split('/', 1)[0]));
  if (found === undefined) return [];
  const isOut = found.fate === 'delivered' || found.fate === 'routed';
  return [{
    n: n + 0.5, turn, at, from: 'stream', to: isOut ? 'peers' : 'stream', text: found.fate, kind: isOut ? 'effect' : 'note',
    detail: { facts: found.why.map(({ step, text, spec }) => [step, `${text} (${spec})`]) },
  }];
}

/** @param {{ readonly type: string, readonly params?: unknown }} effect */
const paramsOf = ({ params }) => params;

/** @param {unknown} facts
 *  @returns {(readonly [string, string])[]} */
function factsOf(facts) {
  if (typeof facts !== 'object' || facts === null) return [];
  return Object.entries(facts).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
}

/** No diagram is wider: whoever comes later is one of the others. */
const mostLifelines = 40;

/** The diagram of a trace: each step is a note, followed by what the machines did and what came out.
 *  @param {readonly TraceStep[]} steps
 *  @param {{ readonly sheets: Sheets }} about
 *  @returns {Diagram} */
export function arrowsOfTrace(steps, { sheets }) {
  /** @type {Map<string, Lifeline>} */
  const lifelines = new Map([['given', { id: 'given', name: 'input' }]]);
  const enter = (/** @type {Lifeline} */ lifeline) => {
    if (lifelines.has(lifeline.id)) return lifeline.id;
    const { id } = lifelines.size < mostLifelines ? lifeline : { id: 'others' };
    lifelines.set(id, id === 'others' ? { id, name: 'others' } : lifeline);
    return id;
  };
  const arrows = steps.flatMap(({ step, at, label, transitions, shown, input, broken }) => {
    const time = at === undefined ? {} : { at };
    const element = /** @type {{ readonly element?: unknown } | undefined} */ (input)?.element;
    /** @type {Arrow[]} */
    const own = [{
      n: step, turn: step, ...time, from: 'given', to: 'given', text: label, kind: 'note',
      detail: { facts: (broken ?? []).map((name) => ['breaks', name]), ...(typeof element === 'string' && { code: element }) },
    }];
    const next = () => step + own.length / 10_000;
    const orders = ordersOf(sheets);
    for (const { machine, of, event, from, to, effects, ignored } of transitions) {
      const line = enter({ id: `${machine} ${of}`, name: machine, of, machine });
      // Wires are between the machines of one resource; whose the stream is, its name does not say.
      const asked = orders.claim(machine, event.type);
      const by = asked === undefined ? undefined : [...lifelines.values()].findLast((each) => each.machine === asked && (each.of === of || asked === 'stream' || machine === 'stream'));
      own.push({ n: next(), turn: step, ...time, from: by?.id ?? 'given', to: line, ...stepArrow({ machine, event, from: pathOf(from), to: pathOf(to), effects, ignored }, '') });
      orders.give(machine, effects);
    }
    const last = own.at(-1)?.to ?? 'given';
    for (const { to, what } of shown) own.push({ n: next(), turn: step, ...time, from: last, to: enter({ id: `to ${to}`, name: to }), text: stanzaWords(what), kind: what.startsWith('<') ? 'stanza' : 'effect', detail: { facts: [], code: what } });
    return own;
  });
  return { lifelines: [...lifelines.values()], arrows };
}

/** A state of a trace as its path.
 *  @param {unknown} value
 *  @returns {string} */
function pathOf(value) {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value).map(([key, inner]) => `${key}.${pathOf(inner)}`).join(' & ');
}
