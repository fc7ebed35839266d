/** A token bucket kept as one number: the moment at which everything taken so far would be paid for at
 *  the allowed rate (the generic cell rate algorithm). It never refuses; it says how long to wait.
 *  Not here: what a rate is applied to, and how reading is suspended (connection.ts). @module */

/** How fast something may come, and how far ahead of that it may be. */
export interface Allowance {
  readonly perSecond: number;
  readonly burstMs: number;
}

/** The moment until which the peer has used its allowance.
 *  @param paidUntil the result of the last call, 0 at first
 *  @param now milliseconds of a clock that never jumps
 *  @example
 *  paidUntil = spend(paidUntil, performance.now(), chunk.length, { perSecond: 65_536, burstMs: 2_000 }); */
export function spend(paidUntil: number, now: number, amount: number, allowance: Allowance): number {
  return Math.max(paidUntil, now) + (amount * 1000) / allowance.perSecond;
}

/** Milliseconds to wait before more is taken; 0 while the burst lasts. */
export function waitFor(paidUntil: number, now: number, allowance: Allowance): number {
  return Math.max(0, paidUntil - now - allowance.burstMs);
}
