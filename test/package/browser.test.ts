/** The package in Debian's Chromium, where it is installed: a page, bundled by Vite, steps a machine and logs a client in to a core,
 *  over text in its own memory. @module */
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browsing, isInstalled } from '../inspector/browsing.ts';
import { Project } from './installed.ts';

const program = `
import { createCore, defaultConfig, parseBare, standardFeatures, StreamReader } from 'waystate/core';
import { stepRoute } from 'waystate/machines';

const core = createCore({ domain: 'capulet.lit', ...defaultConfig }, standardFeatures);
const reader = new StreamReader({ maxStanzaBytes: 10_000, maxDepth: 30, maxAttributes: 40 });
const stream = 's1';
const effects = [];
const waiting = [];
const feed = (input) => {
  waiting.push(input);
  while (waiting.length > 0) for (const effect of core.step(waiting.shift(), 0)) {
    effects.push(effect.type === 'send' ? effect.xml : effect.type);
    if (effect.type === 'restart') reader.restart();
    if (effect.type === 'authenticate') waiting.push({ type: 'sasl.succeeded', stream, account: parseBare('juliet@capulet.lit') });
    if (effect.type === 'store') waiting.push({ type: 'store.replied', request: effect.request, reply: { exists: true, offline: 0 } });
  }
};
const receive = (text) => {
  for (const event of reader.push(new TextEncoder().encode(text))) {
    if (event.type === 'header') feed({ type: 'stream.header', stream, header: event.header, entropy: 'e'.repeat(32) });
    else feed({ type: 'stream.element', stream, element: event.element });
  }
};
const header = '<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="capulet.lit" version="1.0">';
feed({ type: 'stream.opened', stream, channel: { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] } });
receive(header);
receive('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">AGp1bGlldABzZWNyZXQ=</auth>');
receive(header);
receive('<iq type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>balcony</resource></bind></iq>');
receive('<message to="juliet@capulet.lit/balcony"><body>Ay me!</body></message>');
const route = stepRoute(stepRoute.initial, { type: 'drain.begun' });
globalThis.told = { effects, jid: core.standing(stream)[0].jid, route: [route.state.value, route.effects] };
`;

describe.runIf(isInstalled || process.env['WAYSTATE_REQUIRE_ALL'])(`package: in a browser${isInstalled ? '' : ' (skipped: Debian\'s chromium is not installed)'}`, () => {
  let project: Project;
  beforeAll(() => {
    project = new Project();
  }, 120_000);
  afterAll(() => project.remove());
  const { open, complaints } = browsing();

  test('a machine steps, and a client logs in and writes to itself', { timeout: 60_000 }, async () => {
    const code = await project.bundled(program);
    const page = await open(pathToFileURL(project.write('page.html', `<!doctype html><title>Waystate</title><script type="module">${code.replaceAll('</script', '<\\/script')}</script>`)).href);
    const { effects, ...rest } = await page.evaluate('globalThis.told') as { readonly effects: readonly string[] };
    expect(effects).toEqual([
      'startTimer', 'open', expect.stringMatching(/^<stream:features>.*PLAIN/), 'authenticate', expect.stringMatching(/^<success /), 'restart', 'trust',
      'open', expect.stringMatching(/^<stream:features><bind /), 'store', 'cancelTimer', expect.stringContaining('<jid>juliet@capulet.lit/balcony</jid>'),
      '<message to="juliet@capulet.lit/balcony" from="juliet@capulet.lit/balcony"><body>Ay me!</body></message>',
    ]);
    expect(rest).toEqual({ jid: 'juliet@capulet.lit/balcony', route: ['closed', [{ type: 'closeRoute' }]] });
    expect(complaints).toEqual([]);
  });
});
