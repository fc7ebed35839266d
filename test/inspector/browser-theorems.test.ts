/** The view of the theorems in a real browser: what holds, what it refutes, and the way to a counterexample. @module */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/cli/serve.ts';
import { decodeTrace } from '../../src/core/trace.ts';
import { browsing, isInstalled } from './browsing.ts';
import { lookedAt } from './looking.ts';

describe.runIf(isInstalled)(isInstalled ? 'theorems in a browser' : 'theorems in a browser (skipped: Debian\'s chromium is not installed)', () => {
  const browser = browsing();
  let server: RunningServer;

  beforeEach(async () => {
    ({ server } = await lookedAt());
  });
  afterEach(() => server.stop());

  async function opened(part: string, options?: Parameters<typeof browser.open>[1]): Promise<Page> {
    const page = await browser.open(server.inspector ?? '', options);
    await page.goto(new URL(`#/theorems${part}`, page.url()).href);
    return page;
  }

  /** The trace that a link leads to, as the server gives it. */
  async function traceBehind(page: Page, href: string | null): Promise<ReturnType<typeof decodeTrace>> {
    expect(href).toMatch(/^#\/traces\/[^/]+$/);
    return decodeTrace(await page.evaluate(`fetch('/traces/${href?.slice('#/traces/'.length)}').then((answer) => answer.text())`));
  }

  const theorem = (page: Page, name: string): ReturnType<Page['locator']> => page.locator(`[data-theorem="${name}"]`);

  test('what holds is at a glance, and a theorem unfolds: its words, bounds, SPIN, and what it refutes', async () => {
    const page = await opened('');
    await page.getByRole('heading', { name: 'Theorems', level: 1 }).waitFor();
    await page.getByRole('navigation', { name: 'Groups of theorems' }).getByRole('link', { name: /^composed system/ }).click();
    await theorem(page, 'composed system: T2.a').locator('summary').click();
    await theorem(page, 'composed system: T2.a').locator('.facts-list').waitFor();
    const text = await theorem(page, 'composed system: T2.a').innerText();
    for (const part of ['Presence never closes a route.', '18 scopes', 'counts the same states', 'it notices', 'openfire-4.6.0-route-removed-on-unavailable']) expect(text).toContain(part);
    expect(new URL(page.url()).hash).toBe('#/theorems/composed%20system%3A%20T2.a');
    expect(browser.complaints).toEqual([]);
    expect([...browser.origins]).toEqual([new URL(server.inspector ?? '').origin]);
  });

  test('a link leads to one theorem, by its full name or by its name alone; one that is none says so', async () => {
    const page = await opened('/two cores: T10');
    await theorem(page, 'two cores: T10').getByText('Formula').waitFor();
    await page.goto(new URL('#/theorems/T8 eof', page.url()).href);
    await theorem(page, 'composed system: T8 eof').getByText('Wrong machines').waitFor();
    await page.goto(new URL('#/theorems/T99', page.url()).href);
    await page.getByRole('heading', { name: 'There is no such theorem' }).waitFor();
  });

  test('a search finds theorems in every group, by word and by section', async () => {
    const page = await opened('');
    await page.getByLabel('Search theorems').fill('blocked XEP-0191');
    await theorem(page, 'two cores: T10').waitFor();
    expect(await page.locator('.theorem').allInnerTexts()).toHaveLength(await page.locator('.theorem', { hasText: /block/i }).count());
    await page.getByLabel('Search theorems').fill('no such thing anywhere');
    await page.getByText('No theorem is found.').waitFor();
  });

  test('the mutants of a machine are counted and listed, and one opens the shortest way to what it breaks', async () => {
    const page = await opened('/mutants/route');
    await page.getByText('100 of 103 mutants').waitFor();
    expect(await page.locator('.tally').innerText()).toMatch(/102\s+killed/);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByText('103 of 103 mutants').waitFor();
    await page.getByLabel('Search mutants').fill('open drain.begun double closeRoute');
    await page.locator('.mutant').first().waitFor();
    const link = page.getByRole('link', { name: 'Open the counterexample of route: open on drain.begun #2: double closeRoute' });
    const { header, steps } = await traceBehind(page, await link.getAttribute('href'));
    expect(header).toMatchObject({ kind: 'explorer', theorem: { name: 'T2.c drain' }, fault: expect.stringContaining('What must be ordered: closeRoute.'), replay: { mutant: 'route: open on drain.begun #2: double closeRoute' } });
    expect(steps.at(-1)).toMatchObject({ label: 'the session ends', broken: ['T2.c drain'], transitions: [{ machine: 'route', from: 'open' }] });
    expect(browser.complaints).toEqual([]);
  });

  test('from a theorem to the mutants that it notices, and back', async () => {
    const page = await opened('/composed system: T2.a');
    await theorem(page, 'composed system: T2.a').getByRole('link', { name: 'route', exact: true }).click();
    await page.getByRole('heading', { name: 'Wrong versions of route' }).waitFor();
    await page.locator('.mutant').first().waitFor();
    for (const row of await page.locator('.mutant').all()) expect(await row.textContent()).toContain('T2.a');
  });

  test('a survivor has its reason, and no counterexample', async () => {
    const page = await opened('/mutants/subscription');
    await page.getByLabel('Fate').selectOption('survivor');
    await page.getByText('15 of 15 mutants').waitFor();
    expect(await page.locator('.mutant').first().innerText()).toContain('nobody sees both');
    expect(await page.locator('.opening').count()).toBe(0);
  });

  test('a wrong server opens its counterexample: Openfire\'s route that presence removes', async () => {
    const page = await opened('/servers');
    const link = page.getByRole('link', { name: 'Open the counterexample of openfire-4.6.0-route-removed-on-unavailable', exact: true });
    const { header, steps } = await traceBehind(page, await link.getAttribute('href'));
    expect(header.theorem?.name).toBe('T2.a');
    expect(steps).toHaveLength(3);
  });

  test('it is used by keyboard: search, down the list, unfold, follow a link', async () => {
    const page = await opened('/route alone');
    await theorem(page, 'route alone: T3 queue').waitFor();
    await page.locator('#main').focus();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await theorem(page, 'route alone: T2.e deadline').getByText('Wrong machines').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('presence never closes');
    await theorem(page, 'composed system: T2.a').waitFor();
    await page.goto(new URL('#/theorems/mutants/iq', page.url()).href);
    await page.locator('.mutant').first().waitFor();
    await page.locator('#main').focus();
    await page.keyboard.press('j');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Counterexample');
  });

  test.each([
    ['light', { colorScheme: 'light' }], ['dark', { colorScheme: 'dark' }],
    ['phone', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)('every page of it fits: %s', async (name, options) => {
    const page = await opened('', options);
    const fits = async (picture: string): Promise<void> => {
      await browser.picture(page, `${name}-theorems-${picture}`);
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    };
    await page.locator('.scopes').waitFor();
    await fits('glance');
    for (const [part, awaited, picture] of [
      ['composed system: T2.a', '.facts-list', 'theorem'], ['two cores: T10', '.formula', 'formula'], ['servers', '.mutant', 'servers'],
      ['mutants', '.mutant', 'mutants'], ['mutants/route', '.mutant', 'route'],
    ] as const) {
      await page.goto(new URL(`#/theorems/${part}`, page.url()).href);
      await page.locator(awaited).first().waitFor();
      await fits(picture);
    }
    await page.getByLabel('Search theorems').fill('T2.c');
    await fits('search');
    expect(browser.complaints).toEqual([]);
  });
});
