/** Histories: what the clients of a few users do, and when the store answers. A history is a list of
 *  small plain things, so that it shrinks to what matters and reads as a dialogue. @module */
import fc from 'fast-check';

/** Who acts: a user's resource. */
export interface Actor {
  readonly name: string;
  readonly resource: string;
}

/** One thing that is done. Whoever is not connected connects instead. */
export type Deed =
  | { readonly do: 'close' }
  | { readonly do: 'cut' }
  | { readonly do: 'available'; readonly priority: number }
  | { readonly do: 'unavailable' }
  | { readonly do: 'directed'; readonly to: string; readonly isAvailable: boolean }
  | { readonly do: 'message'; readonly to: string; readonly type: 'chat' | 'normal' | 'headline' | 'groupchat' }
  | { readonly do: 'subscription'; readonly to: string; readonly type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed' }
  | { readonly do: 'remove'; readonly to: string }
  | { readonly do: 'roster' }
  | { readonly do: 'block' | 'unblock'; readonly jid: string }
  /** Makes one of some privacy lists the active list, by its number; none of them: declines it. */
  | { readonly do: 'list'; readonly list: number }
  | { readonly do: 'invisible'; readonly probe: boolean }
  | { readonly do: 'visible' }
  /** From now on the store answers only when it is told to. */
  | { readonly do: 'hold' }
  /** The store answers this many requests, or all of them from now on. */
  | { readonly do: 'answer'; readonly requests: number | 'all' };

/** Somebody does something. */
export interface Act {
  readonly by: Actor;
  readonly deed: Deed;
}

/** What is done, in order. */
export type History = readonly Act[];

export const NAMES = ['juliet', 'romeo', 'nurse'] as const;
const RESOURCES = ['a', 'b'] as const;

/** The items of some privacy lists (XEP-0016 §2.1). */
export const LISTS: readonly string[] = [
  '<item action="deny" order="1"><presence-out/></item>',
  '<item action="deny" order="1"><presence-in/></item>',
  '<item type="subscription" value="none" action="deny" order="1"/>',
  '<item type="jid" value="juliet@localhost" action="deny" order="1"><presence-out/></item><item type="jid" value="romeo@localhost/a" action="deny" order="2"/>',
  '<item action="deny" order="1"/>',
];

/** How much of what is in a history. */
export interface HistoryOptions {
  readonly steps: number;
  readonly negative?: boolean;
  /** Whether the store may be slow. */
  readonly slow?: boolean;
  /** Whether users block each other, and whether they also have lists and become invisible. */
  readonly privacy?: 'blocks' | 'all';
}

const actor = fc.record({ name: fc.constantFrom(...NAMES), resource: fc.constantFrom(...RESOURCES) });
const contact = fc.constantFrom(...NAMES).map((name) => `${name}@localhost`);
const address = fc.oneof(contact, actor.map(({ name, resource }) => `${name}@localhost/${resource}`));

/** Makes histories.
 *  @param options the number of steps at most, and what may be in them
 *  @example
 *  import fc from 'fast-check';
 *  const [history = []] = fc.sample(histories({ steps: 5, slow: false }), { numRuns: 1, seed: 1 });
 *  history.length <= 5; // true */
export function histories({ steps, negative = true, slow = true, privacy }: HistoryOptions): fc.Arbitrary<History> {
  const deed: fc.Arbitrary<Deed> = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom<Deed>({ do: 'close' }, { do: 'cut' }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('available' as const), priority: fc.integer({ min: negative ? -1 : 0, max: 1 }) }) },
    { weight: 3, arbitrary: fc.constant<Deed>({ do: 'unavailable' }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('directed' as const), to: address, isAvailable: fc.boolean() }) },
    { weight: 7, arbitrary: fc.record({ do: fc.constant('message' as const), to: address, type: fc.constantFrom('chat', 'chat', 'normal', 'headline', 'groupchat') }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('subscription' as const), to: contact, type: fc.constantFrom('subscribe', 'subscribed', 'unsubscribe', 'unsubscribed') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), to: contact }) },
    { weight: 1, arbitrary: fc.constant<Deed>({ do: 'roster' }) },
    ...(privacy === undefined ? [] : privacyDeeds(privacy)),
    ...(slow ? [{ weight: 3, arbitrary: fc.oneof(fc.constant<Deed>({ do: 'hold' }), fc.record({ do: fc.constant('answer' as const), requests: fc.constantFrom<(number | 'all')[]>(1, 2, 'all') })) }] : []),
  );
  return fc.array(fc.record({ by: actor, deed }), { minLength: 1, maxLength: steps, size: 'max' });
}

