/** Secrets in files: the server's own, made at the first start and kept, and those that the operator shares
 *  with components. None of them is logged or shown. Spec: XEP-0185 §3, XEP-0421 §3. @module */
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../stores/directory.ts';

/** Unpredictable characters enough for an HMAC with SHA-256 (RFC 2104 §3). */
export const makeSecret = (): string => randomBytes(48).toString('base64url');

const leastCharacters = 32;

/** The server's secret, the same from start to start: keys of dialback that are under way stay good, and the
 *  occupants of rooms keep their identifiers.
 *  @param directory the data directory, made if need be
 *  @throws (rejects) when the directory can't be written, or the file has been cut short. */
export async function keptSecret(directory: string): Promise<string> {
  const file = join(directory, 'secret');
  const kept = await readSecret(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (kept === undefined) return makeKept(directory, file);
  if (kept.length < leastCharacters) throw new Error(`The secret in ${file} is shorter than ${leastCharacters} characters. Put the file back, or remove it and let the server make another.`);
  await chmod(file, 0o600);
  return kept;
}

/** The secret in a file of the operator's; the line break at its end is none of it.
 *  @throws (rejects) when the file can't be read. */
export async function readSecret(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
}

/** Of two processes that start together one makes the secret: a link is made whole, and only where there is
 *  nothing. */
async function makeKept(directory: string, file: string): Promise<string> {
  makeDirectory(directory, 0o700);
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, `${makeSecret()}\n`, { mode: 0o600, flag: 'wx', flush: true });
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return readSecret(file);
}
