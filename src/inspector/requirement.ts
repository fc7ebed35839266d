/** What the page is told of the requirements: the shape of `page/requirements.json`, which docs/requirements.ts writes. @module */

/** A normative statement of a specification, and what becomes of it. */
export interface Requirement {
  /** Such as `RFC 6120 §4.3.5 #2`: the second statement of its section. */
  readonly id: string;
  /** The strictest word of RFC 2119 in it. */
  readonly keyword: string;
  /** Whom it obliges. An initiating entity is a client, or this server towards another one. */
  readonly who: 'server' | 'client' | 'initiating entity' | 'another';
  readonly sentence: string;
  /** Of its section. */
  readonly title: string;
  /** Files, and states of machines such as `stream:bound`. */
  readonly where?: readonly string[];
  /** Files of tests, or tests in them such as `test/hostile/header.test.ts: no version`, and theorems such as `composed system: T1.a`. */
  readonly shown?: readonly string[];
  /** Why it is not done here. */
  readonly not?: string;
  /** Whether the claim is about this statement by itself, and not about its section. */
  readonly isOwn?: true;
}
