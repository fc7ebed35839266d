/** The language of what a peer says without telling which: the one of its stream. Spec: RFC 6120 §4.7.4, §8.1.5. @module */
import type { Element } from 'ltx';
import type { StreamHeader } from './input.ts';

/** A language tag (RFC 5646 §2.1), no longer than the longest that there ought to be. */
const languageTag = /^(?=.{1,35}$)[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/;

/** The language of a stream, where its header names one; it is written on what the peer sends, so it had better be one. */
export const languageOf = ({ lang }: StreamHeader): string | undefined => (lang !== undefined && languageTag.test(lang) ? lang : undefined);

/** Writes the language of its stream on a stanza that says none. One that it has is never touched. */
export function markLanguage({ attrs }: Element, lang: string | undefined): void {
  if (lang !== undefined && attrs['xml:lang'] === undefined) attrs['xml:lang'] = lang;
}
