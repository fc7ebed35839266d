/** docs/examples/inside.js in a project that has the built package: servers without a port of their own, by the HTTP server of
 *  the program they are in. Spec: RFC 7395, RFC 4616. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Project } from '../package/installed.ts';

let project: Project;
beforeAll(() => {
  project = new Project();
  project.write('inside.js', readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'examples', 'inside.js'), 'utf8'));
}, 120_000);
afterAll(() => project.remove());

/** What a client does, and what is left when all is over. */
const visit = `
import WebSocket from 'ws';
import { main } from './inside.js';
const before = process.getActiveResourcesInfo();
const { port, stop } = await main();
const get = async (path) => (await fetch('http://127.0.0.1:' + port + path, { headers: { connection: 'close' } })).text();
const facts = { rest: await get('/'), where: await get('/.well-known/host-meta.json') };

/** Opens a stream and logs in; gives back what was heard, and the socket. */
async function visit(domain, username, password) {
  const socket = new WebSocket('ws://127.0.0.1:' + port + '/' + domain + '/xmpp', 'xmpp');
  let heard = '', tell = () => {};
  socket.on('message', (data) => { heard += data; tell(); });
  const hears = async (...words) => { while (!words.some((word) => heard.includes(word))) await new Promise((resolve) => { tell = resolve; }); return heard; };
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  const open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='" + domain + "' version='1.0'/>";
  socket.send(open);
  await hears('</stream:features>');
  socket.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + Buffer.from('\\0' + username + '\\0' + password).toString('base64') + '</auth>');
  if ((await hears('<success', '<failure')).includes('<failure')) return { heard, socket };
  socket.send(open);
  await hears('xmpp-bind');
  socket.send("<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
  await hears('</jid>');
  socket.send("<iq xmlns='jabber:client' type='set' id='r'><query xmlns='jabber:iq:roster'><item jid='nurse@capulet.test'/></query></iq>");
  await hears('id="r"');
  socket.send("<message xmlns='jabber:client' to='" + username + '@' + domain + "'><body>hark</body></message>");
  await hears('hark');
  return { heard, socket };
}
const refused = await visit('capulet.test', 'juliet', 'wrong');
const in1 = await visit('capulet.test', 'juliet', 'art thou not Romeo');
const in2 = await visit('montague.test', 'romeo', 'neither, fair saint');
facts.refused = refused.heard.includes('<not-authorized');
facts.jids = [in1, in2].map(({ heard }) => /<jid>([^/]*)/.exec(heard)[1]);
facts.roster = [in1, in2].map(({ heard }) => heard.includes('type="result" id="r"') || /<iq[^>]*id="r"[^>]*type="result"/.test(heard));
facts.metrics = await get('/metrics');
refused.socket.close();
const begun = performance.now();
await stop();
facts.stopMs = Math.round(performance.now() - begun);
await new Promise((resolve) => setTimeout(resolve, 50));
const held = (names) => names.filter((name) => /TCP|Timeout|HTTP|TLS|FSReq/.test(name));
facts.left = held(process.getActiveResourcesInfo()).filter((name) => !before.includes(name));
console.log(JSON.stringify(facts));
`;

test('examples: two servers share an HTTP server, ask the program who may log in, and leave nothing behind', { timeout: 60_000 }, async () => {
  project.write('visit.js', visit);
  const { code, stdout, stderr } = await project.run(process.execPath, 'visit.js');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { metrics, where, stopMs, ...facts } = JSON.parse(stdout) as Record<string, string> & { readonly stopMs: number };
  expect(facts).toEqual({
    rest: 'the rest of the program\n', refused: true, jids: ['juliet@capulet.test', 'romeo@montague.test'], roster: [true, true], left: [],
  });
  expect(where).toMatch(/"href":"ws:\/\/capulet\.test:\d+\/capulet\.test\/xmpp"/);
  expect(metrics).toMatch(/^waystate_resources 1$/m);
  expect(metrics).toMatch(/^waystate_messages_total\{fate="delivered"\} 1$/m);
  expect(stopMs).toBeLessThan(5_000);
});
