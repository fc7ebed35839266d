/** `waystate export`: writes the machines into files for other languages and tools. Not here: the formats of one machine
 *  (src/export/formats.ts), how the composed system is written in Promela (properties/checker/promela). @module */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../../machines/catalogue.ts';
import { formats } from '../export/formats.ts';
import { done, failed, misused, type Outcome } from './outcome.ts';

/** Every format that there is; `promela` is one file for the composed system. */
export const exportFormats: readonly string[] = [...Object.keys(formats), 'promela'];

/** What is to be written, and where. */
export interface ExportOptions {
  readonly format: readonly string[];
  /** By name; left out, all of them. */
  readonly machine?: readonly string[];
  readonly out: string;
}

/** A file by its name, and what it will hold. */
type ExportFile = readonly [name: string, text: () => string];

/** Writes the files; one that is there already is written anew.
 *  @returns the paths of the files; 2 when there is no such machine, 1 when they can't be written
 *  @example
 *  await exportMachines({ format: ['scxml'], machine: ['route'], out: 'out' }); // out/route.scxml */
export async function exportMachines({ format, machine: wanted, out }: ExportOptions): Promise<Outcome> {
  const names = catalogue.map(({ name }) => name);
  const unknown = wanted?.find((name) => !names.includes(name));
  if (unknown !== undefined) return misused(`there is no machine ${JSON.stringify(unknown)}; there are ${names.join(', ')}`);
  const strange = format.find((name) => !exportFormats.includes(name));
  if (strange !== undefined) return misused(`there is no format ${JSON.stringify(strange)}; there are ${exportFormats.join(', ')}`);
  if (wanted !== undefined && format.includes('promela')) return misused('promela is one model of the machines together; leave --machine out');
  const files = (await Promise.all([...new Set(format)].map((name) => filesOf(name, wanted ?? names)))).flat();
  try {
    mkdirSync(out, { recursive: true });
    for (const [name, text] of files) writeFileSync(join(out, name), text());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return failed(`${out} can't be written to (${code})`);
  }
  return done(files.map(([name]) => join(out, name)).join('\n'));
}

async function filesOf(format: string, wanted: readonly string[]): Promise<readonly ExportFile[]> {
  if (format === 'promela') {
    // Loaded only here: it brings the properties with it.
    const { composedInPromela } = await import('../../properties/checker/promela/composed-model.ts');
    return [['composed.pml', composedInPromela]];
  }
  const { suffix, write } = formats[format as keyof typeof formats];
  return catalogue.filter(({ name }) => wanted.includes(name)).map((entry) => [`${entry.name}${suffix}`, () => write(entry)]);
}
