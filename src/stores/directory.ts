/** Making a directory. @module */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes a directory, and those above it, where they are missing. Node's own `recursive` goes on for ever where a directory is there
 *  and takes no other, as under `/proc`.
 *  @param mode of those that are made, such as `0o700`
 *  @throws the system's error when one can't be made
 *  @example
 *  makeDirectory('data', 0o700); */
export function makeDirectory(directory: string, mode: number): void {
  try {
    mkdirSync(directory, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const above = dirname(directory);
    if (code !== 'ENOENT' || above === directory) throw error;
    makeDirectory(above, mode);
    mkdirSync(directory, { mode });
  }
}
