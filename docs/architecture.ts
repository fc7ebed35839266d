/** The picture of the architecture, drawn from what the files import: a box for each layer, an arrow from each to those that it
 *  builds on. An arrow that follows from others is left out. Written by `node docs/generate.ts`. @module */
import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importsOf, isIn, mayImport, sourceFiles } from './layers.ts';

const file = join(import.meta.dirname, 'pictures', 'architecture.svg');

/** What each is, in a line, from the top to the bottom. */
const rows: readonly (readonly (readonly [folder: string, about: string])[])[] = [
  [['src/cli', 'command line, configuration, log']],
  [['src/runtime', 'sockets, TLS, SASL'], ['src/stores', 'memory, SQLite'], ['src/inspector', 'the page'], ['src/export', 'other languages'], ['properties', 'what must hold']],
  [['src/core', 'a whole server without I/O: step(input, at) → effects']],
  [['machines', 'the lifecycles as statecharts, and the tables of delivery']],
];

/** Without a box: the server for tests of clients, which builds on runtime and stores as the command line does. */
const aside: readonly string[] = ['src/testing'];

const width = 900;
const box = { height: 62, gap: 16, between: 46, margin: 20 };

interface Box {
  readonly folder: string;
  readonly about: string;
  readonly files: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Which layers each really imports. */
export function importedBy(folder: string): readonly string[] {
  const layers = mayImport.map(([name]) => name).filter((name) => name !== folder);
  const targets = sourceFiles.filter((each) => isIn(each, folder)).flatMap(importsOf);
  return layers.filter((layer) => targets.some((target) => isIn(target, layer)));
}

/** The picture. */
export function architecturePicture(): string {
  const boxes = rows.flatMap((row, index) => row.map(([folder, about], at): Box => {
    const own = (width - 2 * box.margin - (row.length - 1) * box.gap) / row.length;
    return { folder, about, files: sourceFiles.filter((each) => isIn(each, folder)).length, x: box.margin + at * (own + box.gap), y: box.margin + index * (box.height + box.between), width: own };
  }));
  const drawn = new Set(boxes.map(({ folder }) => folder));
  const missing = mayImport.map(([folder]) => folder).filter((folder) => !drawn.has(folder) && !aside.includes(folder));
  if (missing.length > 0) throw new Error(`${missing.join(', ')} has no box in docs/architecture.ts`);
  const imported = new Map(boxes.map(({ folder }) => [folder, importedBy(folder)]));
  const reaches = (from: string, to: string): boolean => (imported.get(from) ?? []).some((next) => next === to || reaches(next, to));
  const arrows = boxes.flatMap((from) => (imported.get(from.folder) ?? [])
    .filter((to) => !(imported.get(from.folder) ?? []).some((other) => other !== to && reaches(other, to)))
    .flatMap((to) => boxes.filter(({ folder }) => folder === to).map((target) => arrow(from, target))));
  const height = 2 * box.margin + rows.length * box.height + (rows.length - 1) * box.between;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="The layers, and what each builds on">`,
    '<style>text{font-family:system-ui,"DejaVu Sans",sans-serif;fill:#1d2126}rect{fill:#fff;stroke:#0072b2;stroke-width:1.5}.about{font-size:12px;fill:#5b636e}.name{font:600 14px ui-monospace,"DejaVu Sans Mono",monospace}.files{font-size:11px;fill:#5b636e;text-anchor:end}path{stroke:#5b636e;fill:none;stroke-width:1.5}.tip{fill:#5b636e;stroke:none}@media(prefers-color-scheme:dark){text{fill:#e6e9ed}rect{fill:#1b1f25;stroke:#3a9ad9}.about,.files{fill:#9aa4b0}path{stroke:#9aa4b0}.tip{fill:#9aa4b0}}</style>',
    ...arrows, ...boxes.map(boxOf), '</svg>', '',
  ].join('\n');
}

function boxOf({ folder, about, files, x, y, width: own }: Box): string {
  return `<rect x="${x}" y="${y}" width="${own}" height="${box.height}" rx="8"/><text class="name" x="${x + 12}" y="${y + 25}">${folder}</text><text class="about" x="${x + 12}" y="${y + 46}">${about}</text>${own > 200 ? `<text class="files" x="${x + own - 12}" y="${y + 25}">${files} files</text>` : ''}`;
}

function arrow(from: Box, to: Box): string {
  // Straight down, in the middle of the narrower of the two.
  const narrow = from.width < to.width ? from : to;
  const x = narrow.x + narrow.width / 2;
  const end = to.y - 2;
  return `<path d="M${x} ${from.y + box.height}V${end - 7}"/><path class="tip" d="M${x - 4.5} ${end - 8}h9l-4.5 8z"/>`;
}

/** Whether the picture is not what the files say. */
export const isPictureStale = (): boolean => readFileSync(file, 'utf8') !== architecturePicture();

/** Writes it. */
export const writePicture = (): void => writeFileSync(file, architecturePicture());
