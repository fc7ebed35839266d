/** The smallest use of the core: no socket, no clock, no store; an input goes in, effects come out. @module */
import { createCore, defaultConfig, standardFeatures } from 'waystate/core';

const core = createCore({ domain: 'localhost', ...defaultConfig }, standardFeatures);
const channel = { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] };

for (const { type } of core.step({ type: 'stream.opened', stream: 's1', channel }, 0)) console.log(type);

const header = { wellNamed: true, xmlns: 'jabber:client', to: 'localhost', version: '1.0' };
for (const effect of core.step({ type: 'stream.header', stream: 's1', header, entropy: 'e'.repeat(32) }, 1)) {
  console.log(effect.type === 'send' ? effect.xml : effect.type);
}
console.log(core.standing('s1')[0]?.states);
