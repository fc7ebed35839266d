/** What pages are told while they look, as server-sent events: a few times a second what has changed of what each of
 *  them sees. A page that reads slowly is told less often and never holds more than one event; what it misses is
 *  counted by the numbers of the entries. The recorder looks while there is a page, and for a moment after the last
 *  one, so that a page may ask anew. Not here: what a page sees (view.ts). @module */
import type { ServerResponse } from 'node:http';
import type { Recorder } from './recorder.ts';
import { listOf, openedOf } from './view.ts';
import type { Query } from './view.ts';

/** How the feed behaves. */
export interface FeedOptions {
  readonly recorder: Recorder;
  readonly clock: () => number;
  readonly intervalMs?: number;
  /** How long the recorder goes on after the last page has left. */
  readonly lingerMs?: number;
  readonly pages?: number;
}

/** Something comes at least this often, so that a connection that is dead is noticed. */
const quietTicks = 60;

interface Page {
  readonly response: ServerResponse;
  readonly query: Query;
  readonly close: () => void;
  since: number;
  version: number;
  quiet: number;
  /** Ticks at which the page had not read what was sent before. */
  skipped: number;
}

export class Feed {
  readonly #options: FeedOptions;
  readonly #pages = new Set<Page>();
  #timer: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Whether there is room for another page. */
  get hasRoom(): boolean {
    return this.#pages.size < (this.#options.pages ?? 16);
  }

  /** Tells a page until it leaves.
   *  @param response its headers are sent */
  join(response: ServerResponse, query: Query): void {
    const { recorder, clock, intervalMs = 250 } = this.#options;
    clearTimeout(this.#linger);
    recorder.begin(clock());
    const close = query.open === undefined ? () => {} : recorder.open(query.open);
    const page: Page = { response, query, close, since: query.since, version: -1, quiet: 0, skipped: 0 };
    this.#pages.add(page);
    response.once('close', () => this.#part(page));
    this.#timer ??= setInterval(() => this.#tick(), intervalMs).unref();
    this.#tell(page);
  }

  /** Ends every page. */
  stop(): void {
    for (const page of [...this.#pages]) {
      page.response.end();
      this.#part(page);
    }
    this.#rest();
  }

  #part(page: Page): void {
    if (!this.#pages.delete(page)) return;
    page.close();
    if (this.#pages.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#linger = setTimeout(() => this.#rest(), this.#options.lingerMs ?? 10_000).unref();
  }

  #rest(): void {
    clearTimeout(this.#linger);
    this.#options.recorder.end();
  }

  #tick(): void {
    this.#options.recorder.count();
    for (const page of this.#pages) this.#tell(page);
  }

  #tell(page: Page): void {
    const { recorder, clock } = this.#options;
    const { response, query } = page;
    if (response.writableNeedDrain) {
      page.skipped += 1;
      return;
    }
    if (page.version === recorder.version) {
      page.quiet += 1;
      if (page.quiet % quietTicks === 0) response.write(':\n\n');
      return;
    }
    page.version = recorder.version;
    page.quiet = 0;
    const opened = query.open === undefined ? undefined : openedOf(recorder, query.open, page.since);
    page.since = opened?.last ?? page.since;
    const told = { at: clock(), list: listOf(recorder, query), ...(query.open !== undefined && { opened: opened ?? null }), skipped: page.skipped };
    // JSON has no line breaks of its own, so it is one line of an event.
    response.write(`data: ${JSON.stringify(told)}\n\n`);
  }
}
