/** The sections of a XEP, from its XML. Footnotes that only say where another document is are left out. @module */
import { DOMParser } from '@xmldom/xmldom';
import type { Element, Node } from '@xmldom/xmldom';
import { cut } from './section.ts';
import type { Found } from './section.ts';
import type { Block, SectionFile } from '../../src/inspector/section.ts';

/** Reads a XEP, and cuts out what is cited.
 *  @param entities the file of the entities that every XEP uses
 *  @param numbers which sections */
export function xepSections(document: string, source: string, entities: string, numbers: Iterable<string>): SectionFile {
  const root = parsed(source, entities);
  const header = children(root, 'header')[0] ?? root;
  const legal = children(header, 'legal')[0] ?? header;
  return {
    document,
    title: children(header, 'title').map(textOf).join(''),
    authors: children(header, 'author').map((author) => ['firstname', 'surname'].flatMap((name) => children(author, name).map(textOf)).join(' ')).join(', '),
    source: `https://xmpp.org/extensions/${document.toLowerCase()}.html`,
    notice: ['copyright', 'permissions', 'warranty', 'liability'].flatMap((name) => children(legal, name).map(textOf)),
    sections: cut([{ number: '', title: 'Abstract', anchor: '', own: children(header, 'abstract').map((abstract) => ({ p: textOf(abstract) })), below: [] }, ...sectionsOf(root)], numbers),
  };
}

const sectionsOf = (root: Element): readonly Found[] => children(root, 'section1').map((section, index) => found(section, String(index + 1)));

/** Every section, with those inside of it. */
export const xepSectionsOf = (source: string, entities: string): readonly Found[] => sectionsOf(parsed(source, entities));

/** Puts the entities in, those of the file itself too, and parses. */
function parsed(source: string, entities: string): Element {
  const known = new Map([...`${entities}\n${source.replaceAll(/<!--[\s\S]*?-->/g, '')}`.matchAll(/<!ENTITY ([\w.-]+) (["'])([\s\S]*?)\2\s*>/g)]
    .map(([, name = '', , value = '']) => [name, value.replaceAll(/\s*<note>[\s\S]*?<\/note>/g, '')] as const));
  const filled = (text: string, depth = 0): string => text.split(/(<!\[CDATA\[[\s\S]*?\]\]>)/)
    .map((part, at) => (at % 2 === 1 ? part : part.replaceAll(/&([\w.-]+);/g, (whole, name: string) => (known.has(name) && depth < 5 ? filled(known.get(name) ?? '', depth + 1) : whole)))).join('');
  const body = source.slice(source.indexOf('<xep>'));
  const root = new DOMParser({ onError: () => {} }).parseFromString(filled(body), 'text/xml').documentElement;
  if (root === null) throw new Error('That is no XEP.');
  return root;
}

function found(section: Element, number: string): Found {
  const inner = elements(section).filter((each) => /^section\d$/.test(each.nodeName));
  return {
    number,
    title: section.getAttribute('topic') ?? '',
    anchor: section.getAttribute('anchor') ?? '',
    own: elements(section).filter((each) => !/^section\d$/.test(each.nodeName)).flatMap((each) => blocksOf(each, 0)),
    below: inner.map((each, index) => found(each, `${number}.${index + 1}`)),
  };
}

function blocksOf(element: Element, depth: number): readonly Block[] {
  switch (element.nodeName) {
    case 'example': case 'code': return [{ pre: (element.textContent ?? '').replace(/^\s*\n/, '').trimEnd(), ...(element.getAttribute('caption') && { caption: element.getAttribute('caption') ?? '' }) }];
    case 'ul': case 'ol': return children(element, 'li').flatMap((li, index) => itemOf(li, element.nodeName === 'ol' ? `${index + 1}.` : 'o', depth));
    case 'dl': return elements(element).flatMap((each) => (each.nodeName === 'di' ? elements(each) : [each])).map((each) => (each.nodeName === 'dt' ? { p: textOf(each) } : { item: textOf(each), mark: '', depth }));
    case 'table': return [{ table: children(element, 'tr').map((row) => elements(row).map(textOf)) }];
    default: return textOf(element) === '' ? [] : [{ p: textOf(element) }];
  }
}

/** An item, with the lists and examples inside of it behind it. */
function itemOf(li: Element, mark: string, depth: number): readonly Block[] {
  const isBlock = (node: Node): node is Element => ['ul', 'ol', 'example', 'code', 'table', 'dl'].includes(node.nodeName) && !(node.nodeName === 'code' && !(node.textContent ?? '').includes('\n'));
  const inner = elements(li).filter(isBlock);
  const own = [...li.childNodes].filter((node) => !isBlock(node)).map((node) => textOf(node)).join(' ');
  return [{ item: tidy(own), mark, depth }, ...inner.flatMap((each) => blocksOf(each, depth + 1))];
}

/** The text of an element; a footnote stands in brackets where it is referred to. */
function textOf(node: Node): string {
  if (node.nodeName === 'note') return `[${tidy(inside(node))}]`;
  return node.childNodes === null || node.nodeName === '#text' || node.nodeName === '#cdata-section' ? node.nodeValue ?? '' : tidy(inside(node));
}

const inside = (node: Node): string => [...node.childNodes].map((child) => (child.nodeName === '#comment' ? '' : ['#text', '#cdata-section'].includes(child.nodeName) ? child.nodeValue ?? '' : child.nodeName === 'note' ? ` ${textOf(child)}` : inside(child))).join('');
const tidy = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll(/ ([.,;:])(?=\s|$)/g, '$1').trim();
const elements = (node: Node): Element[] => [...node.childNodes].filter((child) => child.nodeType === 1) as Element[];
const children = (node: Node, name: string): Element[] => elements(node).filter((child) => child.nodeName === name);
