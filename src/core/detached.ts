/** Strings that outlive what they were cut from. @module */

/** A copy. An engine may represent a piece of a string as a reference into the whole, which then
 *  lives as long as the piece: a name of 20 characters can keep all that came with it.
 *  @param text something to keep, such as an attribute of a stanza
 *  @example
 *  const name = detached(item.attrs.name); */
export function detached(text: string): string {
  // V8 copies a piece this short anyway.
  if (text.length < 13) return text;
  return JSON.parse(JSON.stringify(text)) as string;
}
