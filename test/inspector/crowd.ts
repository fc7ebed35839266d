/** A crowd at a steady rate, and an inspector to look at it. Open the address that it prints; a test starts it as a child,
 *  so that what is measured is not the test's own event loop.
 *
 *      npx node test/inspector/crowd.ts --sessions 5000 --rate 2000
 *
 *  @module */
import { fork } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Recorder } from '../../src/inspector/recorder.ts';
import { startInspector } from '../../src/inspector/server.ts';
import { Crowd, crowdCore } from './crowding.ts';

/** What the child tells when it is asked, of the time since it was last asked. */
export interface CrowdReport {
  readonly messages: number;
  /** Of the steps of messages, in microseconds. */
  readonly medianMicros: number;
  readonly p99Micros: number;
  /** Cores in use. */
  readonly busy: number;
  readonly heapBytes: number;
  /** Bytes that pages have not read yet. */
  readonly unreadBytes: number;
}

/** A crowd in a process of its own. */
export interface CrowdProcess {
  readonly address: string;
  report(): Promise<CrowdReport>;
  stop(): Promise<void>;
}

/** Starts one.
 *  @returns once everybody is there */
export async function startCrowd({ sessions, rate, seed = 1 }: { readonly sessions: number; readonly rate: number; readonly seed?: number }): Promise<CrowdProcess> {
  const child = fork(fileURLToPath(import.meta.url), ['--sessions', String(sessions), '--rate', String(rate), '--seed', String(seed)], { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const next = async <T>(): Promise<T> => {
    const told = new Promise<T>((resolve) => child.once('message', (message) => resolve(message as T)));
    return Promise.race([told, ended.then((code) => Promise.reject(new Error(`the crowd has ended with ${code}`)))]);
  };
  return {
    address: await next<string>(),
    report() {
      const told = next<CrowdReport>();
      child.send('report');
      return told;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

const tickMs = 10;

/** The process itself: until its parent goes, or a signal comes. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { sessions: { type: 'string', default: '5000' }, rate: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' }, port: { type: 'string', default: '0' } } });
  const responses = new Set<ServerResponse>();
  subscribe('http.server.request.start', (told) => {
    const { response } = told as { readonly response: ServerResponse };
    responses.add(response);
    response.once('close', () => responses.delete(response));
  });
  const recorder = new Recorder(crowdCore(), { keepBodies: false });
  const crowd = new Crowd({ core: recorder.core, sessions: Number(values.sessions), seed: Number(values.seed) });
  const inspector = await startInspector({ recorder, host: '127.0.0.1', port: Number(values.port) });
  const start = performance.now();
  let acts = 0;
  const working = setInterval(() => {
    const due = ((performance.now() - start) / 1000) * Number(values.rate);
    // A machine that was asleep does not make up for it.
    acts = Math.max(acts, due - Number(values.rate));
    for (; acts < due; acts += 1) crowd.act();
  }, tickMs);
  const report = reporting(crowd, responses);
  const stop = async (): Promise<void> => {
    clearInterval(working);
    crowd.stop();
    await inspector.stop();
  };
  process.once('disconnect', () => void stop());
  process.once('SIGINT', () => void stop());
  process.on('message', () => process.send?.(report()));
  if (process.send !== undefined) process.send(inspector.address);
  else process.stdout.write(`${values.sessions} sessions, ${values.rate} messages a second: ${inspector.address}\n`);
}

function reporting(crowd: Crowd, responses: ReadonlySet<ServerResponse>): () => CrowdReport {
  let messages = crowd.messages;
  let cpu = process.cpuUsage();
  let since = performance.now();
  return () => {
    const took = crowd.took.sort((a, b) => a - b);
    const { user, system } = process.cpuUsage(cpu);
    const busy = (user + system) / 1000 / (performance.now() - since);
    const sent = crowd.messages - messages;
    global.gc?.();
    crowd.took = [];
    messages = crowd.messages;
    cpu = process.cpuUsage();
    since = performance.now();
    return {
      messages: sent, busy, medianMicros: took[took.length >> 1] ?? 0, p99Micros: took[Math.floor(took.length * 0.99)] ?? 0,
      heapBytes: process.memoryUsage().heapUsed, unreadBytes: [...responses].reduce((sum, { writableLength }) => sum + writableLength, 0),
    };
  };
}

if (import.meta.main) await main();
