/** Writes the texts of the sections that are cited, `src/inspector/page/sections/DOCUMENT.json`, for the inspector to
 *  show beside the machines. `node docs/sections.ts FOLDER` is run by hand where something new is cited: the folder has
 *  `rfc/rfcNNNN.txt` as the RFC Editor has published them, `xep/xep-NNNN.xml` and `xep/xep.ent` of the XMPP Standards
 *  Foundation. Without a folder only this project's decisions are written. @module */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf } from '../src/inspector/page/citation.js';
import type { SectionFile } from '../src/inspector/section.ts';
import { numbersCited } from './sections/cited.ts';
import { designSections } from './sections/design.ts';
import { rfcSections } from './sections/rfc.ts';
import { xepSections } from './sections/xep.ts';

/** Where the page has them. */
export const directory = join(import.meta.dirname, '..', 'src', 'inspector', 'page', 'sections');

/** The text of the file with this project's own decisions, as it ought to be. */
export const designFile = (): string => written(designSections(numbersCited().get('DESIGN') ?? []));

/** A line for each section, so that a difference shows which has changed. */
function written({ sections, ...head }: SectionFile): string {
  const lines = Object.entries(sections).map(([number, section]) => `${JSON.stringify(number)}: ${JSON.stringify(section)}`);
  return `${JSON.stringify(head).slice(0, -1)}, "sections": {\n${lines.join(',\n')}\n}}\n`;
}

function sectionsOf(folder: string, document: string, numbers: ReadonlySet<string>): SectionFile {
  const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');
  return document.startsWith('RFC')
    ? rfcSections(document, read('rfc', `${fileOf(document)}.txt`), numbers)
    : xepSections(document, read('xep', `${fileOf(document)}.xml`), read('xep', 'xep.ent'), numbers);
}

if (process.argv[1] === import.meta.filename) {
  const [, , folder] = process.argv;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'design.json'), designFile());
  if (folder !== undefined && !existsSync(join(folder, 'rfc'))) throw new Error(`There is no folder rfc in ${folder}.`);
  for (const [document, numbers] of numbersCited()) {
    if (folder === undefined || document === 'DESIGN') continue;
    const file = sectionsOf(folder, document, numbers);
    for (const number of numbers) if (file.sections[number] === undefined) console.error(`${document} has no section ${number}.`);
    writeFileSync(join(directory, `${fileOf(document)}.json`), written(file));
  }
}
