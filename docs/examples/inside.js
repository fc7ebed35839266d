/** XMPP inside a program that has an HTTP server and users of its own: docs/guides/embed-server.md. @module */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Element, Metrics, StanzaError, createCore, defaultConfig, defaultFederation, deriveCredentials, memoryStore, passwordAuthenticator,
  selfSignedCertificate, standardFeatures, startServer,
} from 'waystate';
import { Recorder, createInspector } from 'waystate/inspector';

// What the program has already: users, a log, a way to know its operators.
const users = new Map([['juliet', 'art thou not Romeo'], ['romeo', 'neither, fair saint']]);
const check = (username, password) => users.get(username) === password;
const line = (level) => (facts, sentence) => console.error(level, sentence, facts);
const log = { debug: () => {}, info: () => {}, warn: line('warn'), error: line('error') };
const isOperator = (request) => request.headers.authorization === 'Bearer of-operators';

/** An extension that refuses what the program's rules forbid. */
const civility = {
  name: 'civility',
  stanza: (host, { stanza }) => (stanza.getChildText('body')?.includes('bite my thumb') ? new StanzaError('policy-violation', 'No quarrels here.') : undefined),
};

/** An extension that answers for a domain of its own. */
const clerk = (domain) => ({
  name: 'clerk',
  service: (host) => ({
    domain: `clerk.${domain}`,
    name: 'Says what time it is',
    receive(stanza, from, to) {
      if (!stanza.is('message') || stanza.attrs.type === 'error') return;
      host.submit(new Element('message', { from: to.bare, to: from.full ?? from.bare, type: stanza.attrs.type }).c('body').t(new Date(host.at).toISOString()).root());
    },
  }),
});

/** A store that reads vCards from what the program knows of its users, and keeps everything else in memory. */
function storeWithCards() {
  const rest = memoryStore();
  return {
    async perform(request) {
      if (request.op !== 'document.read' || request.space !== 'vcard-temp') return rest.perform(request);
      const [name] = request.account.split('@');
      return users.has(name) ? String(new Element('vCard', { xmlns: 'vcard-temp' }).c('FN').t(name).root()) : null;
    },
    close: () => rest.close(),
  };
}

/** A server for one domain. Its clients come by the program's HTTP server; other servers, by a port of its own. */
async function serverFor(domain, { directory, targets }) {
  const store = storeWithCards();
  const config = { domain, ...defaultConfig, secret: randomBytes(32).toString('base64url'), federation: defaultFederation };
  const recorder = new Recorder(createCore(config, [...standardFeatures, civility, clerk(domain)]), { keepBodies: false });
  const metrics = new Metrics(recorder.core);
  const server = await startServer({
    core: recorder.core, store, deriveCredentials, log, domain, metrics,
    authenticator: passwordAuthenticator(check, { store }),
    tls: await selfSignedCertificate({ directory: join(directory, domain), domain }),
    listeners: [{ kind: 's2s', host: '127.0.0.1', port: 0 }],
    s2s: { targets },
    webSocket: { path: `/${domain}/xmpp` },
    insecurePlain: true, // Heeded on loopback only; elsewhere PLAIN waits for TLS.
    stopTimeoutMs: 500,
  });
  const [{ host, port }] = server.addresses;
  targets.set(domain, { host, port, tls: false });
  return { server, store, recorder, metrics };
}

/** Everything that is XMPP, for whatever HTTP server there is. */
export async function startXmpp() {
  const directory = await mkdtemp(join(tmpdir(), 'inside-'));
  const targets = new Map(); // Instead of the DNS: both servers are here.
  const [capulet, montague] = [await serverFor('capulet.test', { directory, targets }), await serverFor('montague.test', { directory, targets })];
  const inspector = createInspector({ recorder: capulet.recorder, path: '/inspector/', mayLook: isOperator });
  return {
    /** False when a request is for the rest of the program. */
    answer: (request, response) => capulet.server.answer(request, response) || inspector.answer(request, response),
    upgrade(request, socket, head) {
      const isOurs = [capulet.server, montague.server, inspector].some((door) => door.upgrade(request, socket, head));
      if (!isOurs) socket.destroy();
    },
    metrics: () => capulet.metrics.text(),
    /** Tells somebody something in the name of the program. */
    tell: (username, text) => capulet.server.send(new Element('message', { to: `${username}@capulet.test`, type: 'headline' }).c('body').t(text).root()),
    async stop() {
      inspector.stop();
      await Promise.all([capulet, montague].map(async ({ server, store }) => {
        await server.stop();
        await store.close();
      }));
      await rm(directory, { recursive: true });
    },
  };
}

/** The whole program; gives back where it is, and how to stop it. */
export async function main() {
  const xmpp = await startXmpp();
  const http = createServer((request, response) => {
    if (xmpp.answer(request, response)) return;
    if (request.url === '/metrics') response.end(xmpp.metrics());
    else if (request.url === '/supper') response.end(String(xmpp.tell('juliet', 'Supper is served.')));
    else response.end('the rest of the program\n');
  });
  http.on('upgrade', xmpp.upgrade);
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    port: http.address().port,
    async stop() {
      await xmpp.stop();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
