/** What a newcomer finds out from the page alone, by what can be clicked. With WAYSTATE_SCREENSHOTS naming a folder it leaves
 *  there the pictures of the README and of docs/guides/inspect.md. @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/cli/serve.ts';
import { browsing, isInstalled } from './browsing.ts';
import { lookedAt, person } from './looking.ts';

describe.runIf(isInstalled)('a tour of the inspector', () => {
  const { open, complaints, picture } = browsing();
  let server: RunningServer;
  beforeEach(async () => {
    ({ server } = await lookedAt());
  });
  afterEach(() => server.stop());

  test('why a message to somebody without presence is delivered, in one click', async () => {
    const page = await open(server.inspector ?? '');
    await page.getByRole('link', { name: 'Watch it happen' }).click();
    await page.getByRole('note').filter({ hasText: 'Whether she gets a message is asked of her routes, and never of her presence' }).waitFor();
    await page.locator('.card.m-presence', { hasText: 'it can be reached all the same' }).first().waitFor();
    await page.getByRole('note').getByText('DESIGN D2').click();
    await page.getByRole('dialog').getByText('D2').first().waitFor();
    expect(complaints).toEqual([]);
  });

  test('what happens to a route when a client closes its stream, in one click and two steps on', async () => {
    const page = await open(server.inspector ?? '');
    await page.getByRole('link', { name: 'Watch one drain' }).click();
    await page.getByRole('note').filter({ hasText: 'her route drains' }).waitFor();
    await page.locator('.moment .m-route', { hasText: 'draining' }).waitFor();
    await page.keyboard.press('End');
    await page.getByRole('note').filter({ hasText: 'only then her route closes, and her stream' }).waitFor();
    await page.locator('.moment .m-route', { hasText: 'closed' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a session of one\'s own: its machines, why its message went where it went, why its route was closed', async () => {
    const romeo = await person(server, 'romeo', 'orchard');
    const juliet = await person(server, 'juliet', 'balcony');
    const page = await open(server.inspector ?? '', { viewport: { width: 1200, height: 780 } });
    await page.locator('.row a', { hasText: 'juliet@localhost/balcony' }).waitFor();
    juliet.send("<presence to='verona@rooms.localhost/jules'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
    await juliet.hears('code="110"');
    romeo.send("<presence/><message to='juliet@localhost' type='chat' id='wherefore'><body>o</body></message>");
    await juliet.hears('wherefore');
    await page.locator('.row', { hasText: 'romeo@localhost' }).locator('.facts', { hasText: '1 message' }).waitFor();
    await picture(page, 'live');
    await page.locator('.row a', { hasText: 'juliet@localhost/balcony' }).click();
    await page.locator('.opened .message', { hasText: 'romeo@localhost/orchard' }).locator('summary').click();
    await page.getByText('It has sent no presence, which has no part in this.').waitFor();
    juliet.send('</stream:stream>');
    await page.getByRole('heading', { name: 'Why the route was closed' }).waitFor();
    await page.getByText('verona@rooms.localhost has said that the occupant is gone.').waitFor();
    await picture(page, 'session');
    await page.getByRole('button', { name: 'Sequence' }).click();
    await page.locator('.sequence').scrollIntoViewIfNeeded();
    await page.locator('.sequence svg text', { hasText: 'drain.begun' }).first().waitFor();
    await picture(page, 'sequence');
    expect(complaints).toEqual([]);
  });

  test('what Openfire did, and what a machine does with an event', async () => {
    const page = await open(server.inspector ?? '', { viewport: { width: 1200, height: 780 } });
    await page.getByRole('link', { name: 'The route removed on unavailable' }).click();
    await page.locator('.theorem', { hasText: 'fails' }).waitFor();
    await page.locator('.step-list').getByText('a1: unavailable').click();
    await page.locator('.moment .m-route', { hasText: 'closed' }).waitFor();
    await picture(page, 'trace');
    await page.getByRole('link', { name: 'Machines' }).click();
    await page.getByRole('link', { name: /^route/ }).first().click();
    await page.locator('svg [data-transition="draining/answer.settled/0"]').first().click();
    await page.getByText('Exiting a Room').first().waitFor();
    await picture(page, 'machine');
    expect(complaints).toEqual([]);
  });
});
