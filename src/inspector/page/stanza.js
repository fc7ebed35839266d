/** A stanza in a few words, read from its text: what it is, and who it is for or from. It is never parsed as
 *  markup here, and what is no stanza is shown as it stands. @module */

const opening = /^<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*\/?>/;
const attribute = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
/** @type {Readonly<Record<string, string>>} */
const entities = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The name and the attributes of an element, by its text; undefined when it is none.
 *  @param {string} xml
 *  @returns {{ readonly name: string, readonly attrs: ReadonlyMap<string, string>, readonly rest: string } | undefined} */
export function openingOf(xml) {
  const found = opening.exec(xml);
  if (found === null) return undefined;
  const attrs = new Map([...(found[2] ?? '').matchAll(attribute)].map(([, key = '', one, other]) => /** @type {const} */ ([key, unescaped(one ?? other ?? '')])));
  return { name: found[1] ?? '', attrs, rest: xml.slice(found[0].length) };
}

/** What a stanza is: `message chat`, `iq get roster`.
 *  @param {string} xml */
export function stanzaWords(xml) {
  const element = openingOf(xml);
  if (element === undefined) return xml.slice(0, 80);
  const { name, attrs, rest } = element;
  const inner = name === 'iq' || name.startsWith('stream:') ? openingOf(rest) : undefined;
  return [name, attrs.get('type'), inner === undefined ? undefined : payloadOf(inner)].filter(Boolean).join(' ');
}

/** A payload is named by its namespace where that says more: every second one is a `query`.
 *  @param {{ readonly name: string, readonly attrs: ReadonlyMap<string, string> }} payload */
function payloadOf({ name, attrs }) {
  const last = attrs.get('xmlns')?.split(/[:/]/).at(-1) ?? '';
  return name === 'query' && last !== '' ? last : name;
}

/** @param {string} text */
const unescaped = (text) => text.replace(/&(lt|gt|amp|quot|apos);/g, (_, /** @type {string} */ name) => entities[name] ?? '');
