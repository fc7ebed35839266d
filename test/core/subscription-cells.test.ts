/** What each subscription stanza does in each state, seen at the edges of the core: what goes to the contact, what the user's
 *  resources hear, what the roster says. Spec: RFC 6121 §3, §A. What must follow comes from the tables of the RFC and not from
 *  the machine (properties/checker/subscriptions). Not here: in which order (subscriptions.test.ts). @module */
import { afterEach, describe, expect, test } from 'vitest';
import type { SubscriptionState } from '../../machines/vocabulary.ts';
import { STANZAS, cellOf } from '../../properties/checker/subscriptions/appendix-a.ts';
import type { Direction, SubscriptionStanza } from '../../properties/checker/subscriptions/appendix-a.ts';
import { effectsOf } from '../../properties/checker/subscriptions/prose.ts';
import { ELSEWHERE, Stage, available, each, interested, juliet, record, romeo } from '../world/stage.ts';

const STATES: readonly SubscriptionState[] = ['none', 'nonePendingOut', 'nonePendingIn', 'nonePendingOutIn', 'to', 'toPendingIn', 'from', 'fromPendingOut', 'both'];
const preApproved: readonly SubscriptionState[] = ['none', 'nonePendingOut', 'to'];

let stage: Stage;
afterEach(() => stage.dispose());

/** What a roster push says of a contact in a state (RFC 6121 §2.1.2). */
function itemOf(state: SubscriptionState, isApproved: boolean): string {
  const shown = state.replace(/Pending.*/, '');
  return `push ${romeo} ${shown}${state.includes('Out') ? ' asked' : ''}${isApproved ? ' approved' : ''}`;
}

/** What each effect is at the edges. */
function edgesOf(effects: ReadonlySet<string>, stanza: SubscriptionStanza, next: SubscriptionState, isApproved: boolean): string[] {
  const presence = (type: string): string[] => available.map((resource) => `elsewhere: ${type} ${juliet}/${resource} → ${romeo}`);
  const edges: Record<string, string[]> = {
    routeStanza: [`elsewhere: ${stanza} ${juliet} → ${romeo}`],
    deliverStanza: each(interested, `${stanza} ${romeo} → ${juliet}`),
    deliverRequest: each(available, `${stanza} ${romeo} → ${juliet}`),
    replySubscribed: [`elsewhere: subscribed ${juliet} → ${romeo}`],
    replyUnsubscribed: [`elsewhere: unsubscribed ${juliet} → ${romeo}`],
    sendAvailable: presence('available'),
    sendUnavailable: presence('unavailable'),
    pushItem: each(interested, itemOf(next, isApproved)),
  };
  return [...effects].flatMap((effect) => edges[effect] ?? [`no ${effect}`]).sort();
}

async function expectCell(direction: Direction, stanza: SubscriptionStanza, state: SubscriptionState, isApproved: boolean): Promise<void> {
  stage = await Stage.set([record(state, { approved: isApproved })], ['balcony', 'chamber', 'hall', 'garden', 'closet']);
  if (direction === 'outbound') stage.send('closet', `<presence to="${romeo}" type="${stanza}"/>`);
  else stage.contacts.say(`<presence from="${romeo}" to="${juliet}" type="${stanza}"/>`);
  const cell = cellOf(direction, stanza, state, isApproved);
  expect((await stage.said()).sort()).toEqual(edgesOf(effectsOf(direction, stanza, state, isApproved), stanza, cell.next, cell.isApproved));
  const kept = (await stage.roster()).find(({ jid }) => jid === romeo);
  expect([kept?.subscription ?? 'none', kept?.approved ?? false]).toEqual([cell.next, cell.isApproved]);
}

describe.each(['outbound', 'inbound'] as const)('%s', (direction) => {
  describe.each(STANZAS)('%s', (stanza) => {
    test.each(STATES)('in %s: sent, delivered, answered and pushed as the tables say, and the state is the one that they say (RFC 6121 §A)', async (state) => {
      await expectCell(direction, stanza, state, false);
    });
    test.each(preApproved)('in %s with a pre-approval: as §3.4.2 says (RFC 6121 §3.4.2)', async (state) => {
      await expectCell(direction, stanza, state, true);
    });
  });
});

describe('a contact that is in no roster', () => {
  test.each(STANZAS)('%s to it: as in the state none (RFC 6121 §3.1.2, §3.2.2, §3.3.2, §3.4.2)', async (stanza) => {
    stage = await Stage.set([], ['balcony', 'chamber', 'hall', 'garden']);
    stage.send('garden', `<presence to="${romeo}" type="${stanza}"/>`);
    const { next, isApproved } = cellOf('outbound', stanza, 'none', false);
    const effects = effectsOf('outbound', stanza, 'none', false);
    expect((await stage.said()).sort()).toEqual(edgesOf(effects, stanza, next, isApproved));
    expect((await stage.roster()).map(({ subscription, approved }) => [subscription, approved])).toEqual(effects.has('pushItem') ? [[next, isApproved]] : []);
  });

  test.each(['subscribed', 'unsubscribe', 'unsubscribed'])('%s from it: ignored, and in no roster afterwards (RFC 6121 §3.1.6, §3.2.3, §3.3.3)', async (stanza) => {
    stage = await Stage.set([], ['balcony', 'hall', 'garden']);
    stage.contacts.say(`<presence from="${romeo}" to="${juliet}" type="${stanza}"/>`);
    expect(await stage.said()).toEqual([]);
    expect(await stage.roster()).toEqual([]);
  });
});

test.each(STANZAS)('%s to a user that does not exist: ignored (RFC 6121 §8.5.1, §3.1.6, §3.2.3, §3.3.3)', async (stanza) => {
  stage = await Stage.set();
  stage.contacts.say(`<presence from="tybalt@${ELSEWHERE}" to="nobody@localhost" type="${stanza}"/>`);
  expect(await stage.said()).toEqual([]);
  expect((await stage.world.store.perform({ op: 'roster.read', account: 'nobody@localhost' as typeof juliet })).records).toEqual([]);
});
