/** The version of XMPP that a stream has: two numbers, each compared as one, leading zeros and the second of them
 *  without a meaning to who knows less. Spec: RFC 6120 §4.7.5. @module */

/** What this server speaks, and what it says where the peer has said nothing yet. */
export const OUR_VERSION = '1.0';

/** Whether streams of this version are served: 1.0, and whatever comes after it. */
export function isServed(version: string | undefined): boolean {
  return version !== undefined && /^0*[1-9]\d*\.\d+$/.test(version);
}

/** What answers a header: the lower of the peer's version and ours. A header without one is of 0.9, and is answered
 *  without one.
 *  @param version the peer's; what is no version is answered with ours */
export function answerTo(version: string | undefined): string | undefined {
  if (version === undefined) return undefined;
  const minor = /^0+\.0*(\d+)$/.exec(version)?.[1];
  return minor === undefined ? OUR_VERSION : `0.${minor}`;
}
