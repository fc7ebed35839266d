/** One client says something again and again that many are told. @module */
import type { Client } from './client.ts';
import type { Measurement } from './measurement.ts';
import { SequenceCounter } from './sequence.ts';

/** What may be under way, not yet told to everyone. */
const WINDOW = 5;

/** Says and counts until the measurement is over.
 *  @param stanza what is said, by its number, which it must have in it (sequence.ts) */
export function fanOut(sender: Client, receivers: readonly Client[], measurement: Measurement, stanza: (n: number) => string): void {
  const missing: number[] = []; // by number: how many have yet to be told
  const sentAt: number[] = [];
  let complete = 0;
  const pump = (): void => {
    const said: string[] = [];
    while (measurement.open && missing.length - complete < WINDOW) {
      const n = missing.push(receivers.length) - 1;
      sentAt.push(performance.now());
      said.push(stanza(n));
    }
    if (said.length === 0) return;
    measurement.sent(said.length * receivers.length);
    sender.send(said.join(''));
  };
  const arrived = (count: number, first: number): void => {
    const now = performance.now();
    for (let n = first; n < first + count; n++) {
      missing[n] = (missing[n] ?? 0) - 1;
      measurement.latency(now - (sentAt[n] ?? now));
    }
    while (missing[complete] === 0) complete++;
    measurement.arrived(count);
    pump();
    measurement.settle();
  };
  if (!receivers.includes(sender)) sender.onBytes = () => {}; // what the sender is told itself is not counted
  for (const receiver of receivers) {
    const counter = new SequenceCounter(arrived);
    receiver.onBytes = (bytes) => counter.push(bytes);
  }
  pump();
}
