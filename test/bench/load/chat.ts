/** Conversations: pairs of users, one of whom writes to the other (RFC 6121 §5). @module */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import { localparts, PAIRS } from './job.ts';
import type { Job, Measure } from './job.ts';
import { Measurement } from './measurement.ts';
import { DIGITS, DIGITS_AT, numbered, SequenceCounter } from './sequence.ts';
import { closeAll, online, quiet } from './sessions.ts';

const BODY_BYTES = 80;
/** Messages of one pair that may be under way at a fixed rate; more means that the server is lost. */
const RATE_SLOTS = 4096;

/** How one message text is laid out: where the number stands in its id and in its body. */
interface Layout {
  readonly text: string;
  readonly idAt: number;
  readonly bodyAt: number;
}

function layOut(to: string): Layout {
  const head = `<message to='${to}' type='chat' id='m`;
  const middle = `'><body>`;
  const body = numbered(0).padEnd(BODY_BYTES, ' x');
  return {
    text: `${head}${'0'.repeat(DIGITS)}${middle}${body}</body></message>`,
    idAt: head.length,
    bodyAt: head.length + DIGITS + middle.length + DIGITS_AT,
  };
}

/** A ring of prebuilt messages: a slot is free again once its message has arrived. Only the numbers
 *  are rewritten, so that the generator stays far cheaper than the server. */
class Pair {
  sent = 0;
  readonly counter: SequenceCounter;
  readonly #from: Client;
  readonly #slots: number;
  readonly #layout: Layout;
  readonly #ring: Buffer;
  readonly #sentAt: Float64Array;
  readonly #measurement: Measurement;

  constructor(from: Client, to: Client, recipient: string, slots: number, measurement: Measurement, onArrival: (pair: Pair, count: number) => void) {
    this.#from = from;
    this.#slots = slots;
    this.#layout = layOut(recipient);
    this.#ring = Buffer.from(this.#layout.text.repeat(slots));
    this.#sentAt = new Float64Array(slots);
    this.#measurement = measurement;
    this.counter = new SequenceCounter((count, first) => {
      const now = performance.now();
      for (let n = first; n < first + count; n++) measurement.latency(now - (this.#sentAt[n % slots] ?? now));
      measurement.arrived(count);
      onArrival(this, count);
      measurement.settle();
    });
    to.onBytes = (bytes) => this.counter.push(bytes);
    from.onBytes = (bytes) => {
      if (bytes.includes('<message')) throw new Error(`the sender got a message back: ${bytes.toString()}`);
    };
  }

  /** Sends the next messages, in one write as far as the ring allows. */
  send(count: number): void {
    this.#measurement.sent(count);
    for (let left = count; left > 0; ) {
      const slot = this.sent % this.#slots;
      const run = Math.min(left, this.#slots - slot);
      const now = performance.now();
      for (let i = 0; i < run; i++) this.#prepare(slot + i, this.sent + i, now);
      const length = this.#layout.text.length;
      this.#from.send(this.#ring.subarray(slot * length, (slot + run) * length));
      this.sent += run;
      left -= run;
    }
  }

  /** Whether every slot is under way. */
  get full(): boolean {
    return this.sent - this.counter.next >= this.#slots;
  }

  #prepare(slot: number, n: number, now: number): void {
    const start = slot * this.#layout.text.length;
    let rest = n;
    for (let d = DIGITS - 1; d >= 0; d--) {
      const digit = 48 + (rest % 10);
      this.#ring[start + this.#layout.idAt + d] = digit;
      this.#ring[start + this.#layout.bodyAt + d] = digit;
      rest = (rest / 10) | 0;
    }
    this.#sentAt[slot] = now;
  }
}

type OpenPair = readonly [from: Client, to: Client];

async function openPairs(job: Job): Promise<OpenPair[]> {
  const clients = await online(job, localparts('user', 0, 2 * PAIRS));
  await quiet(clients);
  const pairs: OpenPair[] = [];
  for (let i = 0; i < clients.length; i += 2) {
    const [from, to] = clients.slice(i, i + 2);
    if (from !== undefined && to !== undefined) pairs.push([from, to]);
  }
  return pairs;
}

async function finish(measurement: Measurement, pairs: readonly OpenPair[]): Promise<Measure> {
  const measure = await measurement.done;
  await sleep(200); // time for a repeated stanza to show itself
  measurement.assertComplete();
  await closeAll(pairs.flat());
  return measure;
}

/** Every pair keeps a window of messages under way, to full or to bare JIDs. */
export async function chat(job: Job, options: { readonly window: number; readonly bare?: boolean }): Promise<Measure> {
  const pairs = await openPairs(job);
  const measurement = new Measurement(job.pid, job.seconds);
  const again = (pair: Pair, count: number): void => {
    if (measurement.open) pair.send(count);
  };
  for (const [from, to] of pairs) {
    const recipient = options.bare === true ? to.bareJid : to.jid;
    new Pair(from, to, recipient, options.window, measurement, again).send(options.window);
  }
  return finish(measurement, pairs);
}

/** All pairs together send at a fixed rate far below the server's limit, which shows latency as a user
 *  would see it. */
export async function latency(job: Job, perSecond: number): Promise<Measure> {
  const open = await openPairs(job);
  const measurement = new Measurement(job.pid, job.seconds);
  const pairs = open.map(([from, to]) => new Pair(from, to, to.jid, RATE_SLOTS, measurement, () => {}));
  const start = performance.now();
  let sent = 0;
  const tick = (): void => {
    if (!measurement.open) return;
    const due = ((performance.now() - start) / 1000) * perSecond;
    for (; sent < due; sent++) {
      const pair = pairs[sent % pairs.length];
      if (pair === undefined || pair.full) throw new Error(`the server fell hopelessly behind ${perSecond} messages a second`);
      pair.send(1);
    }
    setTimeout(tick, 1);
  };
  tick();
  return finish(measurement, open);
}
