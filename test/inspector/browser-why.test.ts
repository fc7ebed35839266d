/** The page answers why, in a browser: a route that has closed, one who does not see another, a message by its fate;
 *  and offers what there is to choose from. @module */
import { beforeEach, afterEach, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import type { RunningServer } from '../../src/cli/serve.ts';
import type { Peer } from '../runtime/peer.ts';
import { browsing, isInstalled } from './browsing.ts';
import { lookedAt, person } from './looking.ts';

const muc = "<x xmlns='http://jabber.org/protocol/muc'/>";

/** Whoever asks for the roster is told when it changes (RFC 6121 §2.1.6). */
const roster = "<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>";

describe.runIf(isInstalled)('why, in a browser', () => {
  const { open, complaints, picture } = browsing();
  let server: RunningServer;
  let romeo: Peer;
  let juliet: Peer;
  let page: Page;
  beforeEach(async () => {
    ({ server } = await lookedAt());
    romeo = await person(server, 'romeo', 'orchard');
    juliet = await person(server, 'juliet', 'balcony');
  });
  afterEach(() => server.stop());

  const at = (part: string): Promise<unknown> => page.evaluate(`location.hash = ${JSON.stringify(part)}`);
  const isLive = (): Promise<unknown> => page.locator('#status', { hasText: /^live$/ }).waitFor();
  const fits = async (name: string): Promise<void> => {
    await picture(page, name);
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
  };

  test('who begins is told where, and the rooms and contacts from before are there', async () => {
    romeo.send(`${roster}<presence/><presence to='verona@rooms.localhost/romeo'>${muc}</presence><presence to='juliet@localhost' type='subscribe'/>`);
    await romeo.hears("ask=\"subscribe\"");
    await romeo.hears('<subject');
    page = await open(server.inspector ?? '');
    for (const href of ['#/traces/example:article', '#/traces/example:openfire-no-route', '#/traces/example:openfire-route-removed', '#/machines/route']) {
      await page.locator(`.begin a[href="${href}"]`).waitFor();
    }
    await page.getByRole('button', { name: /^Rooms/ }).click();
    await page.locator('.row', { hasText: 'verona@rooms.localhost' }).locator('.chip', { hasText: 'moderator' }).waitFor();
    await page.getByRole('button', { name: /^Contacts/ }).click();
    await page.locator('.row', { hasText: 'romeo@localhost' }).locator('.chip', { hasText: 'nonePendingOut' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('states are chosen among those that there are, and taken back', async () => {
    romeo.send('<presence/>');
    await romeo.hears('<presence');
    page = await open(server.inspector ?? '');
    const available = page.locator('.facet', { hasText: 'presence' }).filter({ hasText: 'available' });
    await available.click();
    await page.locator('.row', { hasText: 'juliet@localhost' }).waitFor({ state: 'detached' });
    expect(await available.getAttribute('aria-pressed')).toBe('true');
    await picture(page, 'facets');
    await page.locator('.facet', { hasText: 'connected' }).click();
    await page.locator('.row', { hasText: 'juliet@localhost' }).waitFor();
    await available.focus();
    await page.keyboard.press('Enter');
    await page.locator('.row', { hasText: 'romeo@localhost' }).waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('a session that is over says what ended it, what its route was owed, and what settled that (DESIGN D5)', async () => {
    page = await open(server.inspector ?? '');
    await page.getByText('juliet@localhost/balcony').click();
    await isLive();
    juliet.send(`<presence/><presence to='verona@rooms.localhost/jules'>${muc}</presence>`);
    await juliet.hears('<subject');
    juliet.send('</stream:stream>');
    const why = page.getByRole('region', { name: 'Why', exact: true });
    await why.getByRole('heading', { name: 'Why the route was closed' }).waitFor();
    await why.getByText('The client closed its stream.').waitFor();
    await why.getByText('Owed to it was the last word of verona@rooms.localhost.').waitFor();
    await why.getByText('verona@rooms.localhost has said that the occupant is gone.').waitFor();
    expect(await why.textContent()).toContain('RFC 6120 §4.4');
    await fits('closing');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await at('#/live/find/session/route:closed');
    await page.locator('.row.is-over', { hasText: 'juliet@localhost/balcony' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('two people are named, and it is said why one does not see the other; from a session too', async () => {
    page = await open(server.inspector ?? '');
    romeo.send(`${roster}<presence/><presence to='juliet@localhost' type='subscribe'/>`);
    await romeo.hears('ask="subscribe"');
    await page.getByRole('link', { name: 'Why', exact: true }).click();
    await page.getByLabel('Who looks').fill('romeo@localhost');
    await page.getByLabel('Whom for').fill('juliet@localhost');
    await page.keyboard.press('Enter');
    await page.locator('.answer.is-no', { hasText: 'romeo@localhost does not see juliet@localhost online.' }).waitFor();
    await page.locator('.reason.is-no', { hasText: 'juliet@localhost/balcony is not available' }).waitFor();
    await fits('sight-no');
    // It follows what happens meanwhile.
    juliet.send("<presence/><presence to='romeo@localhost' type='subscribed'/>");
    await page.locator('.answer.is-yes', { hasText: 'romeo@localhost sees juliet@localhost online.' }).waitFor();
    await fits('sight-yes');
    await page.getByRole('link', { name: 'Live' }).click();
    await page.getByText('juliet@localhost/balcony').click();
    await page.getByRole('link', { name: 'Who sees this presence, and why?' }).click();
    await page.locator('.watchers .is-yes', { hasText: 'romeo@localhost' }).waitFor();
    await fits('watchers');
    expect(complaints).toEqual([]);
  });

  test('a message is found by its sender or fate, has an address of its own, and leads to whom it went', async () => {
    page = await open(server.inspector ?? '');
    await isLive();
    romeo.send("<message to='juliet@localhost' type='chat' id='wherefore'><body>o</body></message><message to='nobody@localhost' type='chat' id='lost'><body>o</body></message>");
    await romeo.hears('id="lost"');
    await page.getByRole('button', { name: /^Messages/ }).click();
    await page.locator('.facet', { hasText: 'bounced' }).click();
    await page.locator('.message', { hasText: 'juliet@localhost' }).waitFor({ state: 'detached' });
    await page.locator('.facet', { hasText: 'bounced' }).click();
    await page.getByLabel('Search').fill('from:romeo fate:delivered id:wherefore');
    await page.locator('.message', { hasText: 'nobody@localhost' }).first().waitFor({ state: 'detached' });
    await page.locator('.message summary').click();
    await page.getByRole('link', { name: 'link to this message' }).click();
    const side = page.getByRole('region', { name: 'Message' });
    await side.getByText('It has sent no presence, which has no part in this.').waitFor();
    await fits('message');
    const address = page.url();
    await side.getByRole('link', { name: /juliet@localhost\/balcony/ }).click();
    await page.locator('.opened h1', { hasText: 'juliet@localhost/balcony' }).waitFor();
    await page.goto(address);
    await side.getByText('wherefore').waitFor();
    await at('#/live/message/99999');
    await side.getByText('That message is not kept any more').waitFor();
    expect(complaints).toEqual([]);
  });

  test.each([
    ['light', { colorScheme: 'light' }], ['dark', { colorScheme: 'dark' }], ['phone', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }],
  ] as const)('it fits: %s', async (name, options) => {
    romeo.send('<presence/>');
    page = await open(server.inspector ?? '', options);
    await page.getByText('romeo@localhost/orchard').waitFor();
    await fits(`why-${name}-begin`);
    await at(`#/why/${encodeURIComponent('watcher=romeo@localhost&contact=juliet@localhost')}`);
    await page.locator('.answer.is-no').waitFor();
    await fits(`why-${name}-sight`);
    await at('#/live');
    juliet.send('</stream:stream>');
    await page.locator('.row.is-over a', { hasText: 'juliet@localhost' }).click();
    await page.getByText('The client closed its stream.').waitFor();
    await fits(`why-${name}-closing`);
    expect(complaints).toEqual([]);
  });
});
