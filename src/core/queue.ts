/** The order of one stream: what comes over it is processed one by one, and what a stanza needs of
 *  the store holds up the next ones of this stream, and of no other. Spec: RFC 6120 §10.1. @module */
import { isForStore } from './deliver.ts';
import type { Kernel } from './kernel.ts';
import { receive } from './receive.ts';
import type { Queued, Stream } from './resources.ts';

/** Processes an input of a stream, or keeps it until the ones before it are done with. */
export function enqueue(kernel: Kernel, stream: Stream, input: Queued): void {
  // Nobody waits for the outcome of a negotiation whose transport is dead.
  const isMoot = input.type === 'stream.lost' && !stream.isBound;
  if (isMoot) {
    stream.queue = [];
    return receive(kernel, stream, input);
  }
  if (stream.queue.length === 0 && mayProceed(kernel, stream, input)) return receive(kernel, stream, input);
  stream.queue.push(input);
  if (!stream.isPaused && stream.queue.length >= kernel.config.backlogLimit) {
    stream.isPaused = true;
    kernel.effects.push({ type: 'pause', stream: stream.id });
  }
}

/** An input may be processed when nothing is before it; a message for the store also behind other
 *  messages for the store, so that they are made durable together. The store keeps their order, and
 *  nothing else of the stream goes on before all of them are durable. */
function mayProceed(kernel: Kernel, stream: Stream, input: Queued): boolean {
  if (!stream.isBusy) return true;
  return stream.isStoring && stream.tasks < kernel.config.backlogLimit && input.type === 'stream.element' && isForStore(kernel, input.element);
}

/** The stanza at hand is done with: go on with those that wait. */
export function whenIdle(kernel: Kernel, stream: Stream): void {
  stream.isBusy = false;
  stream.isStoring = false;
  // What is received may be done with at once: then the loop that is at work goes on.
  if (stream.isProceeding) return;
  stream.isProceeding = true;
  try {
    for (let next = stream.queue[0]; next !== undefined && mayProceed(kernel, stream, next); next = stream.queue[0]) {
      stream.queue.shift();
      receive(kernel, stream, next);
    }
  } finally {
    stream.isProceeding = false;
  }
  if (stream.isPaused && stream.queue.length < kernel.config.backlogLimit / 2) {
    stream.isPaused = false;
    kernel.effects.push({ type: 'resume', stream: stream.id });
  }
}
