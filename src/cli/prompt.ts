/** Questions on a terminal. @module */
import { createInterface } from 'node:readline';
import { Writable, type Readable } from 'node:stream';

/** Where questions are asked: standard input and standard error, but for tests. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/** Asks one question after the other.
 *  @param hidden the answers are not shown while they are typed.
 *  @returns the answers; undefined when the user leaves (Ctrl-C, Ctrl-D). */
export async function ask(
  questions: readonly string[], { input, output }: Terminal, hidden: boolean,
): Promise<readonly string[] | undefined> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: hidden ? silence : output, terminal: true, historySize: 0 });
  // The iterator keeps lines that come early, as they do when all answers are pasted at once.
  const lines = reader[Symbol.asyncIterator]();
  const answers: string[] = [];
  try {
    for (const question of questions) {
      output.write(question);
      const line = await lines.next();
      if (hidden) output.write('\n');
      if (line.done === true) return undefined;
      answers.push(line.value);
    }
    return answers;
  } finally {
    reader.close();
  }
}
