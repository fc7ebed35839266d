/** Five thousand sessions and two thousand messages a second, in a real browser: the page stays fluid and small, and a page
 *  that doesn't read costs the server nothing. Debian's Chromium, where it is installed. WAYSTATE_CROWD_SECONDS says how
 *  long the busy session is looked at: some seconds, unless it is set. @module */
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCrowd } from './crowd.ts';
import type { CrowdProcess, CrowdReport } from './crowd.ts';
import { cookieOf } from './looking.ts';
import { median, PageWatch } from './page-watch.ts';
import type { Second } from './page-watch.ts';

const executablePath = '/usr/bin/chromium';
const isInstalled = existsSync(executablePath);
const pictures = process.env['WAYSTATE_SCREENSHOTS'];
const longSeconds = Number(process.env['WAYSTATE_CROWD_SECONDS'] ?? 3);
const MB = 1_000_000;

/** The time of its own thread says most of a page. Frames are the median second's; the worst may be one in which the machine did
 *  something else, and where it has more than twice as much to do as it has cores they say nothing of the page. */
function expectFluid(seconds: readonly Second[]): void {
  const frames = seconds.map((second) => Math.round(second.frames));
  const work = seconds.map(({ workMs }) => Math.round(workMs));
  expect(median(work), `ms of script, style and layout: ${work.join(' ')}`).toBeLessThan(400);
  const [load = 0] = loadavg();
  if (load > 2 * availableParallelism()) return;
  expect(median(frames), `frames: ${frames.join(' ')}`).toBeGreaterThanOrEqual(30);
  expect(Math.min(...frames), `frames: ${frames.join(' ')}`).toBeGreaterThanOrEqual(10);
}

/** A page that asks, and doesn't read. */
function stuckAt(address: string, cookie: string, query: string): Promise<IncomingMessage> {
  const { hostname, port } = new URL(address);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request({ host: hostname, port, path: `/live?${query}`, headers: { cookie } }, resolve).on('error', reject).end();
  return promise;
}

interface Told {
  readonly skipped: number;
}

/** Reads until something was skipped. */
async function skippedOf(response: IncomingMessage): Promise<Told> {
  let rest = '';
  for await (const part of response.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const told = line.startsWith('data: ') ? JSON.parse(line.slice('data: '.length)) as Told : undefined;
      if (told !== undefined && told.skipped > 0) return told;
    }
  }
  throw new Error('the feed has ended');
}

describe.runIf(isInstalled)(isInstalled ? 'five thousand sessions at two thousand messages a second' : 'a crowd (skipped: Debian\'s chromium is not installed)', () => {
  let browser: Browser;
  let crowd: CrowdProcess;
  let page: Page;
  /** What the browser complained of. */
  const complaints: string[] = [];
  /** Before anybody looked. */
  let alone: CrowdReport;
  /** It looks from the beginning, and doesn't read: the system holds a few megabytes for it before it is missed. */
  let stuck: IncomingMessage;

  beforeAll(async () => {
    [browser, crowd] = await Promise.all([chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] }), startCrowd({ sessions: 5000, rate: 2000 })]);
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    page.on('pageerror', (error) => complaints.push(error.message));
    await crowd.report();
    await sleep(1000);
    alone = await crowd.report();
    stuck = await stuckAt(crowd.address, await cookieOf(crowd.address), 'kind=message&limit=200&open=session%20s4');
  }, 60_000);
  afterAll(async () => {
    stuck.destroy();
    await browser.close();
    await crowd.stop();
  });

  test('the page is fluid and does not grow: the list, a busy session, the messages', async () => {
    await page.goto(crowd.address);
    await page.locator('.row').first().waitFor();
    const watch = await PageWatch.on(page);
    const list = await watch.seconds(2);
    await page.getByLabel('Search').fill('user3@localhost');
    await page.locator('.row a', { hasText: 'user3@localhost' }).click();
    await page.getByLabel('Search').fill('');
    await page.locator('.opened .entry.stanza').nth(100).waitFor();
    const small = await watch.heapBytes();
    const busy = await watch.seconds(longSeconds);
    const grown = await watch.heapBytes();
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, 'crowd.png') });
    await page.getByRole('button', { name: /^Messages/ }).click();
    await page.locator('.rows .message').first().waitFor();
    const messages = await watch.seconds(2);
    for (const seconds of [list, busy, messages]) expectFluid(seconds);
    // What is shown is bounded, so the page has its full size when the log is full; before the collector's next round it may have more.
    expect(grown - small, `${grown} bytes after ${small}`).toBeLessThan(3 * MB);
    expect(grown).toBeLessThan(20 * MB);
    const { messages: sent, medianMicros } = await crowd.report();
    expect(sent, 'the crowd was at work').toBeGreaterThan(2000);
    expect(medianMicros).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  }, 40_000 + longSeconds * 1000);

  test('a page that does not read holds one event, is told how much it missed, and no stanza waits for it', async () => {
    await page.goto('about:blank');
    let report = await crowd.report();
    while (report.unreadBytes === 0) {
      await sleep(500);
      report = await crowd.report();
    }
    await sleep(1500);
    const later = await crowd.report();
    expect(later.unreadBytes).toBe(report.unreadBytes);
    expect(later.unreadBytes).toBeLessThan(MB);
    expect(later.heapBytes - alone.heapBytes).toBeLessThan(40 * MB);
    // The machine is shared, and twice of a few microseconds is nothing: one that waited would take milliseconds.
    expect(later.medianMicros, `${alone.medianMicros} µs before`).toBeLessThan(3 * alone.medianMicros + 20);
    const told = await skippedOf(stuck);
    await page.route('**/live?*', (route) => route.fulfill({ contentType: 'text/event-stream', body: `data: ${JSON.stringify(told)}\n\n` }));
    await page.goto(crowd.address);
    await page.getByText(`${told.skipped} updates skipped`).waitFor();
  }, 60_000);
});
