/** The documentation as a site, the API pages with it: nothing in it leads nowhere, nothing is fetched from elsewhere, the search
 *  finds first what is looked for, and in Debian's Chromium, where it is installed, it is searched from a file, by keyboard, and
 *  fits a phone. @module */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { chromium } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { buildSite } from '../../docs/site.ts';
import { exportsOfPackage } from './exports.ts';
import { root } from './pages.ts';

const folder = mkdtempSync(join(tmpdir(), 'waystate-site-'));
const out = join(folder, 'site');
// By TypeDoc as it is now, whatever it has written before.
execFileSync(process.execPath, [join(root, 'node_modules/typedoc/bin/typedoc'), '--out', join(folder, 'api'), '--logLevel', 'Warn', '--skipErrorChecking'], { cwd: root });
const pages = buildSite(out, join(folder, 'api'));
const api = readdirSync(join(out, 'reference/api'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html')).map((name) => `reference/api/${name}`);
const addresses = [...pages, ...api];
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

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
      return !existsSync(file) || (anchor !== undefined && anchor !== '' && !hasId(file, decodeURIComponent(anchor)));
    }).map((target) => `${address} → ${target}`));
    expect(faults).toEqual([]);
    expect(pages.length).toBeGreaterThan(60);
    expect(api.length).toBeGreaterThan(200);
  });

  test('every page leads to the API pages, and each of these back', () => {
    const leadsTo = (address: string, target: string): boolean => targetsIn(htmlOf(join(out, address))).some((link) => join(dirname(address), link) === target);
    expect(pages.filter((address) => !leadsTo(address, 'reference/api/index.html'))).toEqual([]);
    expect(api.filter((address) => !leadsTo(address, 'index.html'))).toEqual([]);
  });

  test('the name of an export, in code, leads to its page', () => {
    expect(targetsIn(htmlOf(join(out, 'guides/embed.html')))).toContain('../reference/api/functions/waystate_server.startServer.html');
  });

  test('no page has a script, a style or a picture from elsewhere', () => {
    expect(addresses.filter((address) => /<(?:script|img|iframe|link)[^>]*(?:src|href)="(?:https?:)?\/\//.test(htmlOf(join(out, address))))).toEqual([]);
  });
});

/** An entry of the index, as far as the tests look at it. */
interface Found {
  readonly address: string;
}

describe('site: search', () => {
  const page = createContext({}) as { searchIndex: readonly (readonly [address: string])[]; searchIn: (index: unknown) => (typed: string) => readonly Found[] };
  for (const script of ['search-index.js', 'ranking.js']) runInContext(readFileSync(join(out, script), 'utf8'), page);
  const search = page.searchIn(page.searchIndex);
  const addressesFor = (typed: string): string[] => search(typed).map(({ address }) => address);

  test('whatever it finds is there', () => {
    const targets = page.searchIndex.map(([address]) => address.split('#'));
    expect(targets.filter(([file = '', anchor]) => !existsSync(join(out, file)) || (anchor !== undefined && !htmlOf(join(out, file)).includes(`id="${anchor}"`)))).toEqual([]);
  });

  test('every export is among the first three for its name', () => {
    const names = exportsOfPackage.map(({ from, name }) => ({ from, name }));
    const strays = names.filter(({ name }) => !addressesFor(name).slice(0, 3).some((address) => address.endsWith(`.${name}.html`)));
    expect(strays).toEqual([]);
    expect(names.length).toBeGreaterThan(200);
  });

  test.each([
    ['drain', ['explanation/delivery.html#the-end-of-a-stream', 'reference/machines/route.html']],
    ['offline message', ['explanation/delivery.html#stored-before-live']],
    ['rooms', ['explanation/rooms.html', 'reference/machines/room.html']],
    ['configuration', ['reference/config.html']],
    ['certificate', ['guides/run.html#a-domain-and-its-certificate']],
    ['SCRAM', ['reference/config.html#keys']],
    ['createCore', ['reference/api/functions/waystate_core.createCore.html']],
    ['inspector token', ['guides/inspect.html#who-may-look']],
    ['presence machine', ['reference/machines/presence.html']],
    ['dialback', ['reference/machines/link.html', 'explanation/federation.html#who-is-there']],
    ['resumption', ['reference/machines/session.html']],
    ['test a client', ['guides/test-server.html']],
    ['backup', ['guides/run.html#backup-and-upgrades-of-the-store']],
    ['migration', ['guides/run.html#backup-and-upgrades-of-the-store']],
    ['schema version', ['guides/run.html#backup-and-upgrades-of-the-store']],
    ['crash', ['explanation/failure-model.html']],
    ['4.5.4', ['reference/requirements.html#454-client-processing-of-unavailable-presence']],
    ['Node versions', ['guides/embed.html#what-runs-where']],
    ['custom store', ['guides/embed-server.html#a-store-of-your-own']],
    ['parse jid', ['reference/api/functions/waystate_core.parseJid.html']],
  ])('%s: %j among the first three', (typed, wanted) => {
    expect(addressesFor(typed).slice(0, 3)).toEqual(expect.arrayContaining(wanted));
  });

  test('what no page has is not found', () => {
    expect(addressesFor('Rosaline')).toEqual([]);
    expect(addressesFor('  ')).toEqual([]);
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
