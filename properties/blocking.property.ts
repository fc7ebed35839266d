/** T10: a block is a filter on what goes between two users, and changes nothing else. A history with blocks is played
 *  beside the same history without them, in which the filter has already been at work: what a user may not send is
 *  taken out, and what it sends to one who blocks it goes to nobody. Step by step both must show the same, but for what
 *  goes between the two. Not here: what two users tell each other directly and
 *  how their subscriptions change while they are blocked, which no filter on stanzas describes (the scenarios do), and
 *  lists that are no blocks (presence.property.ts). @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import { amongFriends, histories } from './arbitrary/history.ts';
import type { Act, History } from './arbitrary/history.ts';
import type { Theorem } from './theorem.ts';
import type { Run } from './world/run.ts';

/** One act, and what the naive truth says of it. */
interface Step {
  readonly act: Act;
  /** What it is in the run without blocks; nothing when it is taken out. */
  readonly filtered: Act | undefined;
  /** The pairs of users that are blocked once it is done, and who blocks whom. */
  readonly blocked: ReadonlySet<string>;
  readonly blocks: ReadonlySet<string>;
  /** Of a message that is stopped: how often its sender is answered, and with what. */
  readonly refusal: { readonly condition: string; readonly times: number } | undefined;
  /** The session that it ends. */
  readonly gone: string | undefined;
}

/** Who has no account: to one who is blocked, the user is that. */
const NOBODY = 'nobody@localhost';

const nameOf = (jid: string): string => jid.split('@')[0] ?? '';
const pairOf = (one: string, other: string): string => [one, other].sort().join(' ');

/** The acts that the theorem speaks of, with what a filter would do. Whoever is not connected connects instead. */
function stepsOf(history: History): readonly Step[] {
  const connected = new Set<string>();
  /** Who blocks whom. */
  const blocks = new Set<string>();
  const isBlocked = (one: string, other: string): boolean => one !== other && (blocks.has(`${one} ${other}`) || blocks.has(`${other} ${one}`));
  const steps: Step[] = [];
  for (const act of history) {
    const { by: { name, resource }, deed } = act;
    const who = `${name}/${resource}`;
    const isConnected = connected.has(who);
    connected.add(who);
    const isEnd = isConnected && (deed.do === 'close' || deed.do === 'cut');
    if (isEnd) connected.delete(who);
    const peer = isConnected && 'to' in deed ? nameOf(deed.to) : name;
    if (deed.do === 'directed' && isConnected) continue;
    const isStopped = isBlocked(name, peer);
    if (isStopped && deed.do !== 'message') continue;
    const isChange = isConnected && (deed.do === 'block' || deed.do === 'unblock');
    if (isChange && deed.do === 'block') blocks.add(`${name} ${nameOf(deed.jid)}`);
    if (isChange && deed.do === 'unblock') blocks.delete(`${name} ${nameOf(deed.jid)}`);
    const refusal = isStopped && deed.do === 'message' ? refusalOf(blocks.has(`${name} ${peer}`), deed.type) : undefined;
    const filtered = isChange || refusal?.condition === 'not-acceptable' ? undefined : refusal === undefined || deed.do !== 'message' ? act : { ...act, deed: { ...deed, to: NOBODY } };
    steps.push({ act, filtered, blocked: pairsOf(blocks), blocks: new Set(blocks), refusal, gone: isEnd ? `${name}@localhost/${resource}` : undefined });
  }
  return steps;
}

function pairsOf(blocks: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...blocks].map((each) => each.split(' ')).flatMap(([one = '', other = '']) => (one === other ? [] : [pairOf(one, other)])));
}

/** The user's own server says that it has blocked the other; to who is blocked there is no such account. */
function refusalOf(isOwn: boolean, type: string): Step['refusal'] {
  if (isOwn) return { condition: 'not-acceptable', times: 1 };
  return { condition: 'service-unavailable', times: type === 'headline' ? 0 : 1 };
}

