/** What this project uses of ltx, which ships no types of its own. */
declare module 'ltx' {
  /** What an element contains: elements and text. */
  export type Node = Element | string;
  /** An XML element: its name, its attributes (`xmlns` is one of them) and its children. `c` adds a child and gives that, `t` adds text, `up` and
   *  `root` lead back. Text is escaped when it is written. From ltx.
   *  @example
   *  const message = new Element('message', { to: 'juliet@capulet.lit' });
   *  message.c('body').t('Wherefore & why?');
   *  message.toString(); // '<message to="juliet@capulet.lit"><body>Wherefore &amp; why?</body></message>' */
  export class Element {
    constructor(name: string, attrs?: string | Record<string, string | undefined>);
    name: string;
    parent: Element | null;
    children: Node[];
    attrs: Record<string, string>;
    is(name: string, xmlns?: string): boolean;
    getName(): string;
    getNS(): string | undefined;
    getChild(name: string, xmlns?: string): Element | undefined;
    getChildren(name: string, xmlns?: string): Element[];
    getChildElements(): Element[];
    getText(): string;
    getChildText(name: string, xmlns?: string): string | null;
    append(child: Node): void;
    c(name: string, attrs?: string | Record<string, string | undefined>): Element;
    cnode<N extends Node>(child: N): N;
    t(text: string): Element;
    up(): Element;
    root(): Element;
    remove(child: Element | string, xmlns?: string): void;
    toString(): string;
  }
  /** Reads one element. From ltx.
   *  @throws Error when it is not well-formed
   *  @example
   *  parse('<presence type="unavailable"/>').attrs.type; // 'unavailable' */
  export function parse(xml: string): Element;
  export function escapeXML(text: string): string;
  export function escapeXMLText(text: string): string;
}
