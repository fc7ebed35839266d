/** The same program with Fastify: docs/guides/embed-server.md. @module */
import { createServer } from 'node:http';
import Fastify from 'fastify';
import { startXmpp } from './inside.js';

/** The whole program; gives back where it is, and how to stop it. */
export async function main() {
  const xmpp = await startXmpp();
  const app = Fastify({
    serverFactory: (handler) => createServer((request, response) => {
      if (!xmpp.answer(request, response)) handler(request, response);
    }),
    forceCloseConnections: true,
  });
  app.server.on('upgrade', xmpp.upgrade);
  app.get('/metrics', (request, reply) => reply.type('text/plain').send(xmpp.metrics()));
  app.get('/supper', (request, reply) => reply.send(String(xmpp.tell('juliet', 'Supper is served.'))));
  app.get('/', (request, reply) => reply.send('the rest of the program\n'));
  await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    port: app.server.address().port,
    async stop() {
      await xmpp.stop();
      await app.close();
    },
  };
}
