/** In-band registration over a real socket, where it is on. XEP-0077. @module */
import { afterEach, describe, expect, test } from 'vitest';
import { connect } from 'node:net';
import { parseConfig } from '../../src/cli/config.ts';
import { startServer } from '../../src/cli/start.ts';
import type { RunningServer } from '../../src/cli/serve.ts';
import { readStream } from '../world/stream.ts';
import type { Element } from 'ltx';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let server: RunningServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Starts a server, and gives a function that registers over a connection of its own. */
async function serving(settings: string): Promise<(name: string, password?: string) => Promise<Element>> {
  server = await startServer(parseConfig(`{ "memory": true, ${settings}, "ports": { "c2s": 0, "c2sTls": false, "http": false, "https": false } }`, 'test.json'), { log: quiet });
  const [host = '', port = ''] = (server.addresses.c2s ?? '').split(':');
  return (name, password = 'a secret') => new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) });
    let heard = 0;
    const read = readStream((item) => {
      heard += 1;
      if (item === 'closed') return reject(new Error('closed'));
      if (heard === 1) socket.write(`<iq id="r" type="set"><query xmlns="jabber:iq:register"><username>${name}</username><password>${password}</password></query></iq>`);
      else {
        resolve(item);
        socket.end('</stream:stream>');
      }
    });
    socket.setEncoding('utf8').on('data', (text: string) => read(text)).on('error', reject);
    socket.write('<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="localhost" version="1.0">');
  });
}

const conditionOf = (answer: Element): string | undefined => answer.getChild('error')?.getChildElements()[0]?.name;

describe('registration', () => {
  test('a name can be had once (XEP-0077 §3.1.1)', async () => {
    const register = await serving('"openRegistration": true');
    expect((await register('juliet')).attrs.type).toBe('result');
    expect(conditionOf(await register('juliet'))).toBe('conflict');
    expect(conditionOf(await register(''))).toBe('not-acceptable');
    expect(conditionOf(await register('romeo', ''))).toBe('not-acceptable');
  });

  test('unless it is open to all, one address makes a few accounts an hour (XEP-0077 §5)', async () => {
    const register = await serving('"registration": true');
    const types = [];
    for (const name of ['a', 'b', 'c', 'd']) types.push((await register(name)).attrs.type);
    expect(types).toEqual(['result', 'result', 'result', 'error']);
  });

  test('it is off unless it is switched on', async () => {
    const register = await serving('"registration": false');
    await expect(register('juliet')).resolves.toMatchObject({ name: 'error' });
  });
});
