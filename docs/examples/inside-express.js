/** The same program with Express: docs/guides/embed-server.md. @module */
import { once } from 'node:events';
import express from 'express';
import { startXmpp } from './inside.js';

/** The whole program; gives back where it is, and how to stop it. */
export async function main() {
  const xmpp = await startXmpp();
  const app = express();
  app.use((request, response, next) => {
    if (!xmpp.answer(request, response)) next();
  });
  app.get('/metrics', (request, response) => void response.type('text/plain').send(xmpp.metrics()));
  app.get('/supper', (request, response) => void response.send(String(xmpp.tell('juliet', 'Supper is served.'))));
  app.get('/', (request, response) => void response.send('the rest of the program\n'));
  const http = app.listen(0, '127.0.0.1');
  http.on('upgrade', xmpp.upgrade);
  await once(http, 'listening');
  return {
    port: http.address().port,
    async stop() {
      await xmpp.stop();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
