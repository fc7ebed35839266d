/** One SASL exchange, whatever its mechanism: decodes what the client says, lets the mechanism take its
 *  step, encodes the answer. A mechanism is a chain of steps: each takes one message and ends the
 *  exchange or names the step that comes next. Spec: RFC 6120 §6.4, RFC 4422 §4.
 *  Not here: the mechanisms (scram.ts, plain.ts, anonymous.ts); `<abort/>`, which the core answers. @module */
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { SaslExchange, SaslOutcome } from '../authenticator.ts';
import { decodeBase64, decodeUtf8, encodeBase64 } from './base64.ts';

/** How an exchange fails. */
export type Failure = Extract<SaslOutcome, { type: 'failure' }>;

/** What a mechanism makes of one message; messages are text, not yet in base64. */
export type Turn =
  | { readonly type: 'challenge'; readonly message: string; readonly next: Step }
  | { readonly type: 'success'; readonly account: BareJid; readonly message?: string }
  | Failure;

/** One step of a mechanism. The message is undefined when the client sent none. */
export type Step = (message: string | undefined) => Turn | Promise<Turn>;

/** The most characters of base64 that are taken as one message: no honest one comes near. */
const longestData = 10_240;

/** A failure, with a text where one helps and tells nothing of the account. */
export function failure(condition: Failure['condition'], text?: string): Failure {
  return text === undefined ? { type: 'failure', condition } : { type: 'failure', condition, text };
}

/** Begins a mechanism with the client's message; a client that sent none is asked for it with an
 *  empty challenge.
 *  @spec RFC 4422 §5 */
export function clientFirst(step: (message: string) => Turn | Promise<Turn>): Step {
  return (message) => message === undefined
    ? { type: 'challenge', message: '', next: (late) => step(late ?? '') }
    : step(message);
}

/** Runs a mechanism from its first step on. A message that comes before its turn, or after the end,
 *  fails the same way as one that the mechanism can't read.
 *  @spec RFC 6120 §6.4.3 */
export function runExchange(first: Step): SaslExchange {
  let step: Step | undefined = first;
  return {
    async respond(data) {
      const current = step;
      step = undefined;
      if (current === undefined) return failure('malformed-request');
      const turn = await take(current, data);
      if (turn.type === 'challenge') {
        step = turn.next;
        return { type: 'challenge', data: encodeBase64(turn.message) };
      }
      if (turn.type === 'failure' || turn.message === undefined) return turn;
      return { type: 'success', account: turn.account, data: encodeBase64(turn.message) };
    },
  };
}

async function take(step: Step, data: string | undefined): Promise<Turn> {
  const message = data === undefined ? undefined : decode(data);
  if (typeof message === 'object') return message;
  // Nothing that the client says makes a step throw: the store failed, or gave keys that are none.
  return step(message);
}

function decode(data: string): string | Failure {
  if (data.length > longestData) return failure('malformed-request');
  // A single equals sign stands for a message that is there and empty (RFC 6120 §6.4.2).
  const bytes = data === '=' ? Buffer.alloc(0) : decodeBase64(data);
  if (bytes === undefined) return failure('incorrect-encoding');
  return decodeUtf8(bytes) ?? failure('malformed-request');
}
