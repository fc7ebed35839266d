/** The viewer of traces in a real browser: what `waystate inspect` opens. docs/reference/trace.md. Not here: the reader by
 *  itself (trace-reader.test.ts). @module */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeLine, encodeTrace } from '../../src/core/trace.ts';
import type { TraceHeader, TraceStep } from '../../src/core/trace.ts';
import { bundleOf } from '../../src/inspector/bundle.ts';
import { startInspector } from '../../src/inspector/server.ts';
import type { Inspector } from '../../src/inspector/server.ts';
import { browsing, isInstalled } from './browsing.ts';

const header: TraceHeader = { waystate: 'trace', version: 1, kind: 'session', title: 'A long day', replay: {} };
const example = (name: string): string => readFileSync(join(import.meta.dirname, '../../src/inspector/page/traces', `${name}.jsonl`), 'utf8');

/** A day of as many steps as are wanted: streams that come and go. */
function* longDay(steps: number): Generator<string> {
  yield encodeLine(header);
  for (let step = 1; step <= steps; step += 1) {
    const of = `c${Math.ceil(step / 4)}`;
    const [from, to] = (step % 2 === 0 ? ['bound', 'closed'] : ['negotiating', 'bound']) as [string, string];
    yield encodeLine({ step, at: 1_795_432_328_352 + step, label: `${of} does its ${step}th thing`, transitions: [{ machine: 'stream', of, event: { type: 'thing' }, from, to, effects: [], ignored: false }], shown: [{ to: of, what: `<message id="${step}"><body>${'.'.repeat(700)}</body></message>` }] });
  }
}

