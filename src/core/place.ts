/** One machine that stands somewhere. Data. Not here: whose there are (standing.ts). @module */

/** Where one machine stands, named as its transitions are (`Transition`). */
export interface Place {
  readonly machine: string;
  readonly of: string;
  readonly state: unknown;
  /** How many stanzas wait for it. */
  readonly waiting: number;
}
