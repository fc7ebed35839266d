/** docs/reference/errors.md lists what the code can say, and nothing else. @module */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configErrorCodes } from '../../src/cli/config-error.ts';
import { exitCodesText } from '../../src/cli/help.ts';
import { pages, root } from './pages.ts';

const page = pages.find(({ path }) => path === 'docs/reference/errors.md')?.text ?? '';

/** The rows of the table under a heading, without their quotation marks. */
function rowsUnder(heading: string): (readonly [code: string, meaning: string])[] {
  const [, after = ''] = page.split(`\n## ${heading}\n`);
  return [...(after.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)].map(([, code = '', meaning = '']) => [code, meaning]);
}
const codesUnder = (heading: string): string[] => rowsUnder(heading).map(([code]) => code).sort();

const sources = ['machines', 'src'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts')).map((name) => ({ name: `${folder}/${name}`, text: readFileSync(join(root, folder, name), 'utf8') })));

/** The members of a union in the vocabulary. */
function vocabulary(union: string): string[] {
  const text = sources.find(({ name }) => name === 'machines/vocabulary.ts')?.text ?? '';
  return [...(text.split(`export type ${union} =`)[1]?.split(';')[0] ?? '').matchAll(/'([^']+)'/g)].map(([, name = '']) => name);
}

/** Which of these conditions the code can send: those that stand in it on a line about that kind of error. */
function sent(conditions: readonly string[], about: RegExp): string[] {
  const lines = sources.filter(({ name }) => !/vocabulary|catalogue/.test(name)).flatMap(({ text }) => text.split('\n')).filter((line) => about.test(line));
  return conditions.filter((condition) => lines.some((line) => line.includes(`'${condition}'`))).sort();
}

describe('docs: errors', () => {
  test('configuration errors are those of config-error.ts, in its words', () => {
    expect(Object.fromEntries(rowsUnder('Configuration errors'))).toEqual(configErrorCodes);
  });

  test('exit codes are those of the help, in its words', () => {
    const help = [...exitCodesText.matchAll(/^ {2}(\d+) +(.*)$/gm)].map(([, code, meaning]) => [code, meaning]);
    expect(rowsUnder('Exit codes')).toEqual(help);
  });

  test('stream errors are those that the code sends (RFC 6120 §4.9.3)', () => {
    const about = /stream\.(failed|broken)'|StreamFault\('|\.break\('|sendStreamError|StreamErrorCondition|type: 'error', condition: '|resource\.replaced' \?|^ {2}if \(.*\) return '/;
    const notSent = ['undefined-condition'];
    expect(codesUnder('Stream errors')).toEqual(sent(vocabulary('StreamErrorCondition'), about).filter((condition) => !notSent.includes(condition)));
  });

  test('SASL failures are those that the code sends (RFC 6120 §6.5)', () => {
    const about = /failure\('|refuseSasl|sasl\.failed'|type: 'failure'/;
    expect(codesUnder('SASL failures')).toEqual(sent(vocabulary('SaslFailureCondition'), about));
  });

  test('stanza errors are those that the code sends (RFC 6120 §8.3.3)', () => {
    expect(codesUnder('Stanza errors')).toEqual(sent(vocabulary('StanzaErrorCondition'), /new StanzaError\(|refuseBind|bind\.failed|bounce\(|fail\(kernel|refuse\(received/));
  });
});
