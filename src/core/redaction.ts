/** What is left out of a trace. Secrets always: what SASL exchanges, passwords and what is derived of them
 *  (RFC 6120 §13.9.1, XEP-0077 §3). What people write to each other unless it is wanted: it becomes dots, as many
 *  as it had characters when it was written, so that every limit of the core acts on them as it did. A core that is
 *  fed redacted inputs orders effects that, redacted, are the recorded ones. Not here: the log, which
 *  has rules of its own (src/cli/log.ts). @module */
import { Element, parse } from 'ltx';
import { NS } from './namespaces.ts';
import { serialize } from './xml/writer.ts';

/** What stands for a secret. */
export const REDACTED = 'redacted';

/** How much is left out. */
export interface Redaction {
  /** Whether what people write stays as it is; secrets never do. */
  readonly keepBodies: boolean;
}

/** Longer than any password may be (features/register.ts); it is refused, and must stay so. */
const longestSecret = 1024;

/** Names of fields and attributes whose text is a secret, whatever they belong to. */
const secretName = /^(data|.*password|passwd|pass|.*secret|.*token|digest|salt|(stored|server|client|private)key)$/i;
/** Names of elements, and of fields of a form, whose text is one. */
const secretElement = /^(.*password|passwd|pass|.*secret|.*token|digest|initial-response)$/i;
/** SASL, and its successor (XEP-0388). */
const saslNs = /^(urn:ietf:params:xml:ns:xmpp-sasl$|urn:xmpp:sasl:)/;
/** The log-in before SASL (XEP-0078), which some still try. */
const nonSaslNs = 'jabber:iq:auth';
/** Fields of forms whose text a room acts on (XEP-0045 §7.10, §7.13). */
const actedOnField = /^(FORM_TYPE|muc#(register_roomnick|role|roomnick|request_allow))$/;
/** Elements whose `id` a room makes from the secret of the server (XEP-0421, XEP-0359). */
const secretIds: ReadonlySet<string> = new Set([NS.occupantIds, NS.stanzaIds]);
/** Payloads of an iq whose text the server acts on; all others are people's, or documents. */
const actedOn: ReadonlySet<string> = new Set([NS.bind, NS.roster, NS.register, NS.mucOwner, NS.mucAdmin]);

/** What becomes of the text of an element; of `presence` the server reads two children. */
type Rule = 'keep' | 'dots' | 'presence' | 'word';

/** Redacts data of any shape: elements and texts that are elements become redacted text, fields that are named
 *  as secrets are lose their values, errors their stack.
 *  @param value an input, an effect, a transition or a configuration
 *  @example
 *  redacted({ type: 'respond', stream: 'c1', data: 'AGp1bGlldAA…' }, { keepBodies: false }); // data is 'redacted' */
export function redacted(value: unknown, redaction: Redaction): unknown {
  if (typeof value === 'string') return value.startsWith('<') ? redactedXml(value, redaction) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Element) return serialize(redactedElement(value, redaction));
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (Array.isArray(value)) return value.map((item: unknown) => redacted(item, redaction));
  const fields = Object.entries(value) as [string, unknown][];
  return Object.fromEntries(fields.map(([name, field]) => [name, redactedField(name, field, redaction)]));
}

function redactedField(name: string, field: unknown, redaction: Redaction): unknown {
  if (typeof field === 'string') return redactedText(name, field, redaction);
  return Array.isArray(field) ? field.map((each: unknown) => (typeof each === 'string' ? redactedText(name, each, redaction) : redacted(each, redaction))) : redacted(field, redaction);
}

function redactedText(name: string, text: string, redaction: Redaction): unknown {
  if (secretName.test(name)) return secretOf(text);
  if (name === 'subject' && !redaction.keepBodies) return dotsFor(text); // of a room, as it is kept
  return name === 'text' ? text : redacted(text, redaction); // a text of the server's own may begin with a tag
}

/** Nothing stays nothing, and what is too long stays too long: both are refused. */
function secretOf(text: string): string {
  if (text === '') return text;
  return text.length > longestSecret ? dotsFor(text) : REDACTED;
}

function redactedXml(xml: string, redaction: Redaction): string {
  try {
    return serialize(redactedElement(parse(xml), redaction));
  } catch {
    return REDACTED; // no element after all
  }
}

function redactedElement(element: Element, { keepBodies }: Redaction): Element {
  const rule = ruleOf(element);
  if (isKey(element)) return copyOf(element, '', 'word');
  const copy = copyOf(element, '', keepBodies && rule !== 'word' ? 'keep' : rule);
  // Of a log-in nothing but its mechanism means anything to the core.
  if (rule === 'word') for (const name of Object.keys(copy.attrs)) if (name !== 'xmlns' && name !== 'mechanism') copy.attrs[name] = REDACTED;
  return copy;
}

/** A key of dialback, on its way in or out (XEP-0220). */
const isKey = ({ name, attrs }: Element): boolean => attrs.xmlns === NS.dialback || name.startsWith('db:');

/** The rule of a whole first-level element, or of a document. */
function ruleOf({ name, attrs: { xmlns = '' }, children }: Element): Rule {
  if (name.startsWith('stream:')) return 'keep';
  if (saslNs.test(xmlns)) return 'word';
  // A component's; its secret may be one that can be guessed and tried out on it (XEP-0114 §3).
  if (name === 'handshake' && xmlns === '') return 'word';
  if (name === 'presence' && xmlns === '') return 'presence';
  const payloads = children.filter((child) => typeof child !== 'string');
  return name === 'iq' && payloads.every((payload) => actedOn.has(payload.attrs.xmlns ?? '')) ? 'keep' : 'dots';
}

function copyOf(element: Element, outerNamespace: string, outerRule: Rule): Element {
  const namespace = element.attrs.xmlns ?? outerNamespace;
  const rule = innerRule(element, namespace, outerRule);
  const copy = new Element(element.name, attributesOf(element, namespace));
  const children = element.children.filter((child) => typeof child !== 'string').map((child) => copyOf(child, namespace, rule));
  if (rule !== 'word') {
    let at = 0;
    copy.children = element.children.map((child) => (typeof child !== 'string' ? children[at++] ?? child : rule === 'keep' ? child : dotsFor(child)));
  } else {
    const text = element.getText();
    // The white space between children is no secret, and a word there would mean one.
    copy.children = text === '' || (children.length > 0 && text.trim() === '') ? children : [secretOf(text), ...children];
  }
  return copy;
}

function innerRule({ name, attrs }: Element, namespace: string, outer: Rule): Rule {
  if (namespace === NS.register) return name === 'username' ? 'keep' : 'word';
  if (namespace === NS.resultSets) return 'keep';
  if (namespace === NS.dataForms && name === 'field' && actedOnField.test(attrs.var ?? '')) return 'keep';
  const isSecret = secretElement.test(name) || (name === 'field' && secretElement.test(attrs.var?.split(/[#_]/).at(-1) ?? ''));
  if (outer === 'word' || isSecret || namespace === nonSaslNs) return 'word';
  if (outer !== 'presence' || name === 'presence') return outer;
  return namespace === '' && (name === 'priority' || name === 'show') ? 'keep' : 'dots';
}

/** As many dots as the text has characters once it is written; blanks say nothing, and stay. */
const dotsFor = (text: string): string => (text.trim() === '' ? text : '.'.repeat(serialize(new Element('x').t(text)).length - '<x></x>'.length));

function attributesOf({ attrs }: Element, namespace: string): Record<string, string> {
  const isIdSecret = secretIds.has(namespace);
  return Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, secretName.test(name) || (isIdSecret && name === 'id') ? REDACTED : value]));
}
