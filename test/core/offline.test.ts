/** Messages for who is not there, where nothing is kept of them. XEP-0160 §1, RFC 6121 §8.5.2.2.1. @module */
import { afterEach, expect, test } from 'vitest';
import { InProcess } from '../world/in-process.ts';

let world: InProcess;
afterEach(() => world.dispose());

test('a server that stores no messages answers with service-unavailable to those for who is not there (XEP-0160 §1)', async () => {
  world = new InProcess({ config: { offlineLimit: 0 } });
  for (const name of ['juliet', 'romeo']) await world.account(name);
  const romeo = await world.connect('romeo', 'orchard');
  romeo.send('<message id="m" to="juliet@localhost" type="chat"><body>Lady</body></message>');
  const answer = await romeo.next();
  expect(answer === 'closed' ? answer : [answer.attrs.id, answer.attrs.type, answer.getChild('error')?.getChildElements().map(({ name }) => name)]).toEqual(['m', 'error', ['service-unavailable']]);
  const juliet = await world.connect('juliet', 'balcony');
  juliet.send('<presence/>');
  expect(await juliet.next()).toMatchObject({ name: 'presence' });
  await expect(juliet.next()).rejects.toThrow();
});
