/** Our own core as a server that is checked through the adapter: clients without sockets, a store that answers at once. @module */
import { parse } from 'ltx';
import type { BareJid } from '../../machines/vocabulary.ts';
import type { TestedServer } from '../../properties/index.ts';
import { contentsOf } from '../../properties/world/contents.ts';
import { createCore, defaultConfig, standardFeatures } from '../../src/core/index.ts';
import type { Channel, Effect, Input } from '../../src/core/index.ts';

const accounts = ['juliet', 'romeo', 'nurse'].map((name) => `${name}@localhost` as BareJid);
const channel: Channel = { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] };
const header = { wellNamed: true, xmlns: 'jabber:client', to: 'localhost', version: '1.0' };

/** Makes one with an empty store. */
export function testedCore(): TestedServer {
  const core = createCore({ domain: 'localhost', ...defaultConfig }, standardFeatures);
  const contents = contentsOf(accounts);
  const hearers = new Map<string, (xml: string) => void>();
  let at = 0;
  let streams = 0;

  function feed(input: Input): void {
    const requests: Extract<Effect, { type: 'store' }>[] = [];
    for (const effect of core.step(input, at)) {
      if (effect.type === 'send') hearers.get(effect.stream)?.(effect.xml);
      else if (effect.type === 'close') hearers.get(effect.stream)?.('</stream:stream>');
      else if (effect.type === 'store') requests.push(effect);
      else if (effect.type === 'report') throw effect.error;
    }
    for (const { request, operation } of requests) feed({ type: 'store.replied', request, reply: contents.perform(operation) });
  }

  return {
    advance: (ms) => void (at += ms),
    connect(jid, hear) {
      const stream = `s${(streams += 1)}`;
      const [account = '', resource = ''] = jid.split('/');
      const say = (xml: string): void => feed({ type: 'stream.element', stream, element: parse(xml) });
      const entropy = stream.padEnd(32, '-');
      feed({ type: 'stream.opened', stream, channel });
      feed({ type: 'stream.header', stream, header, entropy });
      say('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN"/>');
      feed({ type: 'sasl.succeeded', stream, account: account as BareJid });
      feed({ type: 'stream.header', stream, header, entropy });
      say(`<iq id="b" type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>${resource}</resource></bind></iq>`);
      hearers.set(stream, hear);
      return {
        send: (xml) => (xml.startsWith('</') ? feed({ type: 'stream.ended', stream }) : say(xml)),
        cut: () => feed({ type: 'stream.lost', stream }),
      };
    },
  };
}
