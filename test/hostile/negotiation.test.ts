/** Strangers who don't negotiate as they should: stanzas before their time, SASL abused. Spec: RFC 6120 §6, §7.
 *  Not here: STARTTLS (starttls.test.ts), binding (session.test.ts). @module */
import { describe, expect, it } from 'vitest';
import type { SaslFailureCondition, StreamErrorCondition } from '../../machines/vocabulary.ts';
import { NS } from '../../src/core/namespaces.ts';
import { authenticated, bind, header, opened, plain, starttls } from './dialogue.ts';
import { connectSecurely } from './raw-client.ts';
import type { RawClient } from './raw-client.ts';
import { besiege, expectExpelled, ways } from './siege.ts';

const siege = besiege();

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const auth = (mechanism: string, data = ''): string => `<auth xmlns='${NS.sasl}' mechanism='${mechanism}'>${data}</auth>`;
const sasl = (name: 'response' | 'abort', data = ''): string => `<${name} xmlns='${NS.sasl}'>${data}</${name}>`;
const failureOf = (condition: SaslFailureCondition): string => `<failure xmlns="${NS.sasl}"><${condition}/>`;

const untimely: readonly (readonly [string, string, string, StreamErrorCondition])[] = [
  ['a message', 'RFC 6120 §4.9.3.12', "<message to='juliet@localhost'><body/></message>", 'not-authorized'],
  ['presence', 'RFC 6120 §4.9.3.12', '<presence/>', 'not-authorized'],
  ['a request', 'RFC 6120 §4.9.3.12', `<iq type='get' id='1'><query xmlns='${NS.roster}'/></iq>`, 'not-authorized'],
  ['an unknown element', 'RFC 6120 §4.9.3.24', "<x xmlns='urn:x'/>", 'unsupported-stanza-type'],
  ['an unknown element of the content namespace', 'RFC 6120 §4.9.3.24', '<whisper/>', 'unsupported-stanza-type'],
  ['stream features of its own', 'RFC 6120 §4.9.3.24', `<features xmlns='${NS.streams}'/>`, 'unsupported-stanza-type'],
  ['a success of its own', 'RFC 6120 §4.9.3.24', `<success xmlns='${NS.sasl}'/>`, 'unsupported-stanza-type'],
  ['a challenge of its own', 'RFC 6120 §4.9.3.24', `<challenge xmlns='${NS.sasl}'/>`, 'unsupported-stanza-type'],
  ['a stanza of servers', 'RFC 6120 §4.8.3', `<message xmlns='${NS.server}' from='localhost' to='juliet@localhost/balcony'/>`, 'invalid-namespace'],
  ['a response to nothing', 'RFC 6120 §6.4.3', sasl('response', base64('x')), 'policy-violation'],
  ['an abort of nothing', 'RFC 6120 §6.4.4', sasl('abort'), 'policy-violation'],
];

describe.concurrent.each(ways)('negotiation: over %s', (way) => {
  it('negotiation: binding is offered after SASL, and never before (RFC 6120 §7.4)', async () => {
    const client = await opened(await siege.connect(way));
    expect(client.heard).not.toContain(NS.bind);
    await client.send(plain('mallory')).hears('<success');
    expect(client.heard).not.toContain(NS.bind);
    await opened(client);
    expect(client.heard.slice(client.heard.lastIndexOf('<stream:features'))).toContain(`<bind xmlns="${NS.bind}"/>`);
    client.destroy();
  });

  it.each([...untimely, ['a request to bind', 'RFC 6120 §7.1', bind(), 'not-authorized'] as const])('negotiation: before SASL %s ends the stream (%s)', async (_attack, _section, xml, condition) => {
    await expectExpelled((await opened(await siege.connect(way))).send(xml), condition);
  });

  it.each([...untimely, ['another SASL exchange', 'RFC 6120 §6.4.6', plain('mallory'), 'policy-violation'] as const])('negotiation: before binding %s ends the stream (%s)', async (_attack, _section, xml, condition) => {
    await expectExpelled((await authenticated(await siege.connect(way), 'mallory')).send(xml), condition);
  });
});

