/** One step of an answer to "why", with its section. Data. Not here: the answers (why.ts, closing.ts, sight.ts). @module */

export interface Reason {
  /** What the step is about, in a word. */
  readonly step: string;
  readonly text: string;
  /** Sections, with commas between them; empty where only the inspector speaks. */
  readonly spec: string;
  /** Whether the step is met, where that is the question. */
  readonly verdict?: 'yes' | 'no' | 'unknown';
  /** The number of the entry that shows it, where one does. */
  readonly n?: number;
}
