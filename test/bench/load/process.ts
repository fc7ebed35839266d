/** CPU time and resident size of a server, from Linux's /proc. @module */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The length of a tick in /proc/stat: USER_HZ is 100 on Linux. */
const TICK_US = 10_000;

/** What a stopwatch reads: CPU time of the server, and how busy everyone was, in cores. */
export interface Reading {
  readonly seconds: number;
  readonly cpuUs: number;
  readonly serverBusy: number;
  readonly generatorBusy: number;
  readonly othersBusy: number;
}

/** CPU time of all living threads of a process so far. Read from the scheduler, which counts in
 *  nanoseconds, because /proc/PID/stat counts in ticks of 10 ms. */
export function cpuMicros(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]);
    } catch (error) {
      // A thread that ended since the folder was read is no failure; a process that ended is.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && (error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  return nanoseconds / 1000;
}

/** Resident size of a process, in KiB. */
export function residentKiB(pid: number): number {
  const size = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (size === undefined) throw new Error(`process ${pid} has no resident size: has it ended?`);
  return Number(size);
}

/** Busy time of the whole machine. */
function machineMicros(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_US;
}

/** Starts a stopwatch over wall time, the server's CPU and the generator's own; reading it does not
 *  stop it. */
export function startWatch(pid: number): () => Reading {
  const machine = machineMicros();
  const own = process.cpuUsage();
  const cpu = cpuMicros(pid);
  const start = performance.now();
  return () => {
    const seconds = (performance.now() - start) / 1000;
    const cpuUs = cpuMicros(pid) - cpu;
    const { user, system } = process.cpuUsage(own);
    const generatorUs = user + system;
    const busy = (micros: number): number => Math.max(0, micros) / 1e6 / seconds;
    return {
      seconds,
      cpuUs,
      serverBusy: busy(cpuUs),
      generatorBusy: busy(generatorUs),
      othersBusy: busy(machineMicros() - machine - cpuUs - generatorUs),
    };
  };
}

/** Waits until the server has used less than a tenth of its core for 300 ms: whatever it still had to
 *  write or to collect is done. */
export async function atRest(pid: number): Promise<void> {
  for (let calm = 0; calm < 3; ) {
    const before = cpuMicros(pid);
    await sleep(100);
    calm = cpuMicros(pid) - before < TICK_US ? calm + 1 : 0;
  }
}
