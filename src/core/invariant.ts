/** What can't happen, and says so when it does: on in production too. @module */

/** A broken invariant of ours, never a peer's fault: it ends one stream, not the process. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** Throws unless the claim holds. */
export function invariant(claim: unknown, what: string): asserts claim {
  if (!claim) throw new InvariantViolation(what);
}
