/** The whole server, killed: what it had answered for is there when it comes back. DESIGN §1, T3. @module */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { Connection } from '../world/connection.ts';

const root = join(import.meta.dirname, '../..');
const directory = mkdtempSync(join(tmpdir(), 'waystate-kill-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Starts the server of the command line and waits for its address. */
async function serve(): Promise<{ readonly child: ChildProcess; readonly address: string }> {
  const options = ['--data', directory, '--c2s-port', '0', '--c2s-tls-port', 'off', '--http-port', 'off', '--https-port', 'off', '--open-registration', '--insecure-plain'];
  const child = spawn(process.execPath, ['src/cli/main.ts', 'serve', ...options], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface(child.stdout)) {
    const address = /127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (address !== undefined) return { child, address };
  }
  throw new Error('the server did not start');
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a server that is killed has kept every message it went on after, and opens again (DESIGN D7, THEOREMS T3)', async () => {
  let { child, address } = await serve();
  for (const name of ['juliet', 'romeo']) await (await Connection.open(address, 'plain')).register(name, 'secret');
  let sent = 0;
  let fenced = 0;
  // A few lives; in each, the answer to a ping proves what came before it (RFC 6120 §10.1).
  for (const wait of [20, 45, 80]) {
    const juliet = await Connection.open(address, 'plain');
    await juliet.logIn('juliet', 'secret');
    const stop = Date.now() + wait;
    while (Date.now() < stop) {
      const batch = Array.from({ length: 7 }, () => `<message to="romeo@localhost" type="chat" id="${++sent}"><body>${sent}</body></message>`).join('');
      await juliet.ask(`${batch}<iq id="fence" type="get" to="localhost"><ping xmlns="urn:xmpp:ping"/></iq>`);
      fenced = sent;
    }
    juliet.send(`<message to="romeo@localhost" type="chat" id="${++sent}"><body>${sent}</body></message>`);
    await kill(child);
    ({ child, address } = await serve());
    // What was under way when the server died may have been kept or not.
    sent += 100;
  }
  const romeo = await Connection.open(address, 'plain');
  await romeo.logIn('romeo', 'secret');
  romeo.send('<presence/><iq id="end" type="get"><ping xmlns="urn:xmpp:ping"/></iq>');
  const heard: number[] = [];
  for (;;) {
    const { name, attrs } = await romeo.element();
    if (name === 'message') heard.push(Number(attrs.id));
    if (heard.at(-1) !== undefined && (heard.at(-1) ?? 0) >= fenced) break;
  }
  const expected = heard.filter((number, index) => index === 0 || number > (heard[index - 1] ?? 0));
  expect(heard).toEqual(expected);
  // Within each life the numbers run without a gap up to the last fence.
  const gaps = heard.slice(1).map((number, index) => number - (heard[index] ?? 0)).filter((step) => step !== 1);
  expect(gaps.length).toBeLessThanOrEqual(2);
  expect(gaps.every((step) => step >= 100 && step <= 108)).toBe(true);
  expect(heard[0]).toBe(1);
  expect(fenced).toBeGreaterThan(20);
  await kill(child);
}, 60_000);
