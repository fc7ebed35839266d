/** What a page costs its browser: frames, the time of its main thread, and its memory, as Chromium tells them. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';

/** One second of a page. */
export interface Second {
  readonly frames: number;
  /** Milliseconds of the main thread in script, style and layout. */
  readonly workMs: number;
  /** Of all its tasks, painting included. */
  readonly taskMs: number;
}

export class PageWatch {
  readonly #page: Page;
  readonly #session: CDPSession;

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
  }

  static async on(page: Page): Promise<PageWatch> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.evaluate('globalThis.frames_ = 0; (function count() { globalThis.frames_ += 1; requestAnimationFrame(count); })()');
    return new PageWatch(page, session);
  }

  /** Looks on for so many seconds. */
  async seconds(count: number): Promise<readonly Second[]> {
    const seconds: Second[] = [];
    let before = await this.#read();
    for (let n = 0; n < count; n += 1) {
      await sleep(1000);
      const now = await this.#read();
      const share = 1000 / (now.at - before.at);
      seconds.push({ frames: (now.frames - before.frames) * share, workMs: (now.workMs - before.workMs) * share, taskMs: (now.taskMs - before.taskMs) * share });
      before = now;
    }
    return seconds;
  }

  /** Bytes of the page's objects that are in use. */
  async heapBytes(): Promise<number> {
    await this.#session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#session.send('Runtime.getHeapUsage');
    return usedSize;
  }

  async #read(): Promise<{ readonly at: number; readonly frames: number; readonly workMs: number; readonly taskMs: number }> {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    const of = (name: string): number => (metrics.find((metric) => metric.name === name)?.value ?? NaN) * 1000;
    const frames = await this.#page.evaluate<number>('globalThis.frames_');
    return { at: performance.now(), frames, workMs: of('ScriptDuration') + of('LayoutDuration') + of('RecalcStyleDuration'), taskMs: of('TaskDuration') };
  }
}

/** The value in the middle. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
