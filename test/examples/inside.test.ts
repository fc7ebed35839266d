/** docs/examples/inside*.js in a project that has the built package: two servers inside a program, by its HTTP server, and with each
 *  other. Spec: RFC 7395, RFC 4616, XEP-0220. @module */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Project } from '../package/installed.ts';

const examples = join(import.meta.dirname, '..', '..', 'docs', 'examples');

let project: Project;
beforeAll(() => {
  project = new Project(['express', 'fastify']);
  for (const name of readdirSync(examples).filter((file) => file.startsWith('inside'))) project.write(name, readFileSync(join(examples, name), 'utf8'));
}, 120_000);
afterAll(() => project.remove());

/** What people do with the program, and what is left of it in the end. */
const visit = (program: string): string => `
import { createHash } from 'node:crypto';
import WebSocket from 'ws';
import { main } from './${program}';
const before = process.getActiveResourcesInfo();
const { port, stop } = await main();
const get = async (path, headers = {}) => (await fetch('http://127.0.0.1:' + port + path, { headers: { connection: 'close', ...headers } })).text();
const facts = { rest: await get('/'), where: await get('/.well-known/host-meta.json') };

/** Opens a stream and logs in. */
async function connect(domain, username, password) {
  const socket = new WebSocket('ws://127.0.0.1:' + port + '/' + domain + '/xmpp', 'xmpp');
  let heard = '', tell = () => {};
  socket.on('message', (data) => { heard += data; tell(); });
  socket.on('close', () => { heard += '(closed)'; tell(); });
  const hears = async (...words) => { while (!words.some((word) => heard.includes(word)) && !heard.endsWith('(closed)')) await new Promise((resolve) => { tell = resolve; }); const all = heard; heard = ''; return all; };
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  const open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='" + domain + "' version='1.0'/>";
  socket.send(open);
  await hears('</stream:features>');
  socket.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + Buffer.from('\\0' + username + '\\0' + password).toString('base64') + '</auth>');
  const outcome = await hears('<success', '<failure');
  const say = (xml) => socket.send(xml.replace(/^<(\\w+)/, "<$1 xmlns='jabber:client'"));
  if (outcome.includes('<failure')) return { outcome, socket };
  socket.send(open);
  await hears('xmpp-bind');
  say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
  const jid = /<jid>([^<]*)/.exec(await hears('</jid>'))[1];
  return { outcome, jid, say, hears, socket };
}
const mallory = await connect('capulet.test', 'juliet', 'wrong');
facts.refused = mallory.outcome.includes('<not-authorized');
const juliet = await connect('capulet.test', 'juliet', 'art thou not Romeo');
const romeo = await connect('montague.test', 'romeo', 'neither, fair saint');
juliet.say("<iq type='set' id='r'><query xmlns='jabber:iq:roster'><item jid='nurse@capulet.test'/></query></iq>");
facts.roster = /type="(result|set)"/.test(await juliet.hears('id="r"'));
romeo.say("<message to='" + juliet.jid + "' type='chat'><body>By a name I know not how to tell thee</body></message>");
facts.elsewhere = /from="romeo@montague.test\\/[^"]*"/.test(await juliet.hears('By a name'));
juliet.say("<message to='" + romeo.jid + "' id='q'><body>I bite my thumb</body></message>");
facts.quarrel = /policy-violation/.test(await juliet.hears('id="q"'));
juliet.say("<iq type='get' id='card' to='juliet@capulet.test'><vCard xmlns='vcard-temp'/></iq>");
facts.card = /<FN>juliet<\\/FN>/.test(await juliet.hears('id="card"'));
juliet.say("<message to='clerk.capulet.test' type='chat'><body>What o'clock?</body></message>");
facts.clerk = /<body>\\d{4}-/.test(await juliet.hears('clerk.capulet.test'));
await get('/supper');
facts.program = /from="capulet.test"/.test(await juliet.hears('Supper is served'));
facts.metrics = await get('/metrics');
facts.looks = [(await get('/inspector/')).trim(), (await get('/inspector/', { authorization: 'Bearer of-operators' })).includes('<title>Waystate')];
for (const one of [mallory, juliet, romeo]) one.socket.on('message', (data) => { if (String(data).includes('<close')) one.socket.close(); });
const gone = juliet.hears('system-shutdown');
await stop();
facts.goodbye = (await gone).includes('system-shutdown');
await new Promise((resolve) => setTimeout(resolve, 50));
const held = (names) => names.filter((name) => /TCP|Timeout|HTTP|TLS|FSReq/.test(name));
facts.left = held(process.getActiveResourcesInfo()).filter((name) => !before.includes(name));
console.log(JSON.stringify(facts));
`;

describe('examples: two servers in one program', () => {
  test.each(['inside.js', 'inside-express.js', 'inside-fastify.js'])('%s: share its HTTP server, ask it who may log in and who may look, speak with each other, and leave nothing behind', { timeout: 60_000 }, async (program) => {
    project.write(`visit-${program}`, visit(program));
    const { code, stdout, stderr } = await project.run(process.execPath, `visit-${program}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { metrics, where, ...facts } = JSON.parse(stdout) as Readonly<Record<string, string>>;
    expect(facts).toEqual({
      rest: 'the rest of the program\n', refused: true, roster: true, elsewhere: true, quarrel: true, card: true, clerk: true, program: true, looks: ['You may not look.', true], goodbye: true, left: [],
    });
    expect(where).toMatch(/"href":"ws:\/\/capulet\.test:\d+\/capulet\.test\/xmpp"/);
    expect(metrics).toMatch(/^waystate_resources 1$/m);
    expect(metrics).toMatch(/^waystate_messages_total\{fate="delivered"\} \d+$/m);
    expect(metrics).toMatch(/^waystate_logins_total\{outcome="not-authorized"\} 1$/m);
  });
});
