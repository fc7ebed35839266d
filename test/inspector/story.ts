/** The page's own reader of traces, which is plain JavaScript, as tests use it. @module */
import type { TraceHeader, TraceQueue, TraceStep } from '../../src/core/trace.ts';

/** As src/inspector/page/story.js has it. */
export interface Story {
  readonly header: TraceHeader;
  readonly length: number;
  readonly broken: readonly number[];
  readonly owners: ReadonlyMap<string, unknown>;
  step(number: number): TraceStep;
  nameOf(owner: string): string;
  queuesAt(number: number): readonly TraceQueue[];
  placedAt(owner: string, number: number, isFinal: (machine: string, state: string) => boolean): readonly { readonly line: { readonly machine: string; readonly part: string }; readonly state: string; readonly isNew: boolean }[];
  find(wanted: { readonly text: string; readonly machine: string; readonly owner: string }): readonly number[] | undefined;
}

const module: string = '../../src/inspector/page/story.js';
export const { storyOf } = (await import(module)) as { readonly storyOf: (stream: ReadableStream<Uint8Array>) => Promise<Story> };

/** A text as it comes from a disk or a server: in pieces.
 *  @param size bytes of each */
export function streamed(text: string, size = 65_536): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let from = 0;
  return new ReadableStream({
    pull(controller) {
      if (from >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(from, from + size));
      from += size;
    },
  });
}
