/** Heavy work, a few pieces at a time and in turn by network: who asks for much waits behind itself, and
 *  not in front of others. Spec: RFC 6120 §13.12, XEP-0205 §4. Not here: what the work is (sasl/), how a
 *  network is named (address.ts). @module */

/** A piece of work that waits. */
interface Job {
  /** Whether anybody still waits for its result. */
  readonly wanted: () => boolean;
  /** Settles, and never rejects, when the work is over. */
  readonly begin: () => Promise<void>;
  readonly drop: () => void;
}

/** A queue in which each network has the same share.
 *  @example
 *  const queue = new FairQueue(4);
 *  const keys = await queue.run('192.0.2.1', () => !socket.destroyed, () => deriveCredentials(password)); */
export class FairQueue {
  readonly #width: number;
  /** The network whose turn is next comes first; none is empty. */
  readonly #byNetwork = new Map<string, Job[]>();
  #running = 0;

  /** @param width how many pieces of work may be under way */
  constructor(width: number) {
    this.#width = width;
  }

  /** Runs a task when its turn comes; undefined when by then nobody wants its result.
   *  @throws (rejects) what the task rejects with. */
  run<T>(network: string, wanted: () => boolean, task: () => Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const jobs = this.#byNetwork.get(network);
      const job: Job = { wanted, drop: () => resolve(undefined), begin: () => settle(task, resolve, reject) };
      if (jobs === undefined) this.#byNetwork.set(network, [job]);
      else jobs.push(job);
      this.#fill();
    });
  }

  #fill(): void {
    while (this.#running < this.#width && this.#byNetwork.size > 0) {
      const job = this.#take();
      if (job === undefined) continue;
      this.#running += 1;
      void job.begin().finally(() => {
        this.#running -= 1;
        this.#fill();
      });
    }
  }

  /** The next job of the network whose turn it is, which then goes to the end of the line; undefined
   *  when it had none that is wanted. */
  #take(): Job | undefined {
    for (const [network, jobs] of this.#byNetwork) {
      this.#byNetwork.delete(network);
      let job = jobs.shift();
      for (; job !== undefined && !job.wanted(); job = jobs.shift()) job.drop();
      if (jobs.length > 0) this.#byNetwork.set(network, jobs);
      return job;
    }
    return undefined;
  }
}

async function settle<T>(task: () => Promise<T>, resolve: (result: T) => void, reject: (error: unknown) => void): Promise<void> {
  try {
    resolve(await task());
  } catch (error) {
    reject(error);
  }
}
