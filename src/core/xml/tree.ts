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

/** What is written once can mean a declaration on each of many elements here (RFC 6120 §13.12). No name
 *  of an XMPP namespace has a tenth of this. */
const maxNamespaceLength = 1_024;
/** All of them may be looked at to find one; nested defaults don't count. */
const maxPrefixes = 64;

/** The declaration of one prefix, and those around it. */
export interface Scope {
  readonly prefix: string;
  readonly uri: string;
  readonly outer: Scope | undefined;
  /** How many they are. */
  readonly size: number;
}

/** An element whose end tag has not come yet. */
export interface OpenElement {
  /** As the end tag must repeat it, prefix included. */
  readonly tagName: string;
  /** Null for the root, whose children are handed over and forgotten. */
  readonly element: Element | null;
  /** The namespace that a child shares when it has no `xmlns`. */
  readonly namespace: string;
  /** The namespace of a name without prefix. */
  readonly defaultNamespace: string;
  readonly scope: Scope | undefined;
  /** Characters of the declarations that its element has in this form. */
  readonly declared: number;
  readonly parent: OpenElement | undefined;
}

/** The prefixes inside a start tag. */
function declare(tag: StartTag, outer: Scope | undefined): Scope | undefined {
  if (tag.xmlns !== undefined) checkDeclaration('', tag.xmlns);
  let scope = outer;
  for (const [name, uri] of tag.prefixed) {
    if (!name.startsWith('xmlns:')) continue;
    const prefix = localOf(name, 5);
    checkDeclaration(prefix, uri);
    scope = { prefix, uri, outer: scope, size: scope === undefined ? 1 : scope.size + 1 };
    if (scope.size > maxPrefixes) throw new StreamFault('policy-violation', 'too many namespace prefixes');
  }
  return scope;
}

/** Namespaces in XML §3 reserves two prefixes and two names; §5 takes no prefix back. */
function checkDeclaration(prefix: string, uri: string): void {
  const isXml = uri === NS.xml;
  if (prefix === 'xmlns' || uri === NS.xmlns || isXml !== (prefix === 'xml')) throw malformed();
  if (prefix !== '' && uri === '') throw malformed();
  if (uri.length > maxNamespaceLength) throw new StreamFault('policy-violation', 'the name of a namespace is too long');
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
  throw malformed();
}

/** RFC 6120 §4.8.2: a header need not declare the content namespace, when each first-level element does.
 *  Then it is the one of clients (§4.8.3), and elements without declaration are no stanzas. */
function contentNamespaceOf(defaultNamespace: string): string {
  return defaultNamespace === '' || defaultNamespace === NS.streams ? NS.client : defaultNamespace;
}

/** Opens the root, and tells what it says of the stream (RFC 6120 §4.7, §4.8).
 *  @throws StreamFault when it is not namespace-well-formed */
export function openRoot(tag: StartTag): { readonly root: OpenElement; readonly header: StreamHeader } {
  detach(tag);
  const scope = declare(tag, undefined);
  const colon = tag.name.indexOf(':');
  const name = colon < 0 ? tag.name : localOf(tag.name, colon);
  const defaultNamespace = tag.xmlns ?? '';
  const namespace = colon < 0 ? defaultNamespace : resolve(tag.name.slice(0, colon), scope);
  setPrefixed(tag, scope);
  const xmlns = contentNamespaceOf(defaultNamespace);
  const { to, from, version, id, 'xml:lang': lang } = tag.attrs;
  return {
    root: { tagName: tag.name, element: null, namespace: xmlns, defaultNamespace, scope, declared: 0, parent: undefined },
    header: {
      wellNamed: name === 'stream' && namespace === NS.streams,
      xmlns,
      ...(to !== undefined && { to }),
      ...(from !== undefined && { from }),
      ...(version !== undefined && { version }),
      ...(lang !== undefined && { lang }),
      ...(id !== undefined && { id }),
    },
  };
}

/** The header's strings live as long as the stream. */
function detach(tag: StartTag): void {
  tag.name = detached(tag.name);
  tag.xmlns = tag.xmlns && detached(tag.xmlns);
  for (const name in tag.attrs) tag.attrs[name] = detached(tag.attrs[name] as string);
  tag.prefixed.forEach(([name, value], i) => { tag.prefixed[i] = [detached(name), detached(value)]; });
}

/** Opens an element inside another.
 *  @throws StreamFault when it is not namespace-well-formed, or a prefix stands where none may */
export function openChild(tag: StartTag, parent: OpenElement): OpenElement {
  const scope = declare(tag, parent.scope);
  const colon = tag.name.indexOf(':');
  const name = colon < 0 ? tag.name : localOf(tag.name, colon);
  const defaultNamespace = tag.xmlns ?? parent.defaultNamespace;
  const namespace = colon < 0 ? defaultNamespace : resolve(tag.name.slice(0, colon), scope);
  // RFC 6120 §4.8.5: the content namespaces have no prefix.
  if (colon >= 0 && (namespace === NS.client || namespace === NS.server)) throw new StreamFault('bad-namespace-prefix');
  const { attrs } = tag;
  let declared = 0;
  if (namespace !== parent.namespace) {
    attrs['xmlns'] = namespace;
    declared = ' xmlns=""'.length + namespace.length;
  } else if (tag.xmlns !== undefined) {
    delete attrs['xmlns'];
  }
  if (tag.prefixed.length > 0) declared += setPrefixed(tag, scope);
  const element = new Element(name);
  element.attrs = attrs;
  if (parent.element !== null) {
    element.parent = parent.element;
    addChild(parent.element, element);
  }
  return { tagName: tag.name, element, namespace, defaultNamespace, scope, declared, parent };
}

/** Sets the attributes that have a prefix, each with the declaration of that prefix, and returns how
 *  many characters the declarations have. Namespaces in XML §6.3: no two of the attributes have the
 *  same namespace and local name. */
function setPrefixed({ attrs, prefixed }: StartTag, scope: Scope | undefined): number {
  const expanded = new Set<string>();
  let declared = 0;
  for (const [name, value] of prefixed) {
    const colon = name.indexOf(':');
    const prefix = name.slice(0, colon);
    if (prefix === 'xmlns') continue;
    const uri = resolve(prefix, scope);
    const key = `${localOf(name, colon)} ${uri}`;
    if (expanded.has(key)) throw malformed();
    expanded.add(key);
    const declaration = `xmlns:${prefix}`;
    if (prefix !== 'xml' && attrs[declaration] === undefined) {
      attrs[declaration] = uri;
      declared += ' =""'.length + declaration.length + uri.length;
    }
    attrs[name] = value;
  }
  return declared;
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
