/** One direction of a connection: bytes that arrive late and in pieces, in their order, until the line is
 *  cut in the midst of them. Spec: what TCP promises (THEOREMS A1, A2). Not here: who writes and who
 *  reads (connection.ts, client.ts), when the line is cut (faults.ts). @module */
import type { Agenda } from './agenda.ts';
import type { Random } from './random.ts';
import type { Options } from './options.ts';

/** Who is at the end of a pipe. */
export interface Reader {
  read(bytes: Uint8Array): void;
  /** The writer has said that nothing more will come. */
  ended(): void;
  /** The line is dead; told once, and nothing after it. */
  lost(): void;
}

interface Chunk {
  readonly bytes: Uint8Array;
  readonly due: number;
}

const encoder = new TextEncoder();

/** Bytes under way from one end to the other. */
export class Pipe {
  readonly #agenda: Agenda;
  readonly #random: Random;
  readonly #network: Options['network'];
  readonly #reader: Reader;
  #queue: Chunk[] = [];
  #lastDue = 0;
  #state: 'open' | 'ended' | 'drained' | 'cut' | 'over' = 'open';
  #written = 0;
  #arrived = 0;
  #isPaused = false;
  #isStalled = false;
  #isAwaited = false;
  #awaiting: { readonly mark: number; readonly done: (isSent: boolean) => void }[] = [];
  /** Bytes in a second that the reader takes; 0 is any number. */
  rate = 0;

  constructor(agenda: Agenda, random: Random, network: Options['network'], reader: Reader) {
    this.#agenda = agenda;
    this.#random = random;
    this.#network = network;
    this.#reader = reader;
  }

  /** Bytes that have not left the writer's process yet. */
  get unsent(): number {
    return Math.max(0, this.#written - this.#arrived - this.#network.window);
  }

  /** Nothing more comes out of it. */
  get isOver(): boolean {
    return this.#state === 'over' || this.#state === 'drained';
  }

  write(text: string): void {
    if (this.#state !== 'open') return;
    const bytes = encoder.encode(text);
    this.#written += bytes.length;
    for (let from = 0; from < bytes.length;) {
      const isCut = bytes.length - from > 1 && this.#random.chance(this.#network.pieces);
      const to = isCut ? from + this.#random.between(1, bytes.length - from - 1) : bytes.length;
      this.#send(bytes.subarray(from, to));
      from = to;
    }
    this.#awaitNext();
  }

  /** Nothing more will be written. */
  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#lastDue = Math.max(this.#lastDue, this.#agenda.now + this.#delay());
    this.#awaitNext();
  }

  /** The line dies: some of what is under way arrives yet, and then the reader finds out; also one that
   *  has read the end.
   *  @param isPrompt what arrives, arrives before anybody finds out (THEOREMS A1) */
  cut(isPrompt: boolean): void {
    if (this.#state === 'over' || this.#state === 'cut') return;
    this.#state = 'cut';
    this.#settle(false);
    let kept = this.#random.below(this.#queue.reduce((sum, { bytes }) => sum + bytes.length, 0) + 1);
    const queue: Chunk[] = [];
    for (const { bytes, due } of this.#queue) {
      if (kept > 0) queue.push({ bytes: bytes.subarray(0, kept), due });
      kept -= bytes.length;
    }
    this.#queue = isPrompt ? (this.#isStalled ? [] : queue.map(({ bytes }) => ({ bytes, due: this.#agenda.now }))) : queue;
    if (isPrompt) {
      this.#isAwaited = false;
      this.#awaitNext();
    }
    this.#agenda.after(1 + this.#random.below(this.#network.noticeWithin), () => this.#lose());
  }

  /** Nothing arrives until it is released. */
  stall(): void {
    this.#isStalled = true;
  }

  release(): void {
    this.#isStalled = false;
    this.#awaitNext();
  }

  /** The reader does not read for a while. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#awaitNext();
  }

  /** Calls back once all that was written before has left the process; false when the line is dead first. */
  whenSent(done: (isSent: boolean) => void): void {
    this.#awaiting.push({ mark: this.#written, done });
    this.#agenda.after(0, () => this.#settle(this.#state !== 'cut' && this.#state !== 'over'));
  }

  #delay(): number {
    const { latency, jitter } = this.#network;
    return latency + this.#random.below(jitter + 1);
  }

  #send(bytes: Uint8Array): void {
    const reading = this.rate === 0 ? 0 : Math.ceil((bytes.length * 1_000) / this.rate);
    this.#lastDue = Math.max(this.#lastDue, this.#agenda.now + this.#delay()) + reading;
    this.#queue.push({ bytes, due: this.#lastDue });
  }

  #awaitNext(): void {
    if (this.#isAwaited || this.#isPaused || this.#isStalled || this.#state === 'over') return;
    const due = this.#queue[0]?.due ?? (this.#state === 'ended' ? this.#lastDue : undefined);
    if (due === undefined) return;
    this.#isAwaited = true;
    this.#agenda.after(Math.max(0, due - this.#agenda.now), () => {
      this.#isAwaited = false;
      this.#arrive();
    });
  }

  #arrive(): void {
    if (this.#isPaused || this.#isStalled || this.#state === 'over') return;
    const chunk = this.#queue.shift();
    if (chunk !== undefined) {
      this.#arrived += chunk.bytes.length;
      this.#reader.read(chunk.bytes);
      this.#settle(this.#state !== 'cut');
    } else if (this.#state === 'ended') {
      this.#state = 'drained';
      this.#reader.ended();
    }
    this.#awaitNext();
  }

  /** A reader that is stalled or has paused finds out all the same. */
  #lose(): void {
    this.#state = 'over';
    this.#queue = [];
    this.#reader.lost();
  }

  #settle(isAlive: boolean): void {
    const settled = this.#awaiting.filter(({ mark }) => !isAlive || this.#arrived + this.#network.window >= mark);
    if (settled.length === 0) return;
    this.#awaiting = this.#awaiting.filter((each) => !settled.includes(each));
    for (const { done } of settled) done(isAlive);
  }
}
