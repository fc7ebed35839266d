/** A password typed on a terminal: not shown, asked for twice, and given up with Ctrl-C or Ctrl-D.
 *  The other sources are tried in account.test.ts. @module */
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { choosePassword, type Password } from '../../src/cli/password.ts';

/** Types on a terminal that is only acted; gives the choice and what the terminal showed. */
async function typed(keys: readonly string[], env: Record<string, string> = {}): Promise<{ chosen: Password; shown: string }> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough({ encoding: 'utf8' });
  let shown = '';
  const questions = [...keys];
  output.on('data', (text: string) => {
    shown += text;
    if (text.endsWith(': ')) stdin.write(questions.shift() ?? '\r');
  });
  const chosen = await choosePassword({}, { stdin, env, terminal: { input: stdin, output } }, 'juliet@localhost');
  return { chosen, shown };
}

describe('password: on a terminal', () => {
  test('it is asked for twice and never shown', async () => {
    const { chosen, shown } = await typed(['sesame\r', 'sesame\r']);
    expect(chosen).toEqual({ password: 'sesame', generated: false });
    expect(shown).toBe('Password for juliet@localhost: \nThe same again: \n');
  });

  test('both answers may come at once', async () => {
    expect((await typed(['sesame\rsesame\r'])).chosen).toEqual({ password: 'sesame', generated: false });
  });

  test('a slip can be taken back', async () => {
    expect((await typed(['sesamx\x7fe\r', 'sesame\r'])).chosen).toEqual({ password: 'sesame', generated: false });
  });

  test.each([
    ['two that differ', ['sesame\r', 'sesami\r'], 'The two passwords differ.'],
    ['Ctrl-C', ['ses\x03'], 'No password was given.'],
    ['Ctrl-D', ['\x04'], 'No password was given.'],
    ['Ctrl-C at the second question', ['sesame\r', '\x03'], 'No password was given.'],
  ])('%s', async (_title, keys, complaint) => {
    expect((await typed(keys)).chosen).toEqual({ complaint });
  });

  test('the environment comes before the terminal', async () => {
    expect(await typed([], { WAYSTATE_PASSWORD: 'sesame' })).toEqual({ chosen: { password: 'sesame', generated: false }, shown: '' });
  });
});
