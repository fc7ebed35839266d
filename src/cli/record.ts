/** The file of a recorded session: private to its owner, written line by line as things happen, so that it is
 *  whole also when the process ends without a word, and bounded. Not here: what a line says
 *  (src/core/recording.ts). @module */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { encodeLine } from '../core/trace.ts';
import type { TraceHeader, TraceStep } from '../core/trace.ts';
import type { Log } from '../runtime/log.ts';
import { makeDirectory } from '../stores/directory.ts';

/** What a record is made with. */
export interface RecordOptions {
  readonly directory: string;
  /** No more is written than this; the record then ends, and the server goes on. */
  readonly maxBytes: number;
  readonly header: TraceHeader;
  readonly log: Log;
}

/** A file that is written to. */
export interface RecordFile {
  readonly path: string;
  /** Writes a step; false when the record has ended. */
  write(step: TraceStep): boolean;
  close(): void;
}

/** Begins a record in a new file of the directory.
 *  @throws the system's error when the directory or the file can't be made
 *  @example
 *  const file = openRecord({ directory: 'records', maxBytes: 64e6, header, log });
 *  const core = recorded(createCore(config, features), file.write, { keepBodies: false }); */
export function openRecord({ directory, maxBytes, header, log }: RecordOptions): RecordFile {
  makeDirectory(directory, 0o700);
  const path = join(directory, `session-${new Date().toISOString().replaceAll(':', '-')}-${process.pid}.jsonl`);
  let file: number | undefined = openSync(path, 'wx', 0o600);
  let bytes = 0;
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  const write = (line: string): boolean => {
    if (file === undefined) return false;
    const buffer = Buffer.from(line);
    if (bytes + buffer.length > maxBytes) {
      log.warn({ file: path, bytes, maxBytes }, 'the record has reached record.maxBytes and ends here; the server goes on');
      close();
      return false;
    }
    try {
      writeWhole(file, buffer);
      bytes += buffer.length;
      return true;
    } catch (error) {
      log.error({ err: error, file: path, bytes }, 'the record can\'t be written and ends here; the server goes on');
      cut(file, bytes);
      close();
      return false;
    }
  };
  write(encodeLine(header));
  log.info({ file: path, maxBytes }, 'recording every session');
  return { path, write: (step) => write(encodeLine(step)), close };
}

function writeWhole(file: number, buffer: Buffer): void {
  for (let written = 0; written < buffer.length;) written += writeSync(file, buffer, written);
}

/** Leaves no half of a line behind. */
function cut(file: number, bytes: number): void {
  try {
    ftruncateSync(file, bytes);
  } catch {
    // The disk takes nothing any more; a reader names the line that is broken.
  }
}
