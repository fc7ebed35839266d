/** The examples of the guides run as a stranger would run them: in a project of their own that has the package installed. @module */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Project } from './installed.ts';

let project: Project;
beforeAll(() => {
  project = new Project(['@xmpp/client']);
}, 120_000);
afterAll(() => project.remove());

/** Puts an example into the project.
 *  @returns its name there */
function example(name: string): string {
  copyFileSync(join(import.meta.dirname, '../../docs/examples', name), join(project.folder, name));
  return name;
}

describe('examples', () => {
  test('one machine: a connection drains, and is closed when nobody answers (DESIGN D5)', async () => {
    const { stdout, stderr, code } = await project.run(process.execPath, example('one-machine.ts'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'juliet@example.org/balcony: gets hello', 'juliet@example.org/balcony: is draining, too late goes elsewhere',
      'juliet@example.org/balcony: the rooms are told that it left', 'juliet@example.org/balcony: closed', '',
    ]);
  });

  test('in process: a header is answered with a header and features (RFC 6120 §4.3.2)', async () => {
    const { stdout, code } = await project.run(process.execPath, example('in-process.ts'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^startTimer\nopen\n<stream:features>.*PLAIN.*\n/);
  });

  test('own loop: a client logs in, writes to itself, and closes its stream', async () => {
    const server = spawn(process.execPath, [example('own-loop.ts'), '0'], { cwd: project.folder, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = await once(createInterface(server.stdout), 'line') as [string];
      const { port } = JSON.parse(line) as { readonly port: number };
      const socket = connect(port, '127.0.0.1').setEncoding('utf8');
      let heard = '';
      socket.on('data', (text: string) => void (heard += text));
      const say = async (xml: string, answer: string): Promise<void> => {
        socket.write(xml);
        await expect.poll(() => heard, { timeout: 5_000 }).toContain(answer);
        heard = '';
      };
      const header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>";
      await say(header, '</stream:features>');
      await say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${btoa('\0juliet\0wrong')}</auth>`, 'not-authorized');
      await say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${btoa('\0juliet\0secret')}</auth>`, '<success');
      await say(header, '</stream:features>');
      await say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", '</jid>');
      await say('<presence/>', '<presence');
      await say("<message to='juliet@localhost'><body>to myself</body></message>", 'to myself');
      await say('</stream:stream>', '</stream:stream>');
      await expect.poll(() => socket.closed, { timeout: 5_000 }).toBe(true);
    } finally {
      server.kill();
    }
  });

  test('a client under test: it comes back, the clock is the test\'s, an offline message comes', { timeout: 60_000 }, async () => {
    const { stdout, code } = await project.run(process.execPath, '--test', '--test-reporter=tap', example('test-a-client.ts'));
    expect(stdout).toContain('# pass 6');
    expect(code).toBe(0);
  });
});
