/** What is delivered is what was sent, but for the address of its sender: the rest is for its recipient to understand.
 *  Spec: RFC 6120 §8.1.1.1, §8.1.2.1, §8.1.5, §8.4. @module */
import { parse } from 'ltx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Federated } from '../world/federated.ts';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

const content = '<whisper a="1"/><x xmlns="urn:x" xmlns:p="urn:p" p:b="2">text<y xmlns="urn:y"/></x>';

/** Each with what is not understood, in attributes and in elements, and with a language. */
const stanzas = (domain: string): readonly { readonly what: string; readonly sent: string }[] => [
  ['a message to an account', 'message', `romeo@${domain}`, 'chat'],
  ['a message to an account, in other letters', 'message', `ROMEO@${domain.toUpperCase()}`, 'chat'],
  ['a message to a resource', 'message', `romeo@${domain}/orchard`, 'normal'],
  ['a message to a resource that is not there', 'message', `romeo@${domain}/street`, 'chat'],
  ['presence to an account, in other letters', 'presence', `ROMEO@${domain}`, undefined],
  ['presence to a resource, in other letters', 'presence', `ROMEO@${domain.toUpperCase()}/orchard`, undefined],
  ['unavailable presence', 'presence', `ROMEO@${domain}/orchard`, 'unavailable'],
  ['erroneous presence, in other letters', 'presence', `ROMEO@${domain}/orchard`, 'error'],
  ['an answer, in other letters', 'iq', `ROMEO@${domain}/orchard`, 'result'],
  ['an erroneous answer', 'iq', `romeo@${domain}/orchard`, 'error'],
].map(([what = '', kind = '', to, type]) => ({ what, sent: `<${kind} to="${to}" id="1"${type === undefined ? '' : ` type="${type}"`} xml:lang="la" odd="even">${content}</${kind}>` }));

const request = (domain: string): string => `<iq to="ROMEO@${domain}/orchard" id="1" type="get" xml:lang="la" odd="even"><ask xmlns="urn:z">${content}</ask></iq>`;

let juliet: Client;
let romeo: Client;
let settle: () => Promise<void>;
let dispose: () => Promise<unknown>;

/** Romeo is available, and has told Juliet so. */
async function introduce(): Promise<void> {
  romeo.send(`<presence/><presence to="${juliet.jid}"/>`);
  await settle();
  await romeo.next();
  await juliet.next();
}

async function expectUnmodified(sent: string): Promise<void> {
  juliet.send(sent);
  await settle();
  const heard = await romeo.next();
  if (heard === 'closed') throw new Error('the stream is closed');
  expect(heard.attrs).toEqual({ ...parse(sent).attrs, from: juliet.jid });
  expect(heard.children.map(String)).toEqual(parse(sent).children.map(String));
}

afterEach(() => dispose());

describe('within a server', () => {
  beforeEach(async () => {
    const world = new InProcess();
    for (const name of ['juliet', 'romeo']) await world.account(name);
    settle = () => world.settle();
    dispose = () => world.dispose();
    juliet = await world.connect('juliet', 'balcony');
    romeo = await world.connect('romeo', 'orchard');
    await introduce();
  });

  test.each([...stanzas('localhost'), { what: 'a request', sent: request('localhost') }])('unmodified: $what is delivered as it was sent, addresses, language and what nobody understands (RFC 6120 §8.1.1.1, §8.1.5, §8.4)', ({ sent }) => expectUnmodified(sent));
});

describe('from server to server', () => {
  beforeEach(async () => {
    const net = new Federated();
    const [here, there] = [net.add({ domain: 'verona.test', certified: ['verona.test'] }), net.add({ domain: 'mantua.test', certified: ['mantua.test'] })];
    await here.account('juliet');
    await there.account('romeo');
    settle = () => net.settle();
    dispose = () => Promise.all([here.dispose(), there.dispose()]);
    juliet = await here.connect('juliet', 'balcony');
    romeo = await there.connect('romeo', 'orchard');
    await introduce();
  });

  test.each([...stanzas('mantua.test'), { what: 'a request', sent: request('mantua.test') }])('unmodified: $what is routed and delivered as it was sent (RFC 6120 §8.1.1.1, §8.1.5, §8.4)', ({ sent }) => expectUnmodified(sent));
});
