/** The filter towards a domain that has no accounts of this server: a room, which another server looks like, too.
 *  XEP-0191 §3.3, XEP-0016 §2.10, THEOREMS T6, T10. @module */
import type { Element } from 'ltx';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deliverCopies } from '../../../src/core/arrive.ts';
import { standardFeatures } from '../../../src/core/features/all.ts';
import type { Feature } from '../../../src/core/feature.ts';
import { parseJid } from '../../../src/core/jid.ts';
import { Kernel } from '../../../src/core/kernel.ts';
import { deliver } from '../../../src/core/routing.ts';
import { childElements } from '../../../src/core/stanza.ts';
import { InProcess } from '../../world/in-process.ts';
import type { Client } from '../../world/world.ts';

const DOMAIN = 'rooms.localhost';
let world: InProcess;
let juliet: Client;
/** What the rooms have got. */
let got: string[];

/** A domain that takes everything, and says what a message to its stage has in it. */
const rooms: Feature = {
  name: 'rooms',
  iq: [{
    name: 'open', xmlns: 'test', types: ['set'], to: ['own'],
    answer: (kernel) => {
      if (!(kernel instanceof Kernel)) throw new Error('a core');
      kernel.services.set(DOMAIN, {
        domain: DOMAIN,
        receive(stanza, _from, to) {
          if (to.local !== 'stage') return void got.push(shown(stanza));
          for (const said of childElements(stanza)) {
            const recipient = parseJid(said.attrs.to ?? '');
            if (recipient === undefined) throw new Error('to whom?');
            if (stanza.attrs.type === 'headline') deliverCopies(kernel, said, [recipient]);
            else deliver(kernel, said, recipient);
          }
        },
      });
      return null;
    },
  }],
};

const shown = ({ name, attrs: { from, to, type } }: Element): string => [name, from, to, type].filter(Boolean).join(' ');

/** Something comes in from elsewhere; as one copy of many, if it is to be. */
const come = (xml: string, isCopy = false): void => juliet.send(`<message to="stage@${DOMAIN}" type="${isCopy ? 'headline' : 'normal'}">${xml}</message>`);

async function heard(): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const next = await juliet.next().catch(() => undefined);
    if (next === undefined) return all;
    if (next !== 'closed' && next.name !== 'iq') all.push(shown(next));
  }
}

const block = (jid: string): void => juliet.send(`<iq id="b" type="set"><block xmlns="urn:xmpp:blocking"><item jid="${jid}"/></block></iq>`);

beforeEach(async () => {
  got = [];
  world = new InProcess({ features: [...standardFeatures, rooms] });
  await world.account('juliet');
  juliet = await world.connect('juliet', 'balcony');
  juliet.send('<iq id="o" type="set"><open xmlns="test"/></iq>');
  juliet.send(`<presence to="hall@${DOMAIN}/Jules"/>`);
  await heard();
  got = [];
});

afterEach(() => world.dispose());

test('a room that is blocked hears the goodbye once, and she hears that she has left', async () => {
  block(`hall@${DOMAIN}`);
  expect(await heard()).toEqual([`presence hall@${DOMAIN}/Jules juliet@localhost/balcony unavailable`]);
  expect(got).toEqual([`presence juliet@localhost/balcony hall@${DOMAIN}/Jules unavailable`]);
  juliet.close();
  await world.settle();
  expect(got).toHaveLength(1);
});

test('nothing of it reaches her then: messages come back, presence meets silence', async () => {
  block(`hall@${DOMAIN}`);
  await heard();
  got = [];
  const by = `from="hall@${DOMAIN}/Romeo" to="juliet@localhost/balcony"`;
  for (const isCopy of [false, true]) come(`<message ${by} type="groupchat"/><presence ${by}/>`, isCopy);
  come(`<presence ${by} type="subscribe"/><presence ${by} type="probe"/><iq ${by} type="result" id="1"/><iq ${by} type="get" id="2"><query xmlns="jabber:iq:version"/></iq>`);
  expect(await heard()).toEqual([]);
  expect(got).toEqual(['message', 'message', 'iq'].map((name) => `${name} juliet@localhost/balcony hall@${DOMAIN}/Romeo error`));
});

test('one occupant alone can be blocked: the room stays, and so do the others', async () => {
  block(`hall@${DOMAIN}/Tybalt`);
  expect(await heard()).toEqual([`presence hall@${DOMAIN}/Tybalt juliet@localhost/balcony unavailable`]);
  expect(got).toEqual([]);
  for (const nick of ['Tybalt', 'Romeo']) come(`<message from="hall@${DOMAIN}/${nick}" to="juliet@localhost/balcony" type="groupchat"/>`, true);
  expect(await heard()).toEqual([`message hall@${DOMAIN}/Romeo juliet@localhost/balcony groupchat`]);
});

test('who is on another server and blocked is not probed, and is when the block is lifted', async () => {
  const tybalt = `tybalt@${DOMAIN}`;
  juliet.send(`<presence to="${tybalt}" type="subscribed"/>`);
  juliet.send(`<presence to="${tybalt}" type="subscribe"/>`);
  await world.settle();
  come(`<presence from="${tybalt}" to="juliet@localhost" type="subscribed"/><presence from="${tybalt}" to="juliet@localhost" type="subscribe"/>`);
  await world.settle();
  block(tybalt);
  await heard();
  got = [];
  juliet.send('<presence/>');
  expect(await heard()).toEqual(['presence juliet@localhost/balcony juliet@localhost']);
  expect(got).toEqual([]);
  juliet.send('<iq id="u" type="set"><unblock xmlns="urn:xmpp:blocking"/></iq>');
  await world.settle();
  expect(got).toEqual([`presence juliet@localhost/balcony ${tybalt}`, `presence juliet@localhost ${tybalt} probe`]);
});
