/** Directed presence beside subscriptions: who is told what, and what is made of it later. Spec: RFC 6121 §4.6. Not here: who
 *  may ask a resource that has shown itself (told.test.ts), rooms (farewells.test.ts). @module */
import { afterEach, describe, expect, test } from 'vitest';
import { Stage, juliet, record, romeo } from '../world/stage.ts';

let stage: Stage;
afterEach(() => stage.dispose());

const fromGarden = (what: string, to = romeo as string): string => `elsewhere: ${what} ${juliet}/garden → ${to}`;
/** What goes to the contacts. */
const told = async (): Promise<string[]> => (await stage.said()).filter((line) => line.startsWith('elsewhere'));

describe('to a subscriber', () => {
  test.each(['from', 'fromPendingOut', 'both'] as const)('(%s) goes out whole, and broadcasts go on (RFC 6121 §4.6.3 rule 1)', async (state) => {
    stage = await Stage.set([record(state)], ['garden']);
    stage.send('garden', `<presence to="${romeo}" id="d1"><show>xa</show><x xmlns="urn:x"/></presence>`);
    const [[, sent] = []] = (await stage.stanzas()).filter(([to]) => to === 'elsewhere');
    expect(sent?.attrs).toEqual({ from: `${juliet}/garden`, to: romeo, id: 'd1' });
    expect(sent?.children.join('')).toBe('<show>xa</show><x xmlns="urn:x"/>');
    stage.send('garden', '<presence><show>away</show></presence>');
    expect(await told()).toEqual([fromGarden('available <show>away')]);
    stage.send('garden', `<presence to="${romeo}" type="unavailable"><status>not for you</status></presence>`);
    expect(await told()).toEqual([fromGarden('unavailable <status>not for you')]);
    stage.send('garden', '<presence/>');
    expect(await told()).toEqual([fromGarden('available')]);
    stage.send('garden', '<presence type="unavailable"/>');
    expect(await told()).toEqual([fromGarden('unavailable')]);
  });
});

describe.each([
  ['an available resource', 'rule 2', ['garden'], false],
  ['a resource that has sent no presence', 'rule 3', [], false],
  ['a resource that has taken its presence back', 'rule 3', ['garden'], true],
] as const)('to somebody else, from %s (RFC 6121 §4.6.3 %s)', (_who, _rule, resources, isBack) => {
  async function begin(...records: Parameters<typeof Stage.set>[0][]): Promise<void> {
    stage = await Stage.set(records[0], [...resources]);
    if (resources.length === 0) await stage.enter('garden', 'neither');
    if (isBack) stage.send('garden', '<presence type="unavailable"/>');
    await stage.said();
  }

  test.each(['none', 'to', 'toPendingIn', 'nonePendingOut'] as const)('(%s) goes out whole, is in no broadcast, and the end is told', async (state) => {
    await begin([record(state)]);
    stage.send('garden', `<presence to="${romeo}" id="d1"><show>xa</show><x xmlns="urn:x"/></presence>`);
    const [[, sent] = []] = (await stage.stanzas()).filter(([to]) => to === 'elsewhere');
    expect(sent?.attrs).toEqual({ from: `${juliet}/garden`, to: romeo, id: 'd1' });
    expect(sent?.children.join('')).toBe('<show>xa</show><x xmlns="urn:x"/>');
    stage.send('garden', '<presence><show>away</show></presence>');
    expect((await told()).filter((line) => !line.includes(': probe '))).toEqual([]);
    stage.send('garden', '<presence type="unavailable"/>');
    expect(await told()).toEqual([fromGarden('unavailable')]);
  });

  test('is told of the end also where the stream is cut off', async () => {
    await begin();
    stage.send('garden', `<presence to="${romeo}/orchard"/>`);
    await stage.said();
    stage.clients['garden']?.drop();
    expect(await told()).toEqual([fromGarden('unavailable', `${romeo}/orchard`)]);
  });

  test('is told once: who was told directly that it is gone is told no more (RFC 6121 §4.6.1)', async () => {
    await begin();
    stage.send('garden', `<presence to="${romeo}"/>`);
    stage.send('garden', `<presence to="${romeo}" type="unavailable"/>`);
    expect(await told()).toEqual([fromGarden('available'), fromGarden('unavailable')]);
    stage.clients['garden']?.drop();
    expect(await told()).toEqual([]);
  });
});

describe('and a subscription (RFC 6121 §4.6.1)', () => {
  test('who is approved after it was told is a subscriber like others', async () => {
    stage = await Stage.set([record('nonePendingIn')], ['garden']);
    stage.send('garden', `<presence to="${romeo}"/>`);
    stage.send('garden', `<presence to="${romeo}" type="subscribed"/>`);
    await stage.said();
    stage.send('garden', '<presence><show>away</show></presence>');
    expect(await told()).toEqual([fromGarden('available <show>away')]);
    stage.send('garden', '<presence type="unavailable"/>');
    expect(await told()).toEqual([fromGarden('unavailable')]);
  });

  test.each(['from', 'both'] as const)('whose subscription (%s) is cancelled is told that the user is unavailable, though it was told directly that it is not', async (state) => {
    stage = await Stage.set([record(state)], ['garden']);
    stage.send('garden', `<presence to="${romeo}"/>`);
    await stage.said();
    stage.send('garden', `<presence to="${romeo}" type="unsubscribed"/>`);
    expect(await told()).toEqual([fromGarden('unavailable'), `elsewhere: unsubscribed ${juliet} → ${romeo}`]);
    stage.clients['garden']?.drop();
    expect(await told()).toEqual([]);
  });
});
