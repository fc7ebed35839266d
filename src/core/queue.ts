/** The order of one stream: what comes over it is processed one by one, and what a stanza needs of
 *  the store holds up the next ones of this stream, and of no other. Spec: RFC 6120 §10.1. @module */
import type { Kernel } from './kernel.ts';
import { receive } from './receive.ts';
import type { Queued, Stream } from './resources.ts';

/** Processes an input of a stream, or keeps it until the ones before it are done with. */
export function enqueue(kernel: Kernel, stream: Stream, input: Queued): void {
  if (!stream.isBusy) return receive(kernel, stream, input);
  stream.queue.push(input);
  if (!stream.isPaused && stream.queue.length >= kernel.config.backlogLimit) {
    stream.isPaused = true;
    kernel.effects.push({ type: 'pause', stream: stream.id });
  }
}

/** The stanza at hand is done with: go on with those that wait. */
export function whenIdle(kernel: Kernel, stream: Stream): void {
  stream.isBusy = false;
  while (!stream.isBusy) {
    const next = stream.queue.shift();
    if (next === undefined) break;
    receive(kernel, stream, next);
  }
  if (stream.isPaused && stream.queue.length < kernel.config.backlogLimit / 2) {
    stream.isPaused = false;
    kernel.effects.push({ type: 'resume', stream: stream.id });
  }
}