/** What one session is shown in one step. */
interface Shown {
  readonly to: string;
  readonly stanza: Element | 'closed';
}

/** What is shown in each step of a run. */
function shownIn({ steps }: Run): readonly (readonly Shown[])[] {
  return steps.map((shown) => shown.map(({ to, what }) => ({ to, stanza: what.startsWith('</') ? 'closed' : parse(what.replace(/^<(stream:\w+)/, '<$1 xmlns:stream="s"')) })));
}

/** The users between whom something is shown; undefined when it is nobody's word but the server's and the user's own. */
function pairOfShown({ to, stanza }: Shown): string | undefined {
  if (stanza === 'closed') return undefined;
  const from = nameOf(stanza.attrs.from ?? '');
  return from === '' || from === 'localhost' || from === nameOf(to) ? undefined : pairOf(from, nameOf(to));
}

/** What is compared. The id of a message and the time at which it was stored tell how much came before it. */
function written({ to, stanza }: Shown): string {
  if (stanza === 'closed') return `${to}: closed`;
  const { id: _id, ...attrs } = stanza.attrs;
  return `${to}: ${stanza.name} ${JSON.stringify(attrs)} ${stanza.children.map(String).join('').replace(/ stamp="[^"]*"/, '')}`;
}

/** Whom each session believes to be available, by what it was shown at its bare JID. */
class Beliefs {
  readonly #believed = new Map<string, Set<string>>();

  /** A session that is over believes nothing. */
  forget(session: string): void {
    this.#believed.delete(session);
  }

  take({ to, stanza }: Shown): void {
    if (stanza === 'closed') return this.forget(to);
    if (stanza.name !== 'presence') return;
    const { from = '', type } = stanza.attrs;
    const believed = this.#believed.get(to) ?? new Set();
    this.#believed.set(to, believed);
    if (type === undefined) believed.add(from);
    else if (type === 'unavailable') believed.delete(from);
    if (from === to && type === 'unavailable') believed.clear();
  }

