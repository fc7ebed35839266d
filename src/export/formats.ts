/** What a machine can be written as: a suffix for the file's name, and the text. docs/reference/export.md describes each.
 *  Not here: the composed system in Promela, which the properties write (src/cli/export.ts). @module */
import type { CatalogueEntry } from '../../machines/catalogue.ts';
import { dot } from './dot.ts';
import { goldenOf, goldenText } from './golden.ts';
import { mermaid } from './mermaid.ts';
import { modelOf } from './model.ts';
import { plainConfig } from './plain.ts';
import { scxml } from './scxml.ts';
import { tableOf } from './table.ts';

/** One way to write a machine. */
export interface Format {
  readonly suffix: string;
  readonly write: (entry: CatalogueEntry) => string;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

/** By the name on the command line. */
export const formats = {
  json: { suffix: '.json', write: (entry) => json(plainConfig(entry)) },
  table: { suffix: '.table.json', write: (entry) => json(tableOf(entry)) },
  scxml: { suffix: '.scxml', write: scxml },
  mermaid: { suffix: '.mmd', write: (entry) => `${mermaid(modelOf(entry))}\n` },
  dot: { suffix: '.dot', write: (entry) => `${dot(modelOf(entry))}\n` },
  golden: { suffix: '.golden.jsonl', write: (entry) => goldenText(goldenOf(entry)) },
} as const satisfies Readonly<Record<string, Format>>;

/** The name of a format that is written machine by machine. */
export type FormatName = keyof typeof formats;
