/** An embedding program's own actors in the page: docs/guides/actors.ts, run as the guide says. @module */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browsing, isInstalled } from './browsing.ts';

describe.runIf(isInstalled)('actors in a browser', () => {
  const { open, complaints, picture, origins } = browsing();
  let program: ChildProcess;
  let address: string;

  beforeAll(async () => {
    const started = spawn('npx', ['node', 'docs/guides/actors.ts'], { cwd: join(import.meta.dirname, '../..'), detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    program = started;
    let said = '';
    for await (const piece of started.stdout) {
      said += String(piece);
      address = /http:\S+/.exec(said)?.[0] ?? '';
      if (address !== '' && said.endsWith('\n')) return;
    }
    throw new Error(`it has ended: ${said}`);
  }, 30_000);
  afterAll(async () => {
    const ended = once(program, 'exit');
    process.kill(-(program.pid ?? 0), 'SIGTERM');
    await ended;
  });

  test.each([['light', {}], ['dark', { colorScheme: 'dark' }], ['phone', { viewport: { width: 390, height: 844 } }]] as const)('they are listed, and move: %s', async (name, options) => {
    const page = await open(address, options);
    await page.locator('.row a', { hasText: 'some-route' }).waitFor();
    expect(await page.getByRole('button', { name: /^Actors/ }).getAttribute('aria-pressed')).toBe('true');
    await page.locator('.row', { hasText: 'front-door' }).locator('.chip', { hasText: 'door' }).first().waitFor();
    await picture(page, `actors-list-${name}`);
    await page.locator('.row a', { hasText: 'front-door' }).click();
    const card = page.locator('.opened .card').filter({ has: page.getByRole('heading', { name: 'door', exact: true }) });
    const entry = page.locator('.entry', { hasText: /KNOCK/ });
    await entry.first().waitFor();
    expect(await entry.first().textContent()).toContain('closed → knocked');
    await card.locator('.levels .lit', { hasText: 'opened.wide' }).waitFor();
    await card.getByText('Come in!').or(card.locator('.levels .around', { hasText: 'opened' })).first().waitFor();
    await page.locator('.entry', { hasText: 'greet' }).first().waitFor();
    await picture(page, `actors-opened-${name}`);
    expect(await card.locator('a, summary:visible').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([new URL(address).origin]);
  });

  test('a machine of ours has its diagram, lit where it is; what an actor keeps in mind is unfolded by keyboard', async () => {
    const page = await open(address);
    await page.locator('.row a', { hasText: 'some-route' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.opened h1', { hasText: 'some-route' }).waitFor();
    // It is there once it is known that there is a diagram.
    await page.locator('.opened .figure summary').waitFor();
    await page.locator('.opened .figure summary').focus();
    await page.keyboard.press('Enter');
    await page.locator('.opened .m-route svg [data-state="open"].lit').waitFor();
    await page.locator('.context summary').waitFor();
    await page.locator('.context summary').focus();
    await page.keyboard.press('Enter');
    await page.locator('.context pre', { hasText: '"owed": 1' }).waitFor();
    await picture(page, 'actors-route');
    expect(complaints).toEqual([]);
  });
});