describe.runIf(isInstalled)(isInstalled ? 'traces in a browser' : 'traces in a browser (skipped: Debian\'s chromium is not installed)', () => {
  const web = browsing();
  let inspector: Inspector;
  let directory: string;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'waystate-viewer-'));
    inspector = await startInspector({ host: '127.0.0.1', port: 0, traces: { given: () => Promise.resolve(example('article')) } });
  });
  afterEach(async () => {
    rmSync(directory, { recursive: true });
    await inspector.stop();
  });

  const happens = (page: Page, text: string): Promise<void> => page.locator('.happens', { hasText: text }).waitFor();
  async function withFile(text: string, name = 'mine.jsonl'): Promise<Page> {
    const page = await web.open(`${inspector.address}#/traces`);
    const file = join(directory, name);
    writeFileSync(file, text);
    await page.locator('input[type=file]').setInputFiles(file);
    return page;
  }

  test('without a server the page offers traces and machines, and says so where the server would be', async () => {
    const page = await web.open(inspector.address);
    await page.getByRole('heading', { name: 'Traces' }).waitFor();
    expect(await page.getByRole('link', { name: 'Live' }).count()).toBe(0);
    await page.goto(`${new URL(inspector.address).origin}/#/live`);
    await page.getByText('There is no live server here').waitFor();
    expect(web.complaints).toEqual([]);
    expect([...web.origins]).toEqual([new URL(inspector.address).origin]);
  });

  test('the article\'s case: a route stays open through unavailable presence, and drains until the room has answered (DESIGN D1, D5)', async () => {
    const page = await web.open(`${inspector.address}#/traces/given`);
    const stateOf = (machine: string): Promise<string | null> => page.locator('.group', { hasText: 'juliet@localhost/balcony' }).locator(`.m-${machine} code.state`).first().textContent();
    await happens(page, 'component-1 connects');
    await page.getByText('juliet sends presence unavailable').click();
    await happens(page, 'juliet sends presence unavailable');
    expect([await stateOf('presence'), await stateOf('route'), await stateOf('session')]).toEqual(['connected', 'open', 'connected']);
    await page.locator('.done', { hasText: 'available → connected' }).getByText('RFC 6121').waitFor();
    await web.picture(page, 'trace-article');
    await page.getByText('juliet closes its stream').click();
    await page.locator('.card.has-moved.m-route .levels .lit', { hasText: 'draining' }).waitFor();
    await page.locator('.card.m-farewell', { hasText: 'present' }).waitFor();
    await page.keyboard.press('End');
    await page.locator('.card.m-route code.state', { hasText: 'closed' }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await happens(page, 'romeo sends message chat to juliet@localhost');
    expect(await stateOf('route')).toBe('draining');
    await page.getByText('Who told whom, up to this step').click();
    await page.locator('.sequence .arrow-row', { hasText: 'drain.begun' }).waitFor();
    await web.picture(page, 'trace-sequence');
    await page.waitForURL(/#\/traces\/given\/26$/);
    expect(web.complaints).toEqual([]);
  });

  test('a counterexample says what fails, in words, and leads to the step; what waits is shown', async () => {
    const page = await web.open(inspector.address);
    await page.getByText('Openfire 4.6.0: the route is removed').click();
    await page.getByText('A room\'s goodbye that arrives for a route is put out.').first().waitFor();
    await page.getByRole('link', { name: 'at step 6: go there' }).click();
    await page.locator('.breach', { hasText: 'T2.c echo fails here, in step 6' }).waitFor();
    await page.getByText('empty again').waitFor();
    await web.picture(page, 'trace-counterexample');
    await page.keyboard.press('ArrowLeft');
    await page.locator('.queue', { hasText: 'remote server → server' }).getByText('room 1\'s welcome to a1').waitFor();
    await page.goBack();
    await page.goto(`${new URL(inspector.address).origin}/#/traces/example%3Aopenfire-no-route/3`);
    await page.locator('.breach', { hasText: 'T1.a fails here' }).waitFor();
    expect(web.complaints).toEqual([]);
  });

  test('it plays by itself, by keyboard, to the end', async () => {
    const page = await web.open(`${inspector.address}#/traces/example:openfire-no-route`);
    await happens(page, 'a1 connects');
    await page.getByLabel('Speed').selectOption('20');
    await page.locator('h1').focus();
    await page.keyboard.press('Space');
    await happens(page, 'a1: message to bare JID');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await page.keyboard.press('Home');
    await happens(page, 'a1 connects');
    expect(web.complaints).toEqual([]);
  });

  test('steps are found by words, by machine and by owner, and stepping keeps to what is found', async () => {
    const page = await web.open(`${inspector.address}#/traces/given`);
    await happens(page, 'component-1 connects');
    await page.getByLabel('Machine', { exact: true }).selectOption('route');
    await page.getByText('3 of 28 steps').waitFor();
    await page.getByLabel('Search the steps').fill('draining');
    await page.getByText('1 of 28 steps').waitFor();
    await page.locator('h1').focus();
    await page.keyboard.press('ArrowRight');
    await happens(page, 'juliet closes its stream');
    await page.getByLabel('Search the steps').fill('');
    await page.getByLabel('Machine', { exact: true }).selectOption('');
    await page.locator('.group button.link', { hasText: 'component-1' }).click();
    await page.getByText('2 of 28 steps').waitFor();
    expect(web.complaints).toEqual([]);
  });

  test('a file of one\'s own is read, also one of 100,000 steps, of which only what is visible exists', async () => {
    const page = await withFile([...longDay(100_000)].join(''));
    await happens(page, 'c1 does its 1th thing');
    await page.getByText('its address opens it only until this page is loaded anew').waitFor();
    await page.locator('.scrub').fill('90001');
    await happens(page, 'c22501 does its 90001th thing');
    await page.locator('.group.has-moved', { hasText: 'c22501' }).locator('code.state', { hasText: 'bound' }).waitFor();
    await page.locator('.steps a[aria-current]', { hasText: '90001' }).waitFor();
    expect(await page.locator('.steps li').count()).toBeLessThan(80);
    expect(await page.locator('.group').count()).toBe(12);
    await page.locator('.group button.link', { hasText: 'c22501' }).click();
    await page.getByText('4 of 100000 steps').waitFor();
    expect(await page.locator('.group').count()).toBe(1);
    expect(web.complaints).toEqual([]);
  });

  test.each([
    ['no JSON', `${encodeLine(header)}{"step":1\n`, 'mine.jsonl: line 2: this is not JSON'],
    ['another file', '{"name":"waystate"}\n', 'mine.jsonl: line 1: this is not the header of a trace'],
  ])('a file that is no trace is told with its line: %s', async (_what, text, message) => {
    const page = await withFile(text);
    expect(await page.getByRole('alert').textContent()).toBe(message);
    expect(web.complaints).toEqual([]);
  });

  test('a file is dropped on the view; loaded anew, the page says that it can\'t read it again', async () => {
    const page = await web.open(`${inspector.address}#/traces`);
    await page.getByRole('button', { name: 'Open a file…' }).waitFor();
    const dataTransfer = await page.evaluateHandle(`(() => { const dropped = new DataTransfer(); dropped.items.add(new File([${JSON.stringify(example('openfire-no-route'))}], 'dropped.jsonl')); return dropped; })()`);
    await page.locator('.traces').dispatchEvent('drop', { dataTransfer });
    await happens(page, 'a1 connects');
    await page.waitForURL(/#\/traces\/file\/1$/);
    await page.reload();
    await page.getByRole('alert').getByText('open it once more').waitFor();
    expect(web.complaints).toEqual([]);
  });

  test('a trace that would be markup is text', async () => {
    const evil = '<img src=x onerror=document.title=1>';
    const step: TraceStep = {
      step: 1, label: evil, transitions: [{ machine: evil, of: evil, event: { type: evil }, from: evil, to: evil, effects: [{ type: evil }], ignored: false }],
      shown: [{ to: evil, what: evil }], input: { element: evil }, broken: [evil], queues: [{ name: evil, items: [evil] }],
    };
    const page = await withFile(encodeTrace({ header: { ...header, title: evil, fault: evil, theorem: { name: evil, statement: evil, formula: evil } }, steps: [step] }));
    await happens(page, evil);
    expect(await page.locator('main img').count()).toBe(0);
    expect(web.complaints).toEqual([]);
  });

  test('as one file of HTML it opens from a disk, asks for nothing, and shows the same', async () => {
    const file = join(directory, 'shared.html');
    writeFileSync(file, bundleOf(example('openfire-route-removed').replace('A server that', '</script>A server that')));
    const page = await web.open(pathToFileURL(file).href);
    await page.getByRole('heading', { name: '</script>A server that removes the route' }).waitFor();
    await page.keyboard.press('End');
    await page.locator('.breach', { hasText: 'T2.c echo' }).waitFor();
    await page.locator('.card.m-farewell code.state').first().waitFor();
    await page.locator('.card.m-route summary').first().click();
    await page.locator('.card.m-route svg').first().waitFor();
    expect(await page.getByRole('navigation', { name: 'Views' }).getByRole('link').allTextContents()).toEqual(['Traces', 'Machines']);
    await web.picture(page, 'trace-shared');
    expect(web.complaints).toEqual([]);
    expect([...web.origins].filter((origin) => origin !== 'null' && origin !== 'file://')).toEqual([]);
  });

  test.each([
    ['light', { colorScheme: 'light' }], ['dark', { colorScheme: 'dark' }], ['phone', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)('it fits: %s', async (name, options) => {
    const page = await web.open(`${inspector.address}#/traces`, options);
    const fits = async (picture: string): Promise<void> => {
      await web.picture(page, `trace-${name}-${picture}`);
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    };
    await page.getByRole('button', { name: 'Open a file…' }).waitFor();
    await fits('list');
    await page.goto(`${new URL(inspector.address).origin}/#/traces/given/25`);
    await happens(page, 'juliet closes its stream');
    await fits('article');
    await page.goto(`${new URL(inspector.address).origin}/#/traces/example:openfire-route-removed/3`);
    await page.locator('.breach').waitFor();
    await fits('counterexample');
    expect(web.complaints).toEqual([]);
  });
});
