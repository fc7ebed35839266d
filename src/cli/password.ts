/** Where the password of an account comes from. Never from an argument: every user of the machine
 *  can read the arguments of every process, and shells keep them. @module */
import { randomInt } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { ask, type Terminal } from './prompt.ts';

/** The options that choose a source; with neither it is the environment, or else the terminal. */
export interface PasswordOptions {
  readonly passwordStdin?: true;
  readonly generate?: true;
}

/** What a password can be read from. */
export interface PasswordSources {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
}

/** A password, or why there is none. */
export type Password = { readonly password: string; readonly generated: boolean } | { readonly complaint: string };

const noTerminal = 'There is no terminal to ask for a password on: use --password-stdin, --generate or WAYSTATE_PASSWORD.';

/** Gets the password for an account.
 *  @param name the account, for the questions. */
export async function choosePassword(options: PasswordOptions, sources: PasswordSources, name: string): Promise<Password> {
  if (options.generate) return { password: generatePassword(), generated: true };
  if (options.passwordStdin) return { password: (await text(sources.stdin)).replace(/\r?\n$/, ''), generated: false };
  const fromEnvironment = sources.env['WAYSTATE_PASSWORD'];
  if (fromEnvironment !== undefined) return { password: fromEnvironment, generated: false };
  if (!sources.stdin.isTTY) return { complaint: noTerminal };
  const answers = await ask([`Password for ${name}: `, 'The same again: '], sources.terminal, true);
  const [password, again] = answers ?? [];
  if (password === undefined) return { complaint: 'No password was given.' };
  return password === again ? { password, generated: false } : { complaint: 'The two passwords differ.' };
}

/** 32 letters and digits that can't be taken for one another. */
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Four groups of five: 100 bits. */
const generatePassword = (): string =>
  Array.from({ length: 4 }, () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('')).join('-');