describe.concurrent('negotiation: in order', () => {
  it('negotiation: on one connection each new header is answered with one, an id of its own and features; no tag closes what was before, and no white space parts the elements (RFC 6120 §4.3.3, §4.5, §4.7.3, §5.3.3, §6.3.5)', async () => {
    const open = await opened(await siege.tcp());
    await open.send(starttls).hears('/>');
    open.socket.removeAllListeners('data');
    const client = await opened(await connectSecurely(open.socket));
    await client.send(auth('PLAIN')).hears('</challenge>');
    await client.send(sasl('response', base64('\0mallory\0secret'))).hears('<success');
    await client.send(header()).hears('</stream:features>');
    await client.send(bind('in-order')).hears('</iq>');
    await client.send('<presence/>').hears('<presence');
    const start = /<\?xml version='1.0'\?><stream:stream [^>]*from='localhost'[^>]*>/.source;
    expect(open.heard).toMatch(new RegExp(`^${start}<stream:features><starttls [^]*</stream:features><proceed xmlns="${NS.tls}"/>$`));
    expect(client.heard).toMatch(new RegExp(`^${start}<stream:features><mechanisms [^]*</stream:features><challenge xmlns="${NS.sasl}"></challenge><success xmlns="${NS.sasl}"/>${start}<stream:features><bind [^]*</stream:features><iq [^]*</iq><presence`));
    const all = open.heard + client.heard;
    const ids = [...all.matchAll(/<stream:stream [^>]*id='([^']*)'/g)].map(([, id = '']) => id);
    expect([ids.length, new Set(ids).size, ids.filter((id) => !/^[\w-]{16}$/.test(id))]).toEqual([3, 3, []]);
    expect([all.match(/<stream:features>/g)?.length, all.match(/<starttls/g)?.length]).toEqual([3, 1]);
    // Elements of the content namespace have no prefix (RFC 6120 §4.8.5).
    expect(new Set(all.match(/<\/?[\w-]+:[\w-]+/g))).toEqual(new Set(['<stream:stream', '<stream:features', '</stream:features']));
    client.destroy();
  });
});

describe.concurrent('sasl: what fails', () => {
  const failures: readonly (readonly [string, string, string, SaslFailureCondition])[] = [
    ['an unknown mechanism', 'RFC 6120 §6.5.7', auth('KISS'), 'invalid-mechanism'],
    ['a mechanism in other letters', 'RFC 6120 §6.5.7', auth('plain'), 'invalid-mechanism'],
    ['no mechanism', 'RFC 6120 §6.5.7', `<auth xmlns='${NS.sasl}'/>`, 'invalid-mechanism'],
    ['a mechanism that is not offered', 'RFC 6120 §6.5.7', auth('ANONYMOUS'), 'invalid-mechanism'],
    ['channel binding to nothing', 'RFC 6120 §6.5.7', auth('SCRAM-SHA-256-PLUS', base64('p=tls-exporter,,n=mallory,r=abc')), 'invalid-mechanism'],
    ['what is no base64', 'RFC 6120 §6.5.5', auth('PLAIN', '!!!!'), 'incorrect-encoding'],
    ['base64 that is cut short', 'RFC 6120 §6.5.5', auth('PLAIN', 'AG1hbGxvcnk'), 'incorrect-encoding'],
    ['base64 with white space', 'RFC 6120 §13.9.1', auth('PLAIN', 'AG1h bGxvcnkA'), 'incorrect-encoding'],
    ['a single = for an empty message', 'RFC 6120 §6.5.8', auth('PLAIN', '='), 'malformed-request'],
    ['PLAIN without NUL', 'RFC 6120 §6.5.8', auth('PLAIN', base64('mallory')), 'malformed-request'],
    ['PLAIN with too many NULs', 'RFC 6120 §6.5.8', auth('PLAIN', base64('\0mallory\0secret\0')), 'malformed-request'],
    ['PLAIN that is no UTF-8', 'RFC 6120 §6.5.8', auth('PLAIN', Buffer.from([0, 0xff, 0, 0xff]).toString('base64')), 'malformed-request'],
    ['SCRAM that is none', 'RFC 6120 §6.5.8', auth('SCRAM-SHA-256', base64('n,,x')), 'malformed-request'],
    ['a wrong password', 'RFC 6120 §6.5.10', plain('mallory', 'guess'), 'not-authorized'],
    ['an account that is not there', 'RFC 6120 §6.5.10', plain('tybalts-ghost'), 'not-authorized'],
    ['a name that is none', 'RFC 6120 §6.5.10', plain('mal@lo"ry'), 'not-authorized'],
    ['somebody else\'s name', 'RFC 6120 §6.5.6', plain('mallory', 'secret', 'juliet@localhost'), 'invalid-authzid'],
  ];

  it.each(failures)('sasl: %s fails, and the stream goes on (%s)', async (_attack, _section, xml, condition) => {
    const client = await opened(await siege.tcp());
    expect(await client.send(xml).hears('</failure>')).toContain(failureOf(condition));
    await client.send(plain('mallory')).hears('<success');
    client.destroy();
  });

  it('sasl: a password is the same failure whether the account exists or not (RFC 6120 §13.11)', async () => {
    const client = await opened(await siege.tcp());
    const heard = [];
    for (const name of ['mallory', 'nobody']) heard.push(await client.send(plain(name, 'guess')).hears('</failure>'));
    expect(heard[0]).toBe(heard[1]);
    client.destroy();
  });

  it('sasl: an exchange that is aborted fails as such, and another may begin (RFC 6120 §6.5.1)', async () => {
    const client = await opened(await siege.tcp());
    await client.send(auth('PLAIN')).hears('<challenge');
    expect(await client.send(sasl('abort')).hears('</failure>')).toContain(failureOf('aborted'));
    await client.send(plain('mallory')).hears('<success');
    client.destroy();
  });

  it('sasl: another <auth/> ends the exchange that is under way, and begins one of its own (RFC 6120 §6.4.2)', async () => {
    const client = await opened(await siege.tcp());
    await client.send(auth('PLAIN')).hears('<challenge');
    await client.send(auth('SCRAM-SHA-1', base64('n,,n=mallory,r=abc'))).hears('</challenge>');
    expect(await client.send(sasl('response', base64('\0mallory\0secret'))).hears('</failure>')).toContain(failureOf('malformed-request'));
    await client.send(plain('mallory')).hears('<success');
    client.destroy();
  });

  it('sasl: a response that is no base64 fails as such (RFC 6120 §6.5.5)', async () => {
    const client = await opened(await siege.tcp());
    await client.send(auth('PLAIN')).hears('<challenge');
    expect(await client.send(sasl('response', '*')).hears('</failure>')).toContain(failureOf('incorrect-encoding'));
    client.destroy();
  });

  it('sasl: what the failed exchange was asked for can\'t be sent any more (RFC 6120 §6.4.5)', async () => {
    const client = await opened(await siege.tcp());
    await client.send(auth('PLAIN', base64('x'))).hears('</failure>');
    await expectExpelled(client.send(sasl('response', base64('\0mallory\0secret'))), 'policy-violation');
  });
});

