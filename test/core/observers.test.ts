/** Who watches the core: several at a time, each until it leaves; and what they are told of a decision. @module */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Decision } from '../../src/core/decision.ts';
import type { Fate } from '../../src/core/kernel.ts';
import { observing } from '../../src/core/observers.ts';
import type { Watched } from '../../src/core/observers.ts';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

let world: InProcess;
let romeo: Client;
beforeEach(async () => {
  world = new InProcess();
  for (const name of ['juliet', 'romeo']) await world.account(name);
  romeo = await world.connect('romeo', 'orchard');
});
afterEach(() => world.dispose());

async function decisionAbout(to: string): Promise<Decision | undefined> {
  const decisions: Decision[] = [];
  const leave = world.core.observe({ onDecision: (decision) => void decisions.push(decision) });
  romeo.send(`<message to="${to}" type="chat" id="m"><body>o</body></message>`);
  await world.settle();
  leave();
  return decisions[0];
}

test('observers: every one is told of the same fate, and none of them once it has left', async () => {
  const told: [string, Fate][] = [];
  const leave = world.core.observe({ onFate: (fate) => void told.push(['first', fate]) });
  world.core.observe({ onFate: (fate) => void told.push(['second', fate]) });
  const say = async (id: string): Promise<void> => {
    romeo.send(`<message to="juliet@localhost" type="chat" id="${id}"><body>o</body></message>`);
    await world.settle();
  };
  await say('a');
  leave();
  leave();
  await say('b');
  expect(told.map(([who, { id, fate }]) => [who, id, fate])).toEqual([['first', 'a', 'stored'], ['second', 'a', 'stored'], ['second', 'b', 'stored']]);
});

test('observers: while nobody watches nothing is set that the core would have to call', () => {
  const watched: Watched = { onTransition: undefined, onDecision: undefined, onFate: undefined };
  const observe = observing(watched);
  const leave = observe({ onTransition: () => {} });
  expect(Object.values(watched).map((told) => typeof told)).toEqual(['function', 'undefined', 'undefined']);
  leave();
  expect(Object.values(watched)).toEqual([undefined, undefined, undefined]);
});

test('a decision names every route and what was known of it, who is eligible, and who of them was chosen (DESIGN D2)', async () => {
  const phone = await world.connect('juliet', 'phone');
  await world.connect('juliet', 'laptop');
  phone.send('<presence><priority>5</priority></presence>');
  await world.settle();
  expect(await decisionAbout('juliet@localhost')).toEqual({
    type: 'chat', id: 'm', from: 'romeo@localhost/orchard', to: 'juliet@localhost', isToFull: false, reach: 'eligible',
    routes: [
      { jid: 'juliet@localhost/phone', isDraining: false, hasOptedOut: false, isAvailable: true, priority: 5 },
      { jid: 'juliet@localhost/laptop', isDraining: false, hasOptedOut: false, isAvailable: false, priority: 0 },
    ],
    eligible: ['juliet@localhost/phone', 'juliet@localhost/laptop'],
    chosen: ['juliet@localhost/phone'],
  });
  expect(await decisionAbout('juliet@localhost/laptop')).toMatchObject({ isToFull: true, reach: 'route', chosen: ['juliet@localhost/laptop'] });
});

test('a decision about somebody who is not there has no routes', async () => {
  expect(await decisionAbout('juliet@localhost')).toMatchObject({ reach: 'store', routes: [], eligible: [], chosen: [] });
});

test('standing: every stream with its full JID and the states of its machines', () => {
  expect(world.core.standing()).toEqual([{
    stream: expect.any(String), jid: 'romeo@localhost/orchard',
    states: { stream: 'bound', session: 'connected', presence: 'connected', roster: 'connected', route: 'open' },
  }]);
  expect(world.core.standing('nobody')).toEqual([]);
});
