/** The reference pages say what the program says. Both are rewritten by `npx vitest run test/cli -u`
 *  and their difference is read. @module */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { configTable } from '../../src/cli/config-reference.ts';
import { configOptions } from '../../src/cli/options.ts';
import { waystate } from './command-line.ts';

const pageOf = (name: string): URL => new URL(`../../docs/reference/${name}`, import.meta.url);

/** The page with its generated parts made anew. */
async function regenerated(page: URL, marker: RegExp, make: (mark: string) => Promise<string>): Promise<string> {
  const text = readFileSync(page, 'utf8');
  const parts = await Promise.all([...text.matchAll(marker)].map(async ([all, mark = '']) => [all, await make(mark)] as const));
  return parts.reduce((whole, [old, fresh]) => whole.replace(old, () => `${old.slice(0, old.indexOf('-->') + 3)}\n\n${fresh}\n\n<!-- end -->`), text);
}

describe('command line: what it says of itself', () => {
  test('the table of docs/reference/config.md is the schema', async () => {
    const page = pageOf('config.md');
    const fresh = await regenerated(page, /<!-- (keys): .*?<!-- end -->/gs, () => Promise.resolve(configTable()));
    expect(fresh).toContain('| `limits.maxStanzaBytes` | `262144` |');
    await expect(fresh).toMatchFileSnapshot(page.pathname);
  });

  test('docs/reference/cli.md is the help of every command', async () => {
    const page = pageOf('cli.md');
    const fresh = await regenerated(page, /<!-- help(?:: ([a-z ]+?))? -->.*?<!-- end -->/gs, async (mark) => {
      const { code, stdout, stderr } = await waystate([...mark.split(' ').filter(Boolean), '--help']);
      expect([code, stderr]).toEqual([0, '']);
      return `\`\`\`text\n${stdout.trim()}\n\`\`\``;
    });
    expect(fresh.match(/^Usage: /gm)).toHaveLength(10);
    for (const { flags } of configOptions) expect(fresh).toContain(flags);
    await expect(fresh).toMatchFileSnapshot(page.pathname);
  });

  test('--version is that of the package', async () => {
    expect(await waystate(['--version'])).toEqual({ code: 0, stdout: `${packageFile.version}\n`, stderr: '' });
  });

  test.each([
    ['an unknown command', ['serv'], 'waystate: unknown command \'serv\'\n(Did you mean serve?)\n'],
    ['an option of the future', ['serve', '--s3s-port', '5269'], 'waystate: unknown option \'--s3s-port\'\n(Did you mean --s2s-port?)\n'],
    ['rooms under a name that is none', ['serve', '--muc', 'a b'], 'waystate: --muc is "a b"; it must be a domain name such as example.org, or off. See docs/reference/cli.md\n'],
    ['a bad value', ['serve', '--c2s-port', '70000'], 'waystate: --c2s-port is 70000; it must be a whole number from 0 to 65535, or off. See docs/reference/cli.md\n'],
    ['two options that exclude each other', ['serve', '--memory', '--data', 'd'], 'waystate: --memory contradicts --data. Keep one of them. See docs/reference/cli.md\n'],
    ['a file that is not there', ['serve', '--config', '/no/such.json'], 'waystate: /no/such.json cannot be read (ENOENT). Is it the right path? See docs/reference/config.md\n'],
    ['PLAIN without TLS off loopback', ['serve', '--insecure-plain', '--host', '127.0.0.1', '--host', '0.0.0.0'], 'waystate: --insecure-plain would let passwords go unprotected to 0.0.0.0, which is not a loopback address. Set host to 127.0.0.1, or leave insecurePlain out. See docs/reference/cli.md\n'],
  ])('%s ends with 2 and one line', async (_title, args, stderr) => {
    expect(await waystate(args)).toEqual({ code: 2, stdout: '', stderr });
  });
});
