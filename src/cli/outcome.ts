/** What a command of the command line came to: data, printed by main.ts. @module */

/** 0: done. 1: it could not be done, or a replay differs. 2: the command line, the configuration or the trace is wrong. */
export type ExitCode = 0 | 1 | 2;

/** The end of a command. */
export interface Outcome {
  readonly exitCode: ExitCode;
  /** For standard output. */
  readonly output?: string;
  /** For standard error, where it follows the program's name. */
  readonly complaint?: string;
}

/** The command did what it was asked to. */
export const done = (output?: string, complaint?: string): Outcome =>
  ({ exitCode: 0, ...(output && { output }), ...(complaint && { complaint }) });

/** The command was in order, but its work could not be done. */
export const failed = (complaint: string): Outcome => ({ exitCode: 1, complaint });

/** The command line itself is wrong. */
export const misused = (complaint: string): Outcome => ({ exitCode: 2, complaint });
