/** The view of the requirements in a real browser: words, filters, and the ways there and back. @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/cli/serve.ts';
import { browsing, isInstalled } from './browsing.ts';
import { lookedAt } from './looking.ts';

describe.runIf(isInstalled)(isInstalled ? 'requirements in a browser' : 'requirements in a browser (skipped: Debian\'s chromium is not installed)', () => {
  const browser = browsing();
  let server: RunningServer;

  beforeEach(async () => {
    ({ server } = await lookedAt());
  });
  afterEach(() => server.stop());

  test('the theorems lead there; a requirement is found, leads to its section, and the section says what it requires', async () => {
    const page = await browser.open(server.inspector ?? '');
    await page.goto(new URL('#/theorems', page.url()).href);
    await page.getByRole('link', { name: 'requirements' }).click();
    await page.getByLabel('Words').fill('RFC 6120 §4.3.5 #3');
    const first = page.locator('.requirement').first();
    await first.getByText('MUST NOT accept such stanzas').waitFor();
    expect(await page.locator('.requirement').count()).toBe(1);
    expect(await first.locator('a[href^="#/machines/"]').count()).toBeGreaterThan(0);
    await first.locator('.cite').first().click();
    await page.getByText('What is required here (3)').click();
    await page.locator('dialog .requirement').nth(2).waitFor();
    expect(await page.locator('dialog .requirement').count()).toBe(3);
    expect(browser.complaints).toEqual([]);
  });

  test('exceptions are found by the filter, each with its reason; it fits a phone', async () => {
    const page = await browser.open(server.inspector ?? '', { viewport: { width: 390, height: 844 } });
    await page.goto(new URL('#/conformance', page.url()).href);
    await page.locator('.requirement').first().waitFor();
    await page.getByLabel('Which').selectOption('exceptions');
    expect(await page.locator('.requirement').first().innerText()).toMatch(/not here|gap|definition|out of scope/);
    await browser.picture(page, 'conformance-phone');
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    expect(browser.complaints).toEqual([]);
  });
});
