/** In-band registration over a real socket, where it is on. XEP-0077. @module */
import type { Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/cli/serve.ts';
import { startServer } from '../../src/cli/start.ts';
import { Connection } from '../world/connection.ts';
import { quiet, settingsOf } from '../world/sockets.ts';

let server: RunningServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Starts a server, and gives a function that registers over a connection of its own. */
async function serving(settings: object): Promise<(name: string, password?: string) => Promise<Element>> {
  server = await startServer(settingsOf(['c2s'], { memory: true, ...settings }), { log: quiet });
  const { c2s } = server.addresses;
  return async (name, password = 'a secret') => {
    const connection = await Connection.open(c2s, 'plain');
    const answer = await connection.register(name, password);
    connection.send('</stream:stream>');
    return answer;
  };
}

const conditionOf = (answer: Element): string | undefined => answer.getChild('error')?.getChildElements()[0]?.name;

describe('registration', () => {
  test('a name can be had once (XEP-0077 §3.1)', async () => {
    const register = await serving({ openRegistration: true });
    expect((await register('juliet')).attrs.type).toBe('result');
    expect(conditionOf(await register('juliet'))).toBe('conflict');
    expect(conditionOf(await register(''))).toBe('not-acceptable');
    expect(conditionOf(await register('romeo', ''))).toBe('not-acceptable');
  });

  test('unless it is open to all, one address makes a few accounts an hour (XEP-0077 §5)', async () => {
    const register = await serving({ registration: true });
    const types = [];
    for (const name of ['a', 'b', 'c', 'd']) types.push((await register(name)).attrs.type);
    expect(types).toEqual(['result', 'result', 'result', 'error']);
  });

  test('it is off unless it is switched on: the stanza of a stranger ends its stream (RFC 6120 §4.9.3.12)', async () => {
    const register = await serving({ registration: false });
    expect((await register('juliet')).getChild('not-authorized')).toBeDefined();
  });

  test('a member changes its password, and leaves (XEP-0077 §3.2, §3.3)', async () => {
    const register = await serving({ openRegistration: true, insecurePlain: true });
    await register('juliet', 'old');
    const juliet = await Connection.open(server?.addresses.c2s, 'plain');
    await juliet.logIn('juliet', 'old');
    const change = (content: string): Promise<Element> => juliet.ask(`<iq id="c" type="set" to="localhost"><query xmlns="jabber:iq:register">${content}</query></iq>`);
    expect(conditionOf(await change('<username>romeo</username><password>new</password>'))).toBe('bad-request');
    expect((await change('<username>juliet</username><password>new</password>')).attrs.type).toBe('result');
    const again = await Connection.open(server?.addresses.c2s, 'plain');
    await expect(again.logIn('juliet', 'old')).rejects.toThrow('not-authorized');
    const newer = await Connection.open(server?.addresses.c2s, 'plain');
    await newer.logIn('juliet', 'new');
    expect((await change('<remove/>')).attrs.type).toBe('result');
    expect((await juliet.element()).getChild('not-authorized')).toBeDefined();
    expect((await newer.element()).getChild('not-authorized')).toBeDefined();
    const late = await Connection.open(server?.addresses.c2s, 'plain');
    await expect(late.logIn('juliet', 'new')).rejects.toThrow('not-authorized');
    for (const connection of [juliet, again, newer, late]) connection.drop();
  });
});
