/** What the page is told of the theorems: the shape of `page/theorems.json` and `page/mutants.json`. Both are generated, by
 *  docs/theorems.ts and by `npm run mutants`, which may look at what nothing here may. @module */

/** What is checked, by what, and what it refutes. */
export interface TheoremsSheet {
  readonly groups: readonly GroupSheet[];
  readonly controls: readonly ControlSheet[];
  /** By machine: how many of its mutants met which fate. */
  readonly tallies: Readonly<Record<string, TallySheet>>;
  /** By mutant: why it may survive. */
  readonly survivors: Readonly<Record<string, string>>;
  /** By machine: the theorems that refute mutants of it, as `GROUP: THEOREM`. */
  readonly machines: Readonly<Record<string, readonly string[]>>;
}

/** Theorems that are checked together. */
export interface GroupSheet {
  readonly name: string;
  /** The way of checking: that of several groups. */
  readonly way: string;
  readonly command: string;
  readonly about: string;
  readonly theorems: readonly TheoremSheet[];
  readonly scopes: readonly ScopeSheet[];
  /** How often each thing has happened that a statement is about. */
  readonly seen?: Readonly<Record<string, number>>;
}

/** One theorem. */
export interface TheoremSheet {
  readonly name: string;
  readonly statement: string;
  readonly spec: readonly string[];
  readonly formula?: string;
  /** Where nothing is claimed. */
  readonly exempt?: string;
  readonly bounds?: string;
  /** Wrong machines that it notices. */
  readonly killed?: number;
  /** Random histories, and the seed that they are of. */
  readonly histories?: number;
  readonly seed?: number;
  /** How often its premise has occurred. */
  readonly premises?: number;
  /** The servers that it refutes, in words. */
  readonly refutes?: readonly string[];
}

/** Bounds, and what was counted within them. */
export interface ScopeSheet {
  readonly name: string;
  readonly bounds: string;
  readonly counts: Readonly<Record<string, number>>;
  /** SPIN counts the same. */
  readonly isEqualInSpin?: boolean;
}

/** A server that is wrong on purpose. */
export interface ControlSheet {
  readonly name: string;
  readonly about: string;
  /** The statement of the composed system that refutes it. */
  readonly refutes: string;
  readonly steps: number;
  /** Random histories within which it is refuted too; 0 for one that only the exhaustive search refutes. */
  readonly within: number;
}

/** What became of the mutants of a machine. */
export interface TallySheet {
  readonly mutants: number;
  readonly killed: number;
  readonly sameTable: number;
  readonly equivalentInScope: number;
  readonly survivors: number;
}

/** A mutant that is killed: its operator, the steps of the shortest way, the numbers of the scope and of the statement that
 *  it was killed by, and of the others that notice it; any other: its operator and its fate. */
export type MutantSheet = readonly [operator: string, steps: number, scope: number, killer: number, ...others: number[]] | readonly [operator: string, fate: string];

/** Every mutant, by machine, and by state and event. */
export interface MutantsSheet {
  readonly scopes: readonly string[];
  readonly statements: readonly (readonly [check: string, statement: string])[];
  readonly machines: Readonly<Record<string, Readonly<Record<string, readonly MutantSheet[]>>>>;
}
