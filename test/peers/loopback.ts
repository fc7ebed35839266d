/** Loopback addresses for servers that must all be sought on port 5269: one for each, and others in each
 *  process of the test runner, so that test files can run at the same time. All of 127.0.0.0/8 is loopback
 *  (RFC 6890 §2.2.2), on Linux without being set up. @module */

/** The addresses of one process; `link` and `spare` are for what stands between servers (link.ts). */
export const loopback = {
  waystate: address(2),
  prosody: address(3),
  ejabberd: address(4),
  link: address(5),
  spare: address(6),
} as const;

/** Where each domain of the tests is, for the look-up of every server. */
export const hosts: Readonly<Record<string, string>> = {
  ...both('waystate.test', loopback.waystate),
  ...both('prosody.test', loopback.prosody),
  ...both('ejabberd.test', loopback.ejabberd),
};

/** A domain and that of its rooms, at one address. */
export function both(domain: string, at: string): Readonly<Record<string, string>> {
  return { [domain]: at, [`rooms.${domain}`]: at };
}

/** 127.x.y.z, where x and y come from the process id, and x is no 0: 127.0.0.0/16 is for others. */
function address(last: number): string {
  return `127.${1 + ((process.pid >> 8) % 254)}.${process.pid & 255}.${last}`;
}
