/** The inspector in a real browser: Debian's Chromium, where it is installed; where WAYSTATE_REQUIRE_ALL is set, as
 *  in CI, it is a failure that it is not. With WAYSTATE_SCREENSHOTS naming a folder, pictures of the views are left there.
 *  @module */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/cli/serve.ts';
import { lookedAt, password, person } from './looking.ts';

const executablePath = '/usr/bin/chromium';
const isInstalled = existsSync(executablePath);
const pictures = process.env['WAYSTATE_SCREENSHOTS'];

test.runIf(process.env['WAYSTATE_REQUIRE_ALL'])('the browser is installed (WAYSTATE_REQUIRE_ALL)', () => {
  expect(isInstalled).toBe(true);
});

describe.runIf(isInstalled)(isInstalled ? 'in a browser' : 'in a browser (skipped: Debian\'s chromium is not installed)', () => {
  let browser: Browser;
  let server: RunningServer;
  let page: Page;
  /** What the browser complained of: an error, a refusal by the policy, a request that failed. */
  let complaints: string[];
  const requests = new Set<string>();

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  }, 60_000);
  afterAll(() => browser.close());
  beforeEach(async () => {
    ({ server } = await lookedAt());
    complaints = [];
    requests.clear();
  });
  afterEach(async () => {
    await page.close();
    await server.stop();
  });

  async function opened(options: Parameters<Browser['newPage']>[0] = {}, prepare = (): Promise<void> => Promise.resolve()): Promise<void> {
    page = await browser.newPage({ viewport: { width: 1280, height: 860 }, ...options });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A machine without a diagram is shown by its table: that there is none is no complaint.
      if (message.type() === 'error' && !message.location().url.endsWith('.svg')) complaints.push(message.text());
    });
    page.on('request', (request) => requests.add(new URL(request.url()).origin));
    await prepare();
    await page.goto(server.inspector ?? '');
  }

  async function pictured(name: string): Promise<void> {
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  /** Text that would be markup, would a page make markup of data. */
  const hostile = '&lt;img src=x onerror=document.title=1>&amp;';

  test('two people, a message to one who has sent no presence, and why she gets it (DESIGN D2)', async () => {
    const romeo = await person(server, 'romeo', 'orchard');
    const juliet = await person(server, 'juliet', 'balcony');
    await opened();
    await page.getByText('juliet@localhost/balcony').waitFor();
    expect(await page.getByText('romeo@localhost/orchard').count()).toBe(1);
    romeo.send('<presence/>');
    await page.locator('.chip', { hasText: 'presence available' }).waitFor();
    await page.getByText('juliet@localhost/balcony').click();
    await page.locator('.opened h1', { hasText: 'juliet@localhost/balcony' }).waitFor();
    await page.locator('#status', { hasText: /^live$/ }).waitFor();
    romeo.send("<message to='juliet@localhost' type='chat' id='wherefore'><body>My life were better ended</body></message>");
    await juliet.hears('My life were better ended');
    const message = page.locator('.opened .message', { hasText: 'romeo@localhost/orchard' });
    await message.locator('summary').click();
    await message.getByText('It has sent no presence, which has no part in this.').waitFor();
    await page.locator('.entry.stanza', { hasText: 'wherefore' }).waitFor();
    const text = (await page.textContent('main')) ?? '';
    expect(text).toContain('DESIGN D2');
    expect(text).not.toContain('My life were better ended');
    expect(text).not.toContain(password);
    await pictured('session');
    juliet.send('</stream:stream>');
    await page.locator('.opened .card.m-route').locator('code.state', { hasText: 'closed' }).waitFor();
    await page.locator('.entry', { hasText: 'drain.begun' }).getByText('RFC 6120 §4.4').waitFor();
    expect(complaints).toEqual([]);
    expect([...requests]).toEqual([new URL(server.inspector ?? '').origin]);
  });

  test('a resourcepart, a nick and an id that would be markup are text', async () => {
    const juliet = await person(server, 'juliet', hostile);
    await opened();
    await page.getByText('<img src=x onerror=document.title=1>&').click();
    await page.locator('.opened h1', { hasText: '<img' }).waitFor();
    await page.locator('#status', { hasText: /^live$/ }).waitFor();
    juliet.send(`<message to='romeo@localhost' type='chat' id='${hostile}'><body>${hostile}</body></message>`);
    juliet.send(`<presence to='verona@rooms.localhost/${hostile}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await page.locator('.opened .message').first().waitFor();
    await page.getByRole('button', { name: /^Rooms/ }).click();
    await page.locator('.row a', { hasText: 'verona@rooms.localhost' }).click();
    await page.locator('.entry', { hasText: '<img src=x' }).first().waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).toBe('Live · Waystate inspector');
    expect(complaints).toEqual([]);
  });

  test('a machine has its diagram lit where it is, and without one its states', async () => {
    const juliet = await person(server, 'juliet', 'balcony');
    const drawn = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><style>g{fill:red}</style><g data-state='open'><rect width='4' height='4'/></g><g data-state='closed'/><g data-transition='open/drain.begun/1'/></svg>";
    await opened({}, async () => {
      await page.route('**/machines/*.svg', (route) => (route.request().url().endsWith('/route.svg') ? route.fulfill({ body: drawn, contentType: 'image/svg+xml' }) : route.fulfill({ status: 404 })));
      await page.route('**/machines/machines.css', (route) => route.fulfill({ body: '', contentType: 'text/css' }));
    });
    await page.getByText('juliet@localhost/balcony').click();
    await page.locator('.m-route summary').click();
    await page.locator('.m-route svg [data-state="open"].lit').waitFor();
    expect(await page.locator('.m-route svg .lit').count()).toBe(1);
    await page.locator('.m-session .levels .lit', { hasText: 'connected' }).waitFor();
    expect(await page.locator('.m-session summary').isVisible()).toBe(false);
    await page.locator('#status', { hasText: /^live$/ }).waitFor();
    juliet.send('</stream:stream>');
    await page.locator('.m-route svg [data-transition].lit').waitFor({ state: 'attached' });
    await page.locator('.m-route svg [data-state="closed"].lit').waitFor({ state: 'attached' });
    expect(complaints).toEqual([]);
  });

  test('it is used by keyboard: search, step down the list, open, close', async () => {
    await person(server, 'juliet', 'balcony');
    await person(server, 'romeo', 'orchard');
    await opened();
    await page.getByText('romeo@localhost/orchard').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('juliet session:connected');
    await page.getByText('romeo@localhost/orchard').waitFor({ state: 'detached' });
    await page.locator('#main').focus();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.opened h1', { hasText: 'juliet' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.opened').waitFor({ state: 'hidden' });
    await page.keyboard.press('p');
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test.each([
    ['light', { colorScheme: 'light' }], ['dark', { colorScheme: 'dark' }],
    ['phone', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)('every view fits: %s', async (name, options) => {
    const romeo = await person(server, 'romeo', 'orchard');
    const juliet = await person(server, 'juliet', 'balcony');
    await opened(options);
    await page.getByText('romeo@localhost/orchard').waitFor();
    romeo.send("<presence/><message to='juliet@localhost' type='chat' id='a'><body>o</body></message><presence to='verona@rooms.localhost/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
    juliet.send('<presence><priority>-1</priority></presence>');
    const fits = async (picture: string): Promise<void> => {
      await pictured(`${name}-${picture}`);
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    };
    await page.locator('.chip', { hasText: 'availableNegative' }).waitFor();
    await fits('live');
    await page.getByText('romeo@localhost/orchard').click();
    await page.locator('.entry', { hasText: 'presence.available' }).waitFor();
    await fits('session');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Messages/ }).click();
    await page.locator('.message summary').first().click();
    await fits('messages');
    await page.getByRole('link', { name: 'Machines' }).click();
    await page.getByRole('navigation', { name: 'Machines' }).getByRole('link', { name: /^route/ }).click();
    await page.getByRole('heading', { name: 'route', level: 1 }).waitFor();
    await fits('machines');
    expect(await page.locator('.states').textContent()).toContain('The session is over; answers that are owed are still delivered');
    expect(complaints).toEqual([]);
  });
});
