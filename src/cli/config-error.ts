/** What is wrong with the configuration, said so that the operator can put it right: the place, the
 *  key, what is allowed there, and the key that was probably meant. Thrown at start only. @module */

/** Each kind of mistake in a configuration, and what it means.
 *  @public */
export const configErrorCodes = {
  'config-unreadable': 'The configuration file cannot be read.',
  'config-syntax': 'The configuration file is not JSON with comments.',
  'config-duplicate-key': 'A key stands twice in one object.',
  'config-unknown-key': 'A key is not one that the server knows.',
  'config-bad-value': 'A value is not one that the key allows.',
  'config-conflict': 'Two keys that are right on their own contradict each other.',
} as const;

/** The name of one kind of mistake. @public */
export type ConfigErrorCode = keyof typeof configErrorCodes;

/** Where a setting was written: in a file, or as an option of the command line. */
export interface Place {
  /** What the message begins with, such as `config.json:7: `; empty for an option. */
  readonly prefix: string;
  /** What the message calls the setting: the key's path, or the option. */
  readonly subject: string;
  /** The page that explains it. */
  readonly page: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** All that is known about a mistake beside its place. */
export interface Mistake {
  readonly code: ConfigErrorCode;
  /** The key's path, such as `limits.maxStanzaBytes`; empty for the file as a whole. */
  readonly key: string;
  /** What the sentence says of the place's subject. */
  readonly problem: string;
  /** What the operator can do. */
  readonly hint?: string;
  /** What the key allows, in words. */
  readonly allowed?: string;
  /** The key that was probably meant. */
  readonly suggestion?: string;
}

/** A configuration that the server refuses to start with.
 *  @example
 *  try { parseConfig(text, 'config.json') } catch (error) {
 *    if (error instanceof ConfigError) console.error(error.message, error.line, error.hint);
 *  }
 *  @public */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ConfigErrorCode;
  readonly key: string;
  readonly hint: string | undefined;
  readonly allowed: string | undefined;
  readonly suggestion: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(mistake: Mistake, place: Place) {
    const hint = mistake.hint ?? (mistake.suggestion && `Did you mean ${mistake.suggestion}?`);
    const sentence = [place.subject, mistake.problem].filter(Boolean).join(' ');
    const ending = mistake.allowed ? `; it must be ${mistake.allowed}.` : '.';
    super(`${place.prefix}${sentence}${ending}${hint ? ` ${hint}` : ''} See ${place.page}`);
    this.code = mistake.code;
    this.key = mistake.key;
    this.hint = hint;
    this.allowed = mistake.allowed;
    this.suggestion = mistake.suggestion;
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
  }
}
