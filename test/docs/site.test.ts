/** The documentation as a site: nothing in it leads nowhere, nothing is fetched from elsewhere, and in Debian's
 *  Chromium, where it is installed, it is searched from a file, by keyboard, and fits a phone. @module */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { buildSite } from '../../docs/site.ts';

const out = mkdtempSync(join(tmpdir(), 'waystate-site-'));
const addresses = buildSite(out);
afterAll(() => { rmSync(out, { recursive: true, force: true }); });

const htmlOf = (file: string): string => readFileSync(file, 'utf8');
const plain = (text: string): string => text.replaceAll('&amp;', '&');
/** The tags' own attributes; code that shows markup is escaped and has none. */
const targetsIn = (html: string): string[] => [...html.matchAll(/<[a-z][^>]*?\s(?:href|src)="([^"]*)"/g)].map(([, target = '']) => plain(target));

describe('site: links', () => {
  test('every link, picture and anchor is there, and what is elsewhere is https', () => {
    const idsOf = new Map<string, Set<string>>();
    const hasId = (file: string, id: string): boolean => {
      if (!idsOf.has(file)) idsOf.set(file, new Set([...htmlOf(file).matchAll(/\sid="([^"]*)"/g)].map(([, found = '']) => plain(found))));
      return idsOf.get(file)?.has(id) ?? false;
    };
    const faults = addresses.flatMap((address) => targetsIn(htmlOf(join(out, address))).filter((target) => {
      if (/^[a-z]+:/.test(target)) return !target.startsWith('https://') && target !== 'data:,';
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? join(out, address) : join(out, dirname(address), path);
      return !existsSync(file) || (anchor !== undefined && !hasId(file, decodeURIComponent(anchor)));
    }).map((target) => `${address} → ${target}`));
    expect(faults).toEqual([]);
    expect(addresses.length).toBeGreaterThan(60);
  });

  test('no page has a script, a style or a picture from elsewhere', () => {
    expect(addresses.filter((address) => /<(?:script|img|iframe|link)[^>]*(?:src|href)="(?:https?:)?\/\//.test(htmlOf(join(out, address))))).toEqual([]);
  });
});

const executablePath = '/usr/bin/chromium';
const isInstalled = existsSync(executablePath);
const pictures = process.env['WAYSTATE_SCREENSHOTS'];

describe.runIf(isInstalled)(isInstalled ? 'site: in a browser' : 'site: in a browser (skipped: Debian\'s chromium is not installed)', () => {
  test('from a file: "drain" is found by keyboard and opened; the pages fit 390 px', { timeout: 60_000 }, async () => {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
    try {
      for (const [name, width, colorScheme] of [['light', 1280, 'light'], ['dark', 1280, 'dark'], ['phone', 390, 'light']] as const) {
        const page = await browser.newPage({ viewport: { width, height: 860 }, colorScheme });
        const complaints: string[] = [];
        page.on('pageerror', (error) => complaints.push(error.message));
        page.on('request', (request) => { if (!/^(file|data):/.test(request.url())) complaints.push(request.url()); });
        await page.goto(pathToFileURL(join(out, 'guides/run.html')).href);
        if (pictures !== undefined) await page.screenshot({ path: join(pictures, `site-${name}.png`) });
        await page.keyboard.press('/');
        await page.keyboard.type('drain');
        const first = await page.locator('#found a').first().getAttribute('href');
        expect(await page.locator('#found').innerText()).toMatch(/drain/i);
        if (pictures !== undefined) await page.screenshot({ path: join(pictures, `site-${name}-search.png`) });
        await page.keyboard.press('Enter');
        await page.waitForURL((url) => url.href.endsWith((first ?? '').replace(/^(\.\.\/)+|^\.\//, '')));
        expect(await page.locator('main').innerText()).toMatch(/drain/i);
        // Both tables, drawings and long lines of code scroll by themselves.
        for (const address of ['index.html', 'reference/machines/presence.html', 'reference/config.html', 'explanation/architecture.html']) {
          await page.goto(pathToFileURL(join(out, address)).href);
          expect([address, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([address, width]);
        }
        expect(complaints).toEqual([]);
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });
});
