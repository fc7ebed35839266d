/** What this project uses of ltx, which ships no types of its own. */
declare module 'ltx' {
  export type Node = Element | string;
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
  export function parse(xml: string): Element;
  export function escapeXML(text: string): string;
  export function escapeXMLText(text: string): string;
}
