/** `waystate inspect`: the inspector's page without a server to look at, for the machines and for traces; or a trace as one
 *  file of HTML, to be given to somebody. Not here: the page and its server (src/inspector), how one file is made
 *  of it (src/inspector/bundle.ts). @module */
import type { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { TraceError, decodeTrace } from '../core/trace.ts';
import { bundleOf } from '../inspector/bundle.ts';
import { startInspector } from '../inspector/server.ts';
import { counterexamples } from './counterexamples.ts';
import { done, failed, misused, type Outcome } from './outcome.ts';
import { traceTextOf } from './trace-file.ts';

/** How it is shown. */
export interface InspectContext {
  /** 0 is any free one. */
  readonly port: number;
  /** Writes the trace into this file of HTML, and shows nothing. */
  readonly html?: string;
  readonly print: (text: string) => void;
  /** Where signals arrive: `process`, but for tests. */
  readonly signals: EventEmitter;
}

/** Shows a trace, or the examples, until a signal ends it.
 *  @returns 0 in the end, 1 when the port can't be had or the file not be written, 2 when the file is no trace
 *  @example
 *  await inspect('traces/a.jsonl', { port: 0, print: console.log, signals: process }); */
export async function inspect(file: string | undefined, context: InspectContext): Promise<Outcome> {
  if (context.html !== undefined && file === undefined) return misused('--html needs a trace to write: waystate inspect FILE --html OUT. See docs/reference/cli.md');
  try {
    const text = file === undefined ? undefined : traceTextOf(file);
    if (text !== undefined) decodeTrace(text);
    return context.html === undefined || text === undefined ? await show(file, context) : write(text, context.html);
  } catch (error) {
    if (error instanceof TraceError) return misused(`${file ?? ''}: ${error.message}`);
    throw error;
  }
}

async function show(file: string | undefined, { port, print, signals }: InspectContext): Promise<Outcome> {
  const ending = Promise.withResolvers<void>();
  signals.on('SIGINT', ending.resolve).on('SIGTERM', ending.resolve);
  try {
    const given = file === undefined ? {} : { given: () => readFile(file, 'utf8') };
    const inspector = await startInspector({ host: '127.0.0.1', port, traces: { ...counterexamples(), ...given } });
    print(`${inspector.address}${file === undefined ? '' : '#/traces/given'}\nOpen it in a browser on this machine. Ctrl-C ends it.`);
    await ending.promise;
    await inspector.stop();
    return done();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return failed(`port ${port} cannot be had (${code}). --port 0 takes any free one.`);
  } finally {
    signals.off('SIGINT', ending.resolve).off('SIGTERM', ending.resolve);
  }
}

function write(text: string, html: string): Outcome {
  try {
    writeFileSync(html, bundleOf(text));
    return done(`${html} has the trace, and opens in any browser by itself.`);
  } catch (error) {
    return failed(`${html} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`);
  }
}
