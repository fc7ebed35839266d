/** `waystate inspect`: the page without a server, and a trace as one file. Not here: what is on the page
 *  (test/inspector/browser-traces.test.ts). @module */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inspect } from '../../src/cli/inspect.ts';
import { ask, cookieOf } from '../inspector/looking.ts';
import { waystate } from './command-line.ts';

const directory = mkdtempSync(join(tmpdir(), 'waystate-inspect-'));
afterAll(() => rmSync(directory, { recursive: true }));
const article = join(import.meta.dirname, '../../src/inspector/page/traces/article.jsonl');
const broken = join(directory, 'broken.jsonl');
writeFileSync(broken, `${readFileSync(article, 'utf8').split('\n', 1)[0]}\n{"step":1}\n`);

/** Inspects until the signal. */
async function inspecting<T>(file: string | undefined, look: (address: string) => Promise<T>): Promise<readonly [T, Awaited<ReturnType<typeof inspect>>]> {
  const signals = new EventEmitter();
  const printed = Promise.withResolvers<string>();
  const ended = inspect(file, { port: 0, print: printed.resolve, signals });
  const address = (await printed.promise).split('\n')[0] ?? '';
  const seen = await look(address);
  signals.emit('SIGTERM');
  return [seen, await ended];
}

describe('inspect', () => {
  test('the address leads to the trace, which is what is in the file; a signal ends it with 0', async () => {
    const [answer, outcome] = await inspecting(article, async (address) => {
      expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+#\/traces\/given$/);
      return ask(address, { path: '/traces/given', headers: { cookie: await cookieOf(address) } });
    });
    expect([answer.status, answer.text]).toEqual([200, readFileSync(article, 'utf8')]);
    expect(outcome).toEqual({ exitCode: 0 });
  });

  test('without a file there are the examples, no trace that was given, and no server to look at', async () => {
    const [answers] = await inspecting(undefined, async (address) => {
      const headers = { cookie: await cookieOf(address) };
      expect(address).not.toContain('#');
      const paths = ['/', '/traces/example%3Aarticle', '/traces/given', '/live', '/traces/example%3A..%2Findex', '/traces/constructor', '/traces/%', '/traces/'];
      return Promise.all(paths.map((path) => ask(address, { path, headers })));
    });
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 404, 404, 404, 404, 404]);
    expect(answers[0]?.text).toContain('data-live="none"');
  });

  test('a trace is for nobody without the cookie', async () => {
    const [{ status, text }] = await inspecting(article, (address) => ask(address, { path: '/traces/given' }));
    expect([status, text]).toEqual([401, expect.not.stringContaining('juliet')]);
  });

  test('as a command it goes on until SIGTERM, and ends with 0', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/cli/main.ts'), 'inspect', article]);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(said.toString()).toContain('#/traces/given');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test.each([
    ['no trace', [broken], `waystate: ${broken}: line 2: label must be a text\n`],
    ['no file', ['/no/such.jsonl'], 'waystate: /no/such.jsonl: it cannot be read (ENOENT)\n'],
    ['a port that is none', ['--port', '70000'], "waystate: option '--port <port>' argument '70000' is invalid. It must be a whole number from 0 to 65535.\n"],
    ['nothing to write', ['--html', join(directory, 'a.html')], 'waystate: --html needs a trace to write: waystate inspect FILE --html OUT. See docs/reference/cli.md\n'],
  ])('%s ends with 2 and one line', async (_title, args, stderr) => {
    expect(await waystate(['inspect', ...args])).toEqual({ code: 2, stdout: '', stderr });
  });

  test('a port that is taken ends with 1', async () => {
    const [outcome] = await inspecting(undefined, (address) => inspect(undefined, { port: Number(new URL(address).port), print: () => {}, signals: new EventEmitter() }));
    expect(outcome).toMatchObject({ exitCode: 1, complaint: expect.stringContaining('EADDRINUSE') as string });
  });

  test('--html writes one file, which has the trace and asks for nothing', async () => {
    const html = join(directory, 'out.html');
    const { code, stdout } = await waystate(['inspect', article, '--html', html]);
    expect([code, stdout]).toEqual([0, `${html} has the trace, and opens in any browser by itself.\n`]);
    const text = readFileSync(html, 'utf8');
    expect(text).not.toMatch(/(src|href)="\/|<link rel="stylesheet"/);
    expect(text).toContain('balcony');
    expect(await waystate(['inspect', article, '--html', join(directory, 'none', 'out.html')])).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be written (ENOENT)') as string });
  });
});
