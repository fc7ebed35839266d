/** Reads a server's stream with saxes, which checks well-formedness and namespaces: a second opinion on
 *  what the server writes. @module */
import { Element } from 'ltx';
import { SaxesParser } from 'saxes';

/** Makes a reader that hands on each first-level element, and `closed` at the closing tag. What is not
 *  well-formed throws. */
export function readStream(hand: (item: Element | 'closed') => void): (text: string) => void {
  const parser = new SaxesParser({ xmlns: true });
  let open: Element | undefined;
  let depth = 0;
  parser.on('opentag', (tag) => {
    depth += 1;
    if (depth === 1) return;
    const element = new Element(tag.local);
    for (const { name, value } of Object.values(tag.attributes)) if (!name.startsWith('xmlns')) element.attrs[name] = value;
    if (depth === 2 || tag.uri !== open?.getNS()) element.attrs.xmlns = tag.uri;
    open = open === undefined ? element : open.cnode(element);
  });
  parser.on('text', (text) => {
    open?.t(text);
  });
  parser.on('closetag', () => {
    depth -= 1;
    if (depth === 0) hand('closed');
    if (depth === 1 && open !== undefined) hand(open);
    open = depth <= 1 ? undefined : open?.parent ?? undefined;
  });
  return (text) => void parser.write(text);
}
