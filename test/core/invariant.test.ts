/** A broken invariant ends one stream, and the server goes on. Spec: RFC 6120 §4.9.3.8, DESIGN §2. @module */
import { expect, test } from 'vitest';
import { standardFeatures } from '../../src/core/features/all.ts';
import type { Feature } from '../../src/core/feature.ts';
import { invariant } from '../../src/core/invariant.ts';
import { ask } from '../../src/core/task.ts';
import { InProcess } from '../world/in-process.ts';

/** A feature of which the server's author was too sure. */
const faulty: Feature = {
  name: 'faulty',
  iq: [
    { name: 'now', xmlns: 'faulty', types: ['get'], to: ['server'], answer: () => invariant(false, 'never') ?? null },
    {
      name: 'later', xmlns: 'faulty', types: ['get'], to: ['server'],
      * answer(_host, { from }) {
        yield* ask({ op: 'account.read', account: from.bare });
        invariant(false, 'never');
        return null;
      },
    },
  ],
};

test.each([
  ['a stream under a name that is there', { type: 'stream.opened', stream: 'one', channel: { secure: true, startTls: false, tlsRequired: true, mechanisms: [], channelBindings: [] } }, 'there is a stream one already'],
  ['a header with too little that nobody knows', { type: 'stream.header', stream: 'one', header: { wellNamed: true, xmlns: 'jabber:client' }, entropy: 'x' }, 'a header comes with at least 32 unpredictable characters'],
] as const)('core: whoever feeds it %s is told (docs/guides/embed-core.md)', (_what, input, words) => {
  const world = new InProcess();
  world.tolerant = true;
  world.open(undefined, 'one');
  world.effects.length = 0;
  world.feed(input);
  expect(world.effects.flatMap((effect) => (effect.type === 'report' ? String(effect.error) : []))).toEqual([`InvariantViolation: ${words}`]);
});

test.each(['now', 'later'])('core: a feature that breaks an invariant %s ends the stream that asked, with internal-server-error', async (name) => {
  const world = new InProcess({ features: [...standardFeatures, faulty] });
  world.tolerant = true;
  for (const account of ['juliet', 'romeo']) await world.account(account);
  const juliet = await world.connect('juliet', 'balcony');
  const romeo = await world.connect('romeo', 'orchard');
  romeo.send(`<iq id="x" to="localhost" type="get"><${name} xmlns="faulty"/></iq>`);
  const refusal = await romeo.next();
  const error = name === 'later' ? await romeo.next() : refusal;
  if (name === 'later') expect(refusal !== 'closed' && refusal.attrs).toMatchObject({ id: 'x', type: 'error' });
  expect(error === 'closed' ? error : [error.name, error.getChildElements()[0]?.name]).toEqual(['stream:error', 'internal-server-error']);
  expect(await romeo.next()).toBe('closed');
  expect(world.effects.filter(({ type }) => type === 'report').length).toBe(1);
  juliet.send('<iq id="alive" to="localhost" type="get"><ping xmlns="urn:xmpp:ping"/></iq>');
  const pong = await juliet.next();
  expect(pong !== 'closed' && pong.attrs.id).toBe('alive');
  expect(world.core.census()).toMatchObject({ resources: 1, accounts: 1 });
  await world.dispose();
});