describe.concurrent('sasl: what ends the stream', () => {
  const attempts: readonly (readonly [string, string, (client: RawClient) => Promise<unknown>])[] = [
    ['wrong passwords', 'RFC 6120 §6.4.5', (client) => client.send(plain('mallory', 'guess')).hears('</failure>')],
    ['unknown mechanisms', 'RFC 6120 §6.4.5', (client) => client.send(auth('KISS')).hears('</failure>')],
    ['aborts', 'RFC 6120 §6.4.5', async (client) => {
      await client.send(auth('PLAIN')).hears('<challenge');
      await client.send(sasl('abort')).hears('</failure>');
    }],
  ];

  it.each(attempts)('sasl: three %s in a row (%s)', async (_attack, _section, attempt) => {
    const client = await opened(await siege.tcp());
    for (let n = 0; n < 3; n += 1) await attempt(client);
    await expectExpelled(client, 'policy-violation');
  });

  it('sasl: a guess too many that was sent ahead is not tried (RFC 6120 §6.4.5)', async () => {
    const client = await opened(await siege.tcp());
    client.send(plain('mallory', 'a') + plain('mallory', 'b') + plain('mallory', 'c') + plain('mallory'));
    await expectExpelled(client, 'policy-violation');
    expect(client.heard).not.toContain('<success');
  });

  it.each<readonly [string, string, string, StreamErrorCondition]>([
    ['a message', 'RFC 6120 §4.9.3.12', "<message to='juliet@localhost/balcony' type='chat'><body>I am Romeo</body></message>", 'not-authorized'],
    ['a request to bind', 'RFC 6120 §6.4.6', bind(), 'not-authorized'],
    ['a second exchange', 'RFC 6120 §6.4.6', plain('juliet'), 'policy-violation'],
  ])('sasl: %s behind the exchange, before the stream begins anew (%s)', async (_attack, _section, xml, condition) => {
    const client = await opened(await siege.tcp());
    await expectExpelled(client.send(plain('mallory') + xml), condition);
  });

  it.each<readonly [string, string, string]>([
    ['a huge request', 'RFC 6120 §13.12', auth('PLAIN', 'A'.repeat(20_000))],
    ['a huge name of a mechanism', 'RFC 6120 §13.12', auth('A'.repeat(20_000))],
  ])('sasl: %s (%s)', async (_attack, _section, xml) => {
    await expectExpelled((await opened(await siege.tcp())).send(xml), 'policy-violation');
  });
});
