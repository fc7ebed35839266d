/** Answers of a room to whoever has sent it something. Spec: RFC 6120 §8.2.3, §8.3. @module */
import type { Element } from 'ltx';
import type { StanzaErrorCondition } from '../../../machines/vocabulary.ts';
import { StanzaError, bounceOf } from '../stanza-error.ts';
import { resultOf } from '../stanza.ts';
import type { Received, Sent } from './room.ts';

/** Refuses a stanza; says nothing where an error may not be answered.
 *  @param why the error, or its condition */
export function refuse({ stanza, from }: Received, why: StanzaError | StanzaErrorCondition): readonly Sent[] {
  const bounce = bounceOf(stanza, why instanceof StanzaError ? why : new StanzaError(why));
  return bounce === undefined ? [] : [{ stanza: bounce, to: [from] }];
}

/** Answers a request that asks for something. */
export function answer({ stanza, from }: Received, payload: Element | null): readonly Sent[] {
  return [{ stanza: resultOf(stanza, payload), to: [from] }];
}

/** Says that a request was carried out, once that is durable. */
export function confirm({ stanza, from }: Received): readonly Sent[] {
  return [{ stanza: resultOf(stanza, null), to: [from], isResult: true }];
}
