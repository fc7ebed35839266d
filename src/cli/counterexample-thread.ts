/** The thread in which one counterexample is looked for; it ends when that is found. Not here: who asks
 *  (counterexamples.ts). @module */
import { parentPort, workerData } from 'node:worker_threads';
import { counterexampleOf, counterexampleOfControl } from '../../properties/checker/counterexample.ts';
import { TraceError, encodeTrace } from '../core/trace.ts';
import type { Found, Wanted } from './counterexamples.ts';

function answerTo(wanted: Wanted): Found {
  try {
    return { text: encodeTrace('control' in wanted ? counterexampleOfControl(wanted.control) : counterexampleOf(wanted)) };
  } catch (error) {
    if (error instanceof TraceError) return { fault: error.message };
    throw error;
  }
}

parentPort?.postMessage(answerTo(workerData as Wanted));
