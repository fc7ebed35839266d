/** The file of a trace, as commands read it. @module */
import { readFileSync } from 'node:fs';
import { TraceError } from '../core/trace.ts';

/** The text of a file.
 *  @throws TraceError when it can't be read */
export function traceTextOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new TraceError(`it cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}
