/** `waystate export`: which files it writes, and how it refuses. Not here: what is in the files (test/export). @module */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../machines/catalogue.ts';
import { exportFormats, exportMachines } from '../../src/cli/export.ts';
import { waystate } from './command-line.ts';

const directory = mkdtempSync(join(tmpdir(), 'waystate-export-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('command line: export', () => {
  test('a machine in every format: a file each, and their paths are printed', async () => {
    const out = join(directory, 'a/b');
    const formats = exportFormats.filter((name) => name !== 'promela');
    const { code, stdout, stderr } = await waystate(['export', ...formats.flatMap((name) => ['--format', name]), '--machine', 'route', '--out', out]);
    const names = ['route.json', 'route.table.json', 'route.scxml', 'route.mmd', 'route.dot', 'route.golden.jsonl'];
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: names.map((name) => `${join(out, name)}\n`).join(''), stderr: '' });
    expect(readdirSync(out)).toEqual(names.sort());
  });

  test('without --machine all of them; what is there is written anew', async () => {
    const out = join(directory, 'all');
    await exportMachines({ format: ['mermaid'], machine: ['iq'], out });
    writeFileSync(join(out, 'iq.mmd'), 'old');
    await exportMachines({ format: ['mermaid', 'mermaid'], out });
    expect(readdirSync(out)).toEqual(catalogue.map(({ name }) => `${name}.mmd`).sort());
    expect(readFileSync(join(out, 'iq.mmd'), 'utf8')).toMatch(/^stateDiagram-v2\n/);
  });

  test('Promela is one file for the composed system', async () => {
    const out = join(directory, 'promela');
    expect(await exportMachines({ format: ['promela'], out })).toEqual({ exitCode: 0, output: join(out, 'composed.pml') });
    expect(readFileSync(join(out, 'composed.pml'), 'utf8')).toContain('active proctype system()');
  });

  test('the help names every format', async () => {
    const { stdout } = await waystate(['export', '--help']);
    for (const name of exportFormats) expect(stdout).toMatch(new RegExp(`--format <name> .*\\b${name}\\b`));
  });

  const missing = join(directory, 'file');
  writeFileSync(missing, '');
  test.each<[string, readonly string[], number, RegExp]>([
    ['no format', ['--out', directory], 2, /^waystate: required option '--format <name>' not specified\n$/],
    ['no directory', ['--format', 'dot'], 2, /^waystate: required option '--out <directory>' not specified\n$/],
    ['a format that is none', ['--format', 'yaml', '--out', directory], 2, /^waystate: there is no format "yaml"; there are json, table, scxml, mermaid, dot, golden, promela\n$/],
    ['a machine that is none', ['--format', 'dot', '--machine', 'rout', '--out', directory], 2, /^waystate: there is no machine "rout"; there are stream, session, .*\n$/],
    ['Promela of one machine', ['--format', 'promela', '--machine', 'route', '--out', directory], 2, /^waystate: promela is one model of the machines together; leave --machine out\n$/],
    ['a directory that can\'t be made', ['--format', 'dot', '--out', join(missing, 'x')], 1, /^waystate: .*file\/x can't be written to \(ENOTDIR\)\n$/],
  ])('%s is refused in one line', async (_title, args, exitCode, stderr) => {
    const ended = await waystate(['export', ...args]);
    expect([ended.code, ended.stdout]).toEqual([exitCode, '']);
    expect(ended.stderr).toMatch(stderr);
  });
});
