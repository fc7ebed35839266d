/** What the runtime asks of a log. A pino logger is one. Secrets, stanzas and SASL data never get here.
 *  @module */

/** One line: facts first, then a sentence. */
export type LogLine = (facts: Record<string, unknown>, sentence: string) => void;

/** Where the runtime tells the operator what happened.
 *  @public
 *  @example
 *  import { pino } from 'pino';
 *  const log: Log = pino({ level: 'warn' });
 *  log.info({ stream: 's1' }, 'Juliet is on the balcony.'); */
export interface Log {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}
