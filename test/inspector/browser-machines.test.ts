/** The machines and the texts of sections, in a real browser. @module */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { catalogue } from '../../machines/catalogue.ts';
import type { RunningServer } from '../../src/cli/serve.ts';
import { matrixOf } from '../../src/inspector/matrix.ts';
import { browsing, isInstalled } from './browsing.ts';
import { lookedAt, person } from './looking.ts';

describe.runIf(isInstalled)(isInstalled ? 'the machines in a browser' : 'the machines in a browser (skipped: Debian\'s chromium is not installed)', () => {
  let server: RunningServer;
  const { open, picture, complaints, origins } = browsing();
  beforeAll(async () => {
    ({ server } = await lookedAt());
  });
  afterAll(() => server.stop());

  async function opened(hash: string, options = {}): Promise<Page> {
    const page = await open(server.inspector ?? '', options);
    await go(page, hash);
    return page;
  }
  const go = (page: Page, hash: string): Promise<void> => page.evaluate((to) => void Object.assign(globalThis, { location: to }), hash);
  const details = (page: Page): ReturnType<Page['locator']> => page.locator('.details');
  const panel = (page: Page): ReturnType<Page['locator']> => page.locator('dialog.panel');

  test('a transition that is clicked shows its guard, its effects, and the text of its section beside the diagram', async () => {
    const page = await opened('#/machines/route');
    await page.locator('[data-transition="draining/answer.settled/0"] .event').click();
    await details(page).getByText('isLast').waitFor();
    await details(page).getByText('closeRoute').waitFor();
    await details(page).getByText('In order to exit a multi-user chat room').waitFor();
    await details(page).getByText('DESIGN D5').click();
    await details(page).getByText('A stream that ends in order drains').waitFor();
    expect(await page.locator('.diagram .lit').count()).toBe(1);
    // No style of another view has moved a part of the drawing.
    expect(await page.evaluate("[...document.querySelectorAll('.diagram svg *')].filter((part) => getComputedStyle(part).transform !== 'none').length")).toBe(0);
    expect(await page.locator('tr.chosen').textContent()).toContain('isLast');
    expect(await page.evaluate('location.hash')).toBe('#/machines/route/draining/answer.settled/0');
    await details(page).getByRole('link', { name: 'stream' }).click();
    await page.getByRole('heading', { name: 'stream', level: 1 }).waitFor();
    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([new URL(server.inspector ?? '').origin]);
  });

  test('the row of a table lights the diagram, and an address can be opened', async () => {
    const page = await opened('#/machines/stream/negotiating/after%20unauthenticatedTimeout/0');
    await details(page).getByRole('heading', { name: 'after unauthenticatedTimeout' }).waitFor();
    await page.locator('.diagram [data-transition="negotiating/after unauthenticatedTimeout/0"].lit').waitFor();
    await page.locator('.states').getByRole('link', { name: 'draining' }).click();
    const node = page.locator('.diagram [data-state="draining"].lit');
    await node.waitFor();
    await details(page).getByText('answers that are owed to its route go out').waitFor();
    const box = await node.boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect(box?.y).toBeLessThan(860);
    expect(complaints).toEqual([]);
  });

  test('a diagram is walked through by the keyboard', async () => {
    const page = await opened('#/machines/route');
    await page.locator('.diagram [data-state="open"]').waitFor();
    expect(await page.locator('.diagram [tabindex="0"]').count()).toBe(1);
    await page.locator('.diagram [tabindex="0"]').focus();
    await page.keyboard.press('Enter');
    await details(page).getByText('Stanzas to the full JID are delivered').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await details(page).getByRole('heading', { name: 'answer.owed' }).waitFor();
    const walked = new Set<string>();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowUp']) {
      await page.keyboard.press(key);
      walked.add(String(await page.evaluate("document.activeElement.getAttribute('aria-label')")));
    }
    expect(walked.size).toBeGreaterThan(7);
    expect(await page.locator('.diagram [tabindex="0"]').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  test('the panel of a section is closed by Escape, which closes nothing else, and the focus is where it was', async () => {
    const juliet = await person(server, 'juliet', 'balcony');
    const page = await open(server.inspector ?? '');
    await page.getByText('juliet@localhost/balcony').click();
    const cite = page.locator('.opened .card.m-route button.cite').first();
    await cite.focus();
    await page.keyboard.press('Enter');
    await panel(page).getByRole('heading', { name: 'Resource Matches' }).waitFor();
    await panel(page).getByText('For a message stanza, the server MUST deliver the stanza to the resource.').first().waitFor();
    expect(await panel(page).getByRole('link', { name: /^https:/ }).getAttribute('href')).toBe('https://www.rfc-editor.org/rfc/rfc6121#section-8.5.3.1');
    await page.keyboard.press('p');
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'hidden' });
    expect(await page.locator('.opened h1').textContent()).toContain('juliet');
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(1);
    expect(await page.evaluate("document.activeElement === document.querySelector('.opened .card.m-route button.cite')")).toBe(true);
    await cite.click();
    await panel(page).getByRole('link', { name: 'route open' }).click();
    await page.getByRole('heading', { name: 'route', level: 1 }).waitFor();
    await panel(page).waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
    juliet.send('</stream:stream>');
  });

  test('every citation of every machine opens a text', async () => {
    const page = await opened('#/machines');
    const seen = new Set<string>();
    for (const { name } of catalogue) {
      await go(page, `#/machines/${name}`);
      await page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
      const cites = page.locator('main button.cite');
      for (const [index, text] of (await cites.allTextContents()).entries()) {
        if (seen.has(text)) continue;
        seen.add(text);
        await cites.nth(index).dispatchEvent('click');
        await panel(page).locator(':is(.prose > *, .parts li)').first().waitFor();
        expect(await panel(page).locator('h2').textContent(), text).not.toBe('');
        await page.keyboard.press('Escape');
      }
    }
    expect(seen.size).toBeGreaterThan(80);
    expect(complaints).toEqual([]);
  }, 120_000);

  test('the table has each event in each state, and leads from a cell to its transition', async () => {
    const page = await opened('#/machines/stream/matrix');
    const entry = catalogue.find(({ name }) => name === 'stream') ?? catalogue[0];
    const { states, rows } = entry === undefined ? { states: [], rows: [] } : matrixOf(entry);
    await page.locator('.matrix tbody tr').first().waitFor();
    expect(await page.locator('.matrix tbody td').count()).toBe(states.length * rows.length);
    const row = page.locator('.matrix tbody tr', { hasText: 'stanza.received' });
    await row.scrollIntoViewIfNeeded();
    expect((await page.locator('.matrix thead th').first().boundingBox())?.y).toBeLessThan(400);
    await page.locator('.matrix tbody tr', { hasText: 'header.received' }).first().getByRole('link', { name: 'negotiating.unsecured' }).click();
    await details(page).getByRole('heading', { name: 'header.received' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('the source and the page of a machine can be read, and the theorems about it are linked', async () => {
    const page = await opened('#/machines/route/source');
    await page.locator('.source-text').getByText('routeMachine = setup').waitFor();
    await page.getByRole('link', { name: 'Reference' }).click();
    await page.locator('.source-text').getByText('# Machine: route').waitFor();
    await page.route('**/theorems.json', (route) => route.fulfill({ json: { machines: { route: ['composed system: T2.a', '<img src=x>: <b>'] } } }));
    await page.getByText('Theorems about it').click();
    expect(await page.getByRole('link', { name: 'T2.a' }).getAttribute('href')).toBe('#/theorems/composed%20system%3A%20T2.a');
    expect(await page.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test.each([
    ['light', { colorScheme: 'light' }], ['dark', { colorScheme: 'dark' }],
    ['phone', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }],
  ] as const)('the pages of the machines fit: %s', async (name, options) => {
    const page = await opened('#/machines/route', options);
    const fits = async (what: string, hash: string): Promise<void> => {
      await go(page, hash);
      await page.locator('article :is(.diagram svg, .matrix td, .gutter)').first().waitFor();
      await picture(page, `machines-${name}-${what}`);
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), what).toBe(0);
    };
    await fits('machine', '#/machines/session');
    await fits('state', '#/machines/route/open');
    await fits('transition', '#/machines/route/draining/answer.settled/0');
    await fits('wide', '#/machines/link');
    await fits('matrix', '#/machines/occupant/matrix');
    await fits('source', '#/machines/subscription/source');
    await go(page, '#/machines/subscription');
    await page.locator('.states button.cite').first().click();
    await panel(page).getByText('There are four primary subscription states').waitFor();
    await picture(page, `machines-${name}-section`);
    expect(await page.evaluate("(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('dialog.panel'))")).toBe(0);
    expect(complaints).toEqual([]);
  });
});
