/** Draws the machines for the pages and for the inspector: `src/inspector/page/machines/NAME.svg`, and the
 *  style that they share; beside each drawing is the machine's table, `NAME.json`. `docs/generate.ts` writes them. @module */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../machines/catalogue.ts';
import { matrixOf } from '../src/inspector/matrix.ts';
import { draw } from './diagram/draw.ts';
import { layoutOf } from './diagram/layout.ts';
import { modelOf } from '../src/export/model.ts';
import { styleSheet } from './diagram/style.ts';

const directory = join(import.meta.dirname, '..', 'src', 'inspector', 'page', 'machines');

/** Every drawing and table, and the style sheet, by file name. */
export async function drawings(): Promise<ReadonlyMap<string, string>> {
  const files = new Map([['machines.css', styleSheet()]]);
  for (const entry of catalogue) {
    files.set(`${entry.name}.svg`, draw(await layoutOf(modelOf(entry))));
    files.set(`${entry.name}.json`, `${JSON.stringify(matrixOf(entry))}\n`);
  }
  return files;
}

/** The names of the drawings that are missing, out of date, or left over; none when all is in order. */
export async function staleDrawings(): Promise<readonly string[]> {
  const fresh = await drawings();
  const kept = new Set(readdirSync(directory));
  const changed = [...fresh].filter(([name, text]) => !kept.has(name) || readFileSync(join(directory, name), 'utf8') !== text);
  return [...changed.map(([name]) => name), ...[...kept].filter((name) => !fresh.has(name))];
}

/** Writes them all. */
export async function writeDrawings(): Promise<void> {
  const fresh = await drawings();
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of fresh) writeFileSync(join(directory, name), text);
}
