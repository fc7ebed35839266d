/** One key of the terminal at a time. @module */
import type { ReadStream } from 'node:tty';
import type { Answer } from './replay.ts';

/** Waits for a key: Enter or the space bar goes on, `a` shows all, `q` or Ctrl-C ends. Other keys mean nothing.
 *  @example
 *  const answer = await answerFrom(process.stdin); */
export function answerFrom(input: Pick<ReadStream, 'setRawMode' | 'on' | 'off' | 'resume' | 'pause' | 'unshift'>): Promise<Answer> {
  return new Promise((resolve) => {
    const hear = (keys: Buffer): void => {
      for (const [at, key] of keys.entries()) {
        const answer = answers[String.fromCharCode(key)];
        if (answer === undefined) continue;
        finish(answer);
        // What was typed ahead answers the next question.
        if (at + 1 < keys.length) input.unshift(keys.subarray(at + 1));
        return;
      }
    };
    const end = (): void => finish('quit');
    const finish = (answer: Answer): void => {
      input.off('data', hear).off('end', end).pause();
      input.setRawMode(false);
      resolve(answer);
    };
    input.setRawMode(true);
    input.on('data', hear).on('end', end).resume();
  });
}

const answers: Readonly<Record<string, Answer>> = { '\r': 'next', '\n': 'next', ' ': 'next', a: 'all', q: 'quit', '\x03': 'quit', '\x04': 'quit' };
