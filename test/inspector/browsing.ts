/** A browser for the tests of the page: Debian's Chromium, one for a file of tests, and what each page complained of. @module */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';

const executablePath = '/usr/bin/chromium';
/** Whether there is one; where WAYSTATE_REQUIRE_ALL is set it is a failure that there is none (browser.test.ts). */
export const isInstalled = existsSync(executablePath);
const pictures = process.env['WAYSTATE_SCREENSHOTS'];

/** What a test does with a browser. */
export interface Browsing {
  /** Opens a page, and keeps what it complains of: an error, a refusal by the policy, a request that failed. */
  open(address: string, options?: Parameters<Browser['newPage']>[0]): Promise<Page>;
  readonly complaints: string[];
  /** The origins that were asked. */
  readonly origins: ReadonlySet<string>;
  /** Leaves a picture in the folder of WAYSTATE_SCREENSHOTS, if that is set. */
  picture(page: Page, name: string): Promise<void>;
}

/** Starts a browser before the tests that surround the call, and closes each page after its test. */
export function browsing(): Browsing {
  let browser: Browser;
  const pages: Page[] = [];
  const complaints: string[] = [];
  const origins = new Set<string>();
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  }, 60_000);
  afterAll(() => browser.close());
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.close()));
    complaints.length = 0;
    origins.clear();
  });
  return {
    complaints,
    origins,
    async open(address, options = {}) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, ...options });
      pages.push(page);
      page.setDefaultTimeout(12_000); // before the test itself is over, so that it is said what was waited for
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('request', (request) => origins.add(new URL(request.url()).origin));
      await page.goto(address);
      return page;
    },
    async picture(page, name) {
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
    },
  };
}
