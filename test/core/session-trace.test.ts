/** A recorded session is played again without any secret: what is made from one is left out on both sides. @module */
import { Element } from 'ltx';
import { expect, test } from 'vitest';
import { defaultConfig, defaultFederation } from '../../src/core/config.ts';
import type { CoreConfig } from '../../src/core/config.ts';
import { standardFeatures } from '../../src/core/features/all.ts';
import type { Channel, StreamId } from '../../src/core/input.ts';
import { recorded } from '../../src/core/recording.ts';
import { replaySession, sessionHeader } from '../../src/core/session-trace.ts';
import { decodeTrace, encodeLine } from '../../src/core/trace.ts';
import type { TraceStep } from '../../src/core/trace.ts';
import { Component } from '../world/component.ts';
import { InProcess } from '../world/in-process.ts';

const secret = 'nobody but this server knows this text';
const config: CoreConfig = {
  ...defaultConfig, domain: 'verona.test', secret, federation: defaultFederation,
  rooms: { domain: 'rooms.verona.test' }, components: [{ domain: 'gate.verona.test', secret: 'open sesame' }],
};
const secure: Channel = { secure: true, startTls: false, tlsRequired: false, mechanisms: [], channelBindings: [] };
const header = (attrs: string): string => `<stream:stream xmlns="jabber:server" xmlns:stream="http://etherx.jabber.org/streams" xmlns:db="jabber:server:dialback" version="1.0" ${attrs}>`;

test('session trace: a component, what the program sends, dialback both ways and a room go again as they went (XEP-0114, XEP-0220, XEP-0421)', async () => {
  const steps: TraceStep[] = [];
  const world = new InProcess({ config, around: (core) => recorded(core, (step) => steps.push(step) > 0, { keepBodies: true }) });
  await world.account('juliet');
  const juliet = await world.connect('juliet', 'balcony');
  const gate = new Component(world, 'gate.verona.test', 'open sesame');
  juliet.send('<presence to="garden@rooms.verona.test/jules"><x xmlns="http://jabber.org/protocol/muc"/></presence>');
  juliet.send('<message to="garden@rooms.verona.test" type="groupchat"><body>Ay me!</body></message><message to="gate.verona.test"/>');
  world.feed({ type: 'stanza.submitted', element: new Element('message', { from: 'verona.test', to: 'juliet@verona.test' }).c('body').t('The gates close at nine.').root() });
  // Verona gives mantua.test a key, and is asked about it.
  const said: string[] = [];
  let link: StreamId = '';
  world.onConnect = ({ stream }) => {
    link = stream;
    world.join({ write: (text) => void said.push(text), startTls: () => {}, disconnect: () => {} }, secure, 'server', stream);
  };
  juliet.send('<message to="romeo@mantua.test"><body>Romeo?</body></message>');
  await world.settle();
  world.hear(link, `${header('from="mantua.test" to="verona.test" id="theirs"')}<stream:features><dialback xmlns="urn:xmpp:features:dialback"/></stream:features>`);
  const key = />([0-9a-f]{64})</.exec(said.join(''))?.[1] ?? '';
  const asker = world.join({ write: (text) => void said.push(text), startTls: () => {}, disconnect: () => {} }, secure, 'server');
  world.hear(asker, `${header('from="mantua.test" to="verona.test"')}<db:verify from="mantua.test" to="verona.test" id="theirs">${key}</db:verify>`);
  expect(said.at(-1)).toContain('type="valid"');
  await world.settle();
  expect(gate.heard).toHaveLength(1);

  const lines = [encodeLine(sessionHeader({ config, features: standardFeatures, keepBodies: true })), ...steps.map(encodeLine)];
  const text = lines.join('');
  for (const hidden of [secret, 'open sesame', key]) expect(text).not.toContain(hidden);
  expect([...replaySession(decodeTrace(text))].map(encodeLine)).toEqual(steps.map(encodeLine));
  await world.dispose();
});