  /** Of others, in those pairs of users that are not left out. */
  all(leftOut: ReadonlySet<string>): readonly string[] {
    return [...this.#believed].flatMap(([who, believed]) => [...believed].flatMap((whom) => (nameOf(who) === nameOf(whom) || leftOut.has(pairOf(nameOf(who), nameOf(whom))) ? [] : [`${who} believes in ${whom}`]))).sort();
  }

  has({ to, stanza }: Shown): boolean {
    return stanza !== 'closed' && this.#believed.get(to)?.has(stanza.attrs.from ?? '') === true;
  }
}

const isGoodbye = ({ stanza }: Shown): boolean => stanza !== 'closed' && stanza.name === 'presence' && stanza.attrs.type === 'unavailable';
const isRefusal = ({ stanza }: Shown, condition: string): boolean => stanza !== 'closed' && stanza.attrs.type === 'error' && stanza.getChild('error')?.getChild(condition) !== undefined;

/** What is wrong with the two runs, step by step. */
function faultIn(steps: readonly Step[], [blocking, filtering]: readonly Run[]): string | undefined {
  if (blocking === undefined || filtering === undefined) return undefined;
  const with_ = shownIn(blocking);
  const without = shownIn(filtering);
  const here = new Beliefs();
  const there = new Beliefs();
  let blocked: ReadonlySet<string> = new Set();
  let other = 0;
  for (const [index, step] of steps.entries()) {
    const shown = with_[index] ?? [];
    const filtered = step.filtered === undefined ? [] : without[other++] ?? [];
    const fault = faultOfStep(step, shown, filtered, blocked, here);
    if (fault !== undefined) return `act ${index + 1}: ${fault}`;
    for (const each of shown) here.take(each);
    for (const each of filtered) there.take(each);
    if (step.gone !== undefined) for (const beliefs of [here, there]) beliefs.forget(step.gone);
    blocked = step.blocked;
    // All that the filter leaves of what is believed without it, and of those who are blocked nobody believes in the other.
    const [is, ought] = [here.all(new Set()), there.all(blocked)];
    if (is.join() !== ought.join()) return `act ${index + 1}: ${is.filter((each) => !ought.includes(each)).join(', ') || `not: ${ought.filter((each) => !is.includes(each)).join(', ')}`}`;
  }
  return undefined;
}

function faultOfStep({ act: { deed }, filtered: inner, blocked: after, blocks, refusal }: Step, shown: readonly Shown[], filtered: readonly Shown[], before: ReadonlySet<string>, beliefs: Beliefs): string | undefined {
  const stopped = (each: Shown): boolean => [before, after].some((pairs) => pairs.has(pairOfShown(each) ?? ''));
  const between = shown.filter(stopped);
  const isChange = inner === undefined && refusal === undefined;
  if (deed.do === 'block' && isChange) {
    // Who believes in the other is told, once; nobody else is told anything.
    const doubled = between.find((each, index) => !isGoodbye(each) || !beliefs.has(each) || between.slice(0, index).some((earlier) => written(earlier) === written(each)));
    if (doubled !== undefined) return `a block shows ${written(doubled)}`;
  } else if (!isChange) {
    const errors = between.filter((each) => refusal !== undefined && isRefusal(each, refusal.condition));
    const leak = between.find((each) => !errors.includes(each) && !isFromStore(each, blocks));
    if (leak !== undefined) return `behind the block: ${written(leak)}`;
    if (errors.length !== (refusal?.times ?? 0)) return `${errors.length} refusals instead of ${refusal?.times ?? 0}`;
  }
  const rest = (all: readonly Shown[]): string[] => all.filter((each) => !stopped(each) && !isAnswer(each) && !isFromNobody(each)).map(written);
  const [is, ought] = [rest(shown), rest(filtered)];
  return is.join('\n') === ought.join('\n') ? undefined : `shows\n${is.join('\n')}\ninstead of\n${ought.join('\n')}`;
}

/** What a user has sent before it blocked the other was stored for that one, and is not taken back. */
function isFromStore({ to, stanza }: Shown, blocks: ReadonlySet<string>): boolean {
  if (stanza === 'closed' || blocks.has(`${nameOf(to)} ${nameOf(stanza.attrs.from ?? '')}`)) return false;
  return stanza.attrs.type === 'subscribe' || stanza.getChild('delay') !== undefined;
}

const isFromNobody = ({ stanza }: Shown): boolean => stanza !== 'closed' && stanza.attrs.from === NOBODY;

/** The answer to a block is its own. */
const isAnswer = ({ stanza }: Shown): boolean => stanza !== 'closed' && (stanza.attrs.id === 'block' || stanza.attrs.id === 'unblock');

/** T10. */
export const blocksCommute: Theorem = {
  name: 'a block is a filter between two users',
  statement: 'With a block everybody is shown what is shown without it, but for what goes between the two: of that nothing but errors; who believed in the other is told that it is gone, once, and shown it again when the block is lifted.',
  formula: '□ (shown(B, h) = F_B(shown(∅, F_B(h))))',
  spec: ['XEP-0191 §3.3', 'XEP-0191 §3.4', 'XEP-0016 §2.14'],
  bounds: '2 of 3 users see each other at the beginning, 2 resources each, 40 steps more, blocks of bare JIDs, a store that answers at once',
  given: amongFriends(histories({ steps: 40, slow: false, privacy: 'blocks' })),
  beside: (history) => [stepsOf(history).map(({ act }) => act), stepsOf(history).flatMap(({ filtered }) => filtered ?? [])],
  fault: (_run, history, beside) => faultIn(stepsOf(history), beside),
  witness: (_run, history) => stepsOf(history).filter(({ refusal }) => refusal !== undefined).length,
};
