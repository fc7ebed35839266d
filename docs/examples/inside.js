/** XMPP inside a program that has an HTTP server and users of its own: docs/guides/embed-server.md. @module */
import { createServer } from 'node:http';
import { createCore, defaultConfig, deriveCredentials, memoryStore, passwordAuthenticator, standardFeatures, startServer } from 'waystate';

const line = (level) => (facts, sentence) => console.error(level, sentence, facts);
const log = { debug: () => {}, info: line('info'), warn: line('warn'), error: line('error') };

/** A server for one domain, with no port of its own. */
export async function serverFor(domain, check) {
  const store = memoryStore();
  const core = createCore({ domain, ...defaultConfig }, standardFeatures);
  const server = await startServer({
    core, store, deriveCredentials, log, domain,
    authenticator: passwordAuthenticator(check, { store }),
    listeners: [],
    webSocket: { path: `/${domain}/xmpp` },
    insecurePlain: true, // Heeded on loopback only; elsewhere PLAIN waits for TLS.
  });
  return { core, store, server };
}

/** What became of messages, and how much there is, as Prometheus reads it. */
export function metricsOf(core) {
  const fates = new Map();
  core.observe({ onFate: ({ fate }) => fates.set(fate, (fates.get(fate) ?? 0) + 1) });
  return () => [
    ...Object.entries(core.census()).map(([what, count]) => `waystate_${what} ${count}`),
    ...[...fates].map(([fate, count]) => `waystate_messages_total{fate="${fate}"} ${count}`),
  ].join('\n') + '\n';
}

/** The whole program; gives back where it is, and how to stop it. */
export async function main() {
  const users = new Map([['juliet', 'art thou not Romeo'], ['romeo', 'neither, fair saint']]);
  const check = (username, password) => users.get(username) === password;
  const houses = await Promise.all(['capulet.test', 'montague.test'].map((domain) => serverFor(domain, check)));
  const metrics = metricsOf(houses[0].core);

  const http = createServer((request, response) => {
    if (houses[0].server.answer(request, response)) return;
    if (request.url === '/metrics') response.end(metrics());
    else response.end('the rest of the program\n');
  });
  http.on('upgrade', (request, socket, head) => {
    if (!houses.some(({ server }) => server.upgrade(request, socket, head))) socket.destroy();
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));

  return {
    port: http.address().port,
    async stop() {
      await Promise.all(houses.map(({ server }) => server.stop()));
      await Promise.all(houses.map(({ store }) => store.close()));
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