/** Two who see each other, which chance alone seldom brings about; it goes on as it may. */
export function amongFriends(history: fc.Arbitrary<History>): fc.Arbitrary<History> {
  const [juliet, romeo] = [{ name: 'juliet', resource: 'a' }, { name: 'romeo', resource: 'a' }];
  const subscription = (by: Actor, type: 'subscribe' | 'subscribed', to: Actor): Act => ({ by, deed: { do: 'subscription', to: `${to.name}@localhost`, type } });
  const beginning: History = [
    { by: juliet, deed: { do: 'roster' } }, { by: romeo, deed: { do: 'roster' } },
    subscription(juliet, 'subscribed', romeo), subscription(romeo, 'subscribe', juliet), subscription(romeo, 'subscribed', juliet), subscription(juliet, 'subscribe', romeo),
    { by: romeo, deed: { do: 'available', priority: 0 } }, { by: juliet, deed: { do: 'available', priority: 0 } },
  ];
  return history.map((rest) => [...beginning, ...rest]);
}

function privacyDeeds(privacy: 'blocks' | 'all'): { weight: number; arbitrary: fc.Arbitrary<Deed> }[] {
  const blocks = { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('block' as const, 'block' as const, 'unblock' as const), jid: privacy === 'all' ? address : contact }) };
  if (privacy === 'blocks') return [blocks];
  return [
    blocks,
    { weight: 3, arbitrary: fc.record({ do: fc.constant('list' as const), list: fc.integer({ min: 0, max: LISTS.length }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('invisible' as const), probe: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant<Deed>({ do: 'visible' }) },
  ];
}

/** A history as a person reads it.
 *  @example
 *  const juliet: Actor = { name: 'juliet', resource: 'a' };
 *  const history: History = [{ by: juliet, deed: { do: 'roster' } }, { by: juliet, deed: { do: 'available', priority: 0 } }];
 *  dialogueOf(history); // '    1  juliet/a connects\n    2  juliet/a: available, priority 0' */
export function dialogueOf(history: History): string {
  return labelsOf(history).map((label, index) => `  ${String(index + 1).padStart(3)}  ${label}`).join('\n');
}

/** What happens in each act, in words; whoever is not connected connects instead. */
export function labelsOf(history: History): readonly string[] {
  const connected = new Set<string>();
  return history.map(({ by, deed }) => {
    const who = `${by.name}/${by.resource}`;
    if (deed.do === 'hold') return 'the store stops answering';
    if (deed.do === 'answer') return deed.requests === 'all' ? 'the store answers again' : `the store answers ${deed.requests}`;
    if (!connected.has(who)) {
      connected.add(who);
      return `${who} connects`;
    }
    if (deed.do === 'close' || deed.do === 'cut') connected.delete(who);
    return `${who}: ${wordsOf(deed)}`;
  });
}

function wordsOf(deed: Deed): string {
  switch (deed.do) {
    case 'available': return `available, priority ${deed.priority}`;
    case 'directed': return `${deed.isAvailable ? 'available' : 'unavailable'} to ${deed.to}`;
    case 'message': return `${deed.type} message to ${deed.to}`;
    case 'subscription': return `${deed.type} to ${deed.to}`;
    case 'remove': return `removes ${deed.to}`;
    case 'block': return `blocks ${deed.jid}`;
    case 'unblock': return `unblocks ${deed.jid}`;
    case 'list': return LISTS[deed.list] === undefined ? 'declines its active list' : `makes a list active: ${LISTS[deed.list]}`;
    case 'invisible': return `becomes invisible, ${deed.probe ? 'with' : 'without'} probes`;
    case 'visible': return 'becomes visible';
    case 'close': return 'closes its stream';
    case 'cut': return 'is cut off';
    default: return deed.do;
  }
}
