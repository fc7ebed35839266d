/** The steps of a session in a real browser: as a sequence diagram that follows, by keyboard, and taken along as a
 *  scenario and as a trace. With WAYSTATE_SCREENSHOTS naming a folder, pictures are left there. @module */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/cli/serve.ts';
import { decodeTrace } from '../../src/core/trace.ts';
import type { Peer } from '../runtime/peer.ts';
import { lookedAt, person } from './looking.ts';

const executablePath = '/usr/bin/chromium';
const isInstalled = existsSync(executablePath);
const pictures = process.env['WAYSTATE_SCREENSHOTS'];

describe.runIf(isInstalled)(isInstalled ? 'steps in a browser' : 'steps in a browser (skipped: Debian\'s chromium is not installed)', () => {
  let browser: Browser;
  let server: RunningServer;
  let page: Page;
  let juliet: Peer;
  let romeo: Peer;
  let complaints: string[];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  }, 60_000);
  afterAll(() => browser.close());
  beforeEach(async () => {
    ({ server } = await lookedAt());
    juliet = await person(server, 'juliet', 'balcony');
    romeo = await person(server, 'romeo', 'orchard');
    complaints = [];
  });
  afterEach(async () => {
    await page.context().close();
    await server.stop();
  });

  /** Opens juliet's session, as a diagram. */
  async function opened(options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && !message.location().url.endsWith('.svg') && complaints.push(message.text()));
    await page.goto(server.inspector ?? '');
    await page.getByText('juliet@localhost/balcony').click();
    await page.locator('.opened h1', { hasText: 'juliet@localhost/balcony' }).waitFor();
    await page.locator('#status', { hasText: /^live$/ }).waitFor();
    await page.getByRole('button', { name: 'Sequence' }).click();
  }

  async function pictured(name: string): Promise<void> {
    if (pictures === undefined) return;
    await page.locator('.log, .sequence-frame').and(page.locator(':visible')).scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  const arrow = (text: string): ReturnType<Page['locator']> => page.locator('.arrow-row').filter({ hasText: text });

  test.each([
    ['light', { colorScheme: 'light' }], ['dark', { colorScheme: 'dark' }], ['phone', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }],
  ] as const)('a session from its presence to its end is a diagram that fits: %s', async (name, options) => {
    await opened(options);
    juliet.send("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq><presence><priority>2</priority></presence>");
    await arrow('presence.available').waitFor();
    juliet.send("<message to='romeo@localhost' type='chat' id='w'><body>Wherefore art thou</body></message><presence to='verona@rooms.localhost/juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
    await romeo.hears('Wherefore');
    romeo.send("<message to='juliet@localhost' type='chat' id='x'><body>Shall I hear more</body></message>");
    await arrow('from romeo@localhost/orchard').waitFor();
    await arrow('room.entered').waitFor();
    await pictured(`${name}-middle`);
    juliet.send('</stream:stream>');
    await arrow('route.closed').waitFor();
    await arrow('drain.begun').first().click();
    await page.locator('aside.arrow', { hasText: 'RFC 6120 §4.4' }).waitFor();
    await pictured(`${name}-end`);
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    expect(await page.textContent('main')).not.toContain('Wherefore');
    expect(complaints).toEqual([]);
  });

  test('it is used by keyboard: up, down, Enter tells, Escape closes what it told', async () => {
    await opened();
    juliet.send('<presence/>');
    await arrow('presence.available').waitFor();
    await page.locator('.arrow-row[tabindex="0"]').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('aside.arrow h3', { hasText: 'presence.available' }).waitFor();
    await page.keyboard.press('ArrowUp');
    await page.locator('aside.arrow pre', { hasText: '<presence/>' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('aside.arrow').waitFor({ state: 'hidden' });
    expect(await page.locator('.opened').isVisible()).toBe(true);
    juliet.send('<presence type="unavailable"/>');
    await arrow('presence.unavailable').waitFor({ state: 'attached' });
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe('presence, client to stream');
    expect(complaints).toEqual([]);
  });

  test('of hundreds only those in sight are there; it follows until one scrolls back, and again from the end', async () => {
    await opened();
    juliet.send('<presence/>');
    // Not all at once: of a rush not everything is kept.
    for (let round = 1; round <= 8; round += 1) {
      for (let n = 0; n < 8; n += 1) juliet.send("<presence><show>away</show></presence><presence/>");
      await expect.poll(() => page.evaluate("document.querySelector('.sequence').scrollHeight"), { timeout: 10_000 }).toBeGreaterThan(750 * round);
    }
    expect(await page.locator('.arrow-row').count()).toBeLessThan(80);
    expect(await page.evaluate("document.querySelector('.sequence').scrollHeight - document.querySelector('.sequence').scrollTop - document.querySelector('.sequence').clientHeight")).toBeLessThan(2);
    await page.evaluate("document.querySelector('.sequence').scrollTop = 100");
    await page.locator('.newest').waitFor();
    juliet.send("<message to='romeo@localhost' type='chat' id='late'><body>o</body></message>");
    await page.locator('.newest', { hasText: /\d new/ }).waitFor();
    expect(await page.evaluate("document.querySelector('.sequence').scrollTop")).toBe(100);
    await page.locator('.newest').click();
    await arrow('message chat').waitFor();
    await page.locator('.newest').waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });

  test('a list again, unfolded by keyboard; what is left out is left out of both; the choice stays', async () => {
    await opened();
    juliet.send('<presence><priority>-3</priority></presence>');
    await arrow('presence.available').waitFor();
    await page.getByRole('button', { name: 'presence', exact: true }).click();
    await arrow('presence.available').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'presence', exact: true }).click();
    await page.getByRole('button', { name: 'List' }).click();
    await page.locator('.entry.m-presence summary').focus();
    await page.keyboard.press('Enter');
    await page.locator('.entry .facts', { hasText: '"priority":-3' }).waitFor();
    await pictured('list');
    await page.getByRole('button', { name: 'Sequence' }).click();
    await page.goto(`${page.url().replace(/#.*/, '')}#/live`);
    await page.getByText('romeo@localhost/orchard').click();
    await page.locator('.opened h1', { hasText: 'romeo' }).waitFor();
    expect(await page.locator('.sequence').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('what would be markup is text, in labels, titles and details', async () => {
    await opened();
    const hostile = '&lt;img src=x onerror=document.title=1>';
    juliet.send(`<message to='romeo@localhost/${hostile}' type='${hostile}' id='${hostile}'><body>${hostile}</body></message>`);
    await page.locator('.arrow-row.stanza').first().click();
    await page.locator('aside.arrow pre').waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).toBe('Live · Waystate inspector');
    expect(complaints).toEqual([]);
  });

  test('cards have their levels also where the machines are known late', async () => {
    const context = await browser.newContext();
    page = await context.newPage();
    await page.route('**/machines.json', async (route) => {
      await page.locator('.row').first().waitFor();
      await page.locator('#status', { hasText: /^live$/ }).waitFor();
      await route.continue();
    });
    await page.goto(server.inspector ?? '');
    await page.getByText('juliet@localhost/balcony').click();
    await page.locator('.card.m-route .levels li.lit', { hasText: 'open' }).waitFor();
  });

  test('it is copied as a scenario, or shown to be copied by hand, and saved as a trace', async () => {
    await opened({ permissions: ['clipboard-read', 'clipboard-write'] });
    juliet.send('<presence/>');
    await arrow('presence.available').waitFor();
    await page.getByRole('button', { name: 'Copy as a scenario' }).click();
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('juliet/balcony sends\n  <presence/>\n');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Save as a trace' }).click()]);
    expect(download.suggestedFilename()).toBe('juliet-localhost-balcony.jsonl');
    const { header, steps } = decodeTrace(await readFile(await download.path(), 'utf8'));
    expect([header.kind, steps.some(({ label }) => label === 'juliet@localhost/balcony sends presence')]).toEqual(['watched', true]);
    expect(await page.getByRole('link', { name: 'Open in the viewer' }).getAttribute('href')).toMatch(/^#\/traces\/session%3Asession%20/);
    await page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))");
    await page.getByRole('button', { name: 'Copy as a scenario' }).click();
    await page.getByText('Copy it from here.').waitFor();
    expect(await page.locator('textarea.scenario').inputValue()).toContain('juliet/balcony connects');
    expect(complaints).toEqual([]);
  });
});
