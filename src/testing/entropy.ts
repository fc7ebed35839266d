/** Bytes that look unpredictable, and come again with the same seed. Never for a server that anybody reaches. @module */
import { createHash } from 'node:crypto';

/** Makes a source.
 *  @param seed what all of its bytes come from
 *  @example
 *  const entropy = seeded('waystate');
 *  entropy(24).length; // 24 */
export function seeded(seed: string): (bytes: number) => Uint8Array {
  let taken = 0;
  return (bytes) => {
    taken += 1;
    return createHash('shake256', { outputLength: bytes }).update(`${seed} ${taken}`).digest();
  };
}
