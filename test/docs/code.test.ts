/** The code in the pages is what it is called: a block that names a file is an excerpt of it, word for word; TypeScript and
 *  JavaScript compile under the project's own strict options, JSON is JSON, a configuration is one that the server takes, XML is
 *  well-formed, and a command is one that there is. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import type { ParseError } from 'jsonc-parser';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { checkSource } from '../../src/cli/config-check.ts';
import { fileSource } from '../../src/cli/config-source.ts';
import { commandsIn, faultOf } from './commands.ts';
import { compiled, faultsIn } from './compiled.ts';
import { codeBlocks, pages, root } from './pages.ts';
import type { CodeBlock } from './pages.ts';

/** What is not checked here, and why. */
const unchecked: Readonly<Record<string, string>> = {
  text: 'what a program prints, or a picture in letters',
  mermaid: 'made from a machine by docs/generate.ts, and compared with it (generate.test.ts)',
};

/** What is wrong with a block, by its language; compiled ones are looked at together. */
const faultsOf: Readonly<Record<string, (code: string) => readonly string[]>> = {
  json: jsonFaults,
  // In the pages JSON with comments is a configuration.
  jsonc: configFaults,
  xml: xmlFaults,
  sh: commandFaults,
  '': commandFaults,
  ini: unitFaults,
};
const compiles = ['ts', 'js'];

const nameOf = ({ page, line }: CodeBlock): string => `${page}:${line}`;
const named = codeBlocks.map((block) => ({ name: nameOf(block), ...block }));

/** Where a block is compiled: beside nothing, so that it must import what it needs. */
const fileOf = (block: CodeBlock): string => join(root, `${nameOf(block).replaceAll(/[/:]/g, '_')}.${block.language}`);

describe('docs: code', () => {
  test('every language is checked, or excused', () => {
    const known = [...Object.keys(faultsOf), ...compiles, ...Object.keys(unchecked)];
    expect(named.filter(({ language }) => !known.includes(language)).map(({ name, language }) => `${name}: ${language}`)).toEqual([]);
  });

  test.each(named.filter(({ language, note }) => compiles.includes(language) && note !== ''))('$name is what $note says', ({ note, code }) => {
    expect(readFileSync(join(root, note), 'utf8')).toContain(code);
  });

  test('every other block of TypeScript or JavaScript compiles', { timeout: 60_000 }, () => {
    const own = codeBlocks.filter(({ language, note }) => compiles.includes(language) && note === '');
    const program = compiled(new Map(own.map((block) => [fileOf(block), block.code])));
    expect(own.flatMap((block) => faultsIn(program, fileOf(block)).map((fault) => `${nameOf(block)}, ${fault}`))).toEqual([]);
    expect(own.length).toBeGreaterThan(3);
  });

  test.each(named.filter(({ language }) => language in faultsOf))('$name is sound ($language)', ({ language, code }) => {
    expect(faultsOf[language]?.(code)).toEqual([]);
  });

  test.each(pages)('$path: every command in its sentences is one', ({ text }) => {
    const spans = [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/`((?:npm|npx|node|waystate) [a-z-][^`\n]*)`/g)].map(([, command = '']) => command);
    expect(spans.flatMap(commandFaults)).toEqual([]);
  });

  test.each<[string, string, string, string]>([
    ['json', 'JSON with a comma too many', '{"a": 1,}', 'the text is not JSON'],
    ['jsonc', 'a configuration with a key that there is not', '{"domian": "capulet.lit"}', 'domian is not a key'],
    ['xml', 'a stanza that is not closed', '<message><body>Ay me!</message>', 'unexpected close tag'],
    ['sh', 'a script that there is not', 'npm run wherefore', 'there is no script wherefore'],
    ['sh', 'an option that a script does not have', 'npm run properties -- --onyl x', 'properties/run.ts has no option --onyl'],
    ['sh', 'an option without --', 'npm start --memory', 'npm keeps --memory for itself; -- belongs before it'],
    ['sh', 'a command that waystate does not have', 'waystate account rename juliet@capulet.lit', 'waystate account has no command rename'],
    ['sh', 'an option that waystate does not have', 'npm start -- --port 5222', 'waystate serve has no option --port'],
    ['sh', 'a file that there is not', 'cd waystate && npx node docs/generate.js', 'there is no file docs/generate.js'],
    ['sh', 'a program that nobody knows', 'wget -q romeo', 'wget is not known here'],
  ])('%s: %s is found out', (language, _what, code, fault) => {
    expect(faultsOf[language]?.(code).join()).toContain(fault);
  });
});

/** One value, or one on each line. */
function jsonFaults(code: string): readonly string[] {
  const isJson = (text: string): boolean => {
    const errors: ParseError[] = [];
    parse(text, errors, { disallowComments: true });
    return errors.length === 0;
  };
  return isJson(code) || code.trim().split('\n').every(isJson) ? [] : ['the text is not JSON'];
}

function configFaults(code: string): readonly string[] {
  try {
    checkSource(fileSource(code, 'the block'));
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Any number of elements: a stream is cut where it pleases the page. */
function xmlFaults(code: string): readonly string[] {
  const faults: string[] = [];
  const parser = new SaxesParser({ fragment: true });
  parser.on('error', ({ message }) => faults.push(message));
  parser.write(code).close();
  return faults;
}

function commandFaults(code: string): readonly string[] {
  return commandsIn(code).map(faultOf).filter((fault) => fault !== undefined);
}

/** Of a unit of systemd, what it starts. */
function unitFaults(code: string): readonly string[] {
  return [...code.matchAll(/^ExecStart=\S*\/(node .*)$/gm)].flatMap(([, command = '']) => commandFaults(command));
}
