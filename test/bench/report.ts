/** Turns the measures of all runs into Markdown tables of medians. @module */
import type { Measure } from './load/job.ts';
import type { Row, Scenario } from './plan.ts';

/** One measure of one server in one run. */
export interface Result {
  readonly server: string;
  readonly run: number;
  readonly measure: string;
  readonly figures: Measure;
}

const OURS = 'Waystate';

/** The first table: value of each server, our ratio to each peer, and whether our mark was met. */
export function comparison(chosen: readonly Scenario[], servers: readonly string[], results: readonly Result[]): string {
  const peers = servers.filter((server) => server !== OURS && servers.includes(OURS));
  const rows = chosen.flatMap((scenario) => scenario.rows).map((row) => {
    const value = (server: string): number | undefined => median(results, server, row.measure, 'value');
    const ours = value(OURS);
    return [
      row.measure, row.unit, ...servers.map((server) => show(value(server))),
      ...peers.map((peer) => ratio(ours, value(peer))), row.mark === undefined ? '' : `≤ ${row.mark}`, verdict(row, ours),
    ];
  });
  return table(['measure', 'unit', ...servers, ...peers.map((peer) => `ratio to ${peer}`), 'mark', 'met'], rows);
}

/** The second table: rates, latencies and who was busy, which depend on the machine and its other work. */
export function indications(chosen: readonly Scenario[], servers: readonly string[], results: readonly Result[]): string {
  const columns = ['perSecond', 'p50Ms', 'p99Ms', 'serverBusy', 'generatorBusy', 'othersBusy'] as const;
  const rows = chosen.flatMap((scenario) => scenario.rows).flatMap((row) => servers.map((server) => [
    row.measure, server, ...columns.map((column) => show(median(results, server, row.measure, column))),
  ]));
  return table(['measure', 'server', 'per second', 'p50 ms', 'p99 ms', 'server busy', 'generator busy', 'others busy'], rows.filter((row) => row[2] !== ''));
}

/** The value in the middle, or the mean of the two there. */
export function median(results: readonly Result[], server: string, measure: string, figure: keyof Measure): number | undefined {
  const values = results
    .filter((result) => result.server === server && result.measure === measure)
    .map((result) => result.figures[figure])
    .filter((value) => value !== undefined)
    .sort((a, b) => a - b);
  const upper = values[values.length >> 1];
  const lower = values[(values.length - 1) >> 1];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}

function ratio(ours: number | undefined, theirs: number | undefined): string {
  return ours === undefined || theirs === undefined ? '' : `${(ours / theirs).toFixed(2)}`;
}

function verdict(row: Row, ours: number | undefined): string {
  if (row.mark === undefined || ours === undefined) return '';
  return ours <= row.mark ? 'yes' : 'NO';
}

/** Three significant digits. */
export function show(value: number | undefined): string {
  if (value === undefined) return '';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** A Markdown table that lines up in a terminal too; columns of figures are set flush right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = head.map((title, i) => {
    const cells = rows.map((row) => row[i] ?? '');
    return { width: Math.max(title.length, ...cells.map((cell) => cell.length)), right: cells.every((cell) => /^(?:[≤\d]|$)/.test(cell)) };
  });
  const line = (cells: readonly string[]): string =>
    `| ${columns.map(({ width, right }, i) => (right ? (cells[i] ?? '').padStart(width) : (cells[i] ?? '').padEnd(width))).join(' | ')} |`;
  const rule = columns.map(({ width, right }) => (right ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|');
  return [line(head), `|${rule}|`, ...rows.map(line)].join('\n');
}
