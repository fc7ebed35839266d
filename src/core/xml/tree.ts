/** From tags to elements in the one form that the core relies on: names without prefix, `xmlns` set
 *  exactly where the namespace differs from the parent's, no declaration that nothing needs.
 *  Spec: RFC 6120 §4.8, §11.2, Namespaces in XML 1.0. Not here: how tags are written (tag.ts). @module */
import { Element } from 'ltx';
import type { Node } from 'ltx';
import type { StreamHeader } from '../input.ts';
import { detached } from '../detached.ts';
import { NS } from '../namespaces.ts';
import { isNameStart, malformed, StreamFault } from './characters.ts';
import type { StartTag } from './tag.ts';

/** One namespace declaration and those around it. */
export interface Scope {
  readonly prefix: string;
  readonly uri: string;
  readonly outer: Scope | undefined;
}

/** An element whose end tag has not come yet. */
export interface OpenElement {
  /** As the end tag must repeat it, prefix included. */
  readonly tagName: string;
  /** Null for the root, whose children are handed over and forgotten. */
  readonly element: Element | null;
  /** The namespace that a child shares when it has no `xmlns`. */
  readonly namespace: string;
  readonly scope: Scope | undefined;
  readonly parent: OpenElement | undefined;
}

/** Attributes that inherit nothing: a name such as `__proto__` or `constructor` is one like any other. */
const Attributes = function Attributes() {} as unknown as new () => Record<string, string>;
Attributes.prototype = Object.create(null) as object;

/** The scope inside a start tag. @throws StreamFault when a declaration is not allowed */
function declare(tag: StartTag, outer: Scope | undefined): Scope | undefined {
  let scope = outer;
  for (let i = 0; i < tag.attributeNames.length; i += 1) {
    const name = tag.attributeNames[i] as string;
    if (!name.startsWith('xmlns')) continue;
    if (name.length === 5) scope = declaration('', tag.attributeValues[i] as string, scope);
    else if (name[5] === ':') scope = declaration(localOf(name, 5), tag.attributeValues[i] as string, scope);
  }
  return scope;
}

/** Namespaces in XML §3 reserves two prefixes and two names; §5 takes no prefix back. */
function declaration(prefix: string, uri: string, outer: Scope | undefined): Scope {
  const isXml = uri === NS.xml;
  if (prefix === 'xmlns' || uri === NS.xmlns || isXml !== (prefix === 'xml')) throw malformed();
  if (prefix !== '' && uri === '') throw malformed();
  return { prefix, uri, outer };
}

/** The part of a qualified name after its one colon. */
function localOf(name: string, colon: number): string {
  const local = name.slice(colon + 1);
  if (colon === 0 || local.includes(':') || !isNameStart(local.codePointAt(0) ?? 0)) throw malformed();
  return local;
}

/** RFC 6120 §4.9.3.13: a prefix that nothing declares is not well-formed. */
function resolve(prefix: string, scope: Scope | undefined): string {
  for (let s = scope; s !== undefined; s = s.outer) {
    if (s.prefix === prefix) return s.uri;
  }
  if (prefix === 'xml') return NS.xml;
  if (prefix !== '') throw malformed();
  return '';
}

/** Opens the root, and tells what it says of the stream (RFC 6120 §4.7, §4.8).
 *  @throws StreamFault when it is not namespace-well-formed */
export function openRoot(tag: StartTag): { readonly root: OpenElement; readonly header: StreamHeader } {
  detach(tag);
  const scope = declare(tag, undefined);
  const colon = tag.name.indexOf(':');
  const name = colon < 0 ? tag.name : localOf(tag.name, colon);
  const namespace = resolve(colon < 0 ? '' : tag.name.slice(0, colon), scope);
  const attrs = new Attributes();
  setAttributes(attrs, tag, scope);
  const xmlns = resolve('', scope);
  const { to, from, version, 'xml:lang': lang } = attrs;
  return {
    root: { tagName: tag.name, element: null, namespace: xmlns, scope, parent: undefined },
    header: {
      wellNamed: name === 'stream' && namespace === NS.streams,
      xmlns,
      ...(to !== undefined && { to }),
      ...(from !== undefined && { from }),
      ...(version !== undefined && { version }),
      ...(lang !== undefined && { lang }),
    },
  };
}

/** The header's strings live as long as the stream. */
function detach(tag: StartTag): void {
  tag.name = detached(tag.name);
  for (const strings of [tag.attributeNames, tag.attributeValues]) {
    strings.forEach((text, i) => { strings[i] = detached(text); });
  }
}

/** Opens an element inside another.
 *  @throws StreamFault when it is not namespace-well-formed, or a prefix stands where none may */
export function openChild(tag: StartTag, parent: OpenElement): OpenElement {
  const scope = declare(tag, parent.scope);
  const colon = tag.name.indexOf(':');
  const name = colon < 0 ? tag.name : localOf(tag.name, colon);
  const namespace = resolve(colon < 0 ? '' : tag.name.slice(0, colon), scope);
  // RFC 6120 §4.8.5: the content namespaces have no prefix.
  if (colon >= 0 && (namespace === NS.client || namespace === NS.server)) throw new StreamFault('bad-namespace-prefix');
  const attrs = new Attributes();
  if (namespace !== parent.namespace) attrs['xmlns'] = namespace;
  setAttributes(attrs, tag, scope);
  const element = new Element(name);
  element.attrs = attrs;
  if (parent.element !== null) {
    element.parent = parent.element;
    addChild(parent.element, element);
  }
  return { tagName: tag.name, element, namespace, scope, parent };
}

/** Sets all attributes but the declarations; a prefix brings its own declaration with it. */
function setAttributes(attrs: Record<string, string>, tag: StartTag, scope: Scope | undefined): void {
  const { attributeNames, attributeValues } = tag;
  for (let i = 0; i < attributeNames.length; i += 1) {
    const name = attributeNames[i] as string;
    // XML §3.1: no attribute twice.
    if (attributeNames.indexOf(name) !== i) throw malformed();
    const colon = name.indexOf(':');
    if (colon < 0) {
      if (name !== 'xmlns') attrs[name] = attributeValues[i] as string;
      continue;
    }
    const prefix = name.slice(0, colon);
    if (prefix === 'xmlns') continue;
    setPrefixed(attrs, prefix, localOf(name, colon), attributeValues[i] as string, scope);
  }
}

function setPrefixed(attrs: Record<string, string>, prefix: string, local: string, value: string, scope: Scope | undefined): void {
  const uri = resolve(prefix, scope);
  const name = `${prefix}:${local}`;
  if (prefix !== 'xml') {
    // Namespaces in XML §6.3: no two attributes have the same namespace and local name.
    for (const other in attrs) {
      const colon = other.indexOf(':');
      if (colon > 0 && other.slice(colon + 1) === local && attrs[`xmlns:${other.slice(0, colon)}`] === uri) throw malformed();
    }
    attrs[`xmlns:${prefix}`] = uri;
  }
  attrs[name] = value;
}

/** Adds character data to an open element; what is adjacent stays one string. */
export function appendText(open: OpenElement, text: string): void {
  if (open.element === null || text === '') return;
  const { children } = open.element;
  const last = children[children.length - 1];
  if (typeof last === 'string') children[children.length - 1] = last + text;
  else addChild(open.element, text);
}

/** Most elements have one child; an array that is made with it has no room to spare. */
function addChild(parent: Element, child: Node): void {
  if (parent.children.length === 0) parent.children = [child];
  else parent.children.push(child);
}
