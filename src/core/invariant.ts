/** What can't happen, and says so when it does: on in production too. @module */

/** A broken invariant of ours, never a peer's fault: it ends one stream, not the process.
 *  @example
 *  // It comes as an effect, for the log.
 *  const effect: Effect = { type: 'report', stream: 's1', error: new InvariantViolation('a route is closed once') };
 *  effect.error instanceof InvariantViolation; // true
 *  String(effect.error); // 'InvariantViolation: a route is closed once' */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** Throws unless the claim holds. */
export function invariant(claim: unknown, what: string): asserts claim {
  if (!claim) throw new InvariantViolation(what);
}
