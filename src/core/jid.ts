/** Addresses of XMPP: what is one, and the one form in which two of them are equal exactly when
 *  they mean the same. Spec: RFC 7622. Not here: the profiles behind the parts (precis.ts). @module */
import { toUnicode } from 'tr46';
import type { BareJid, FullJid } from '../../machines/vocabulary.ts';
import { detached } from './detached.ts';
import { isIdentifier } from './precis-classes.ts';
import { enforceOpaqueString, enforceUsername } from './precis.ts';

/** An address with its parts, prepared and enforced (RFC 7622 §3). */
export interface Jid {
  readonly local: string | undefined;
  readonly domain: string;
  readonly resource: string | undefined;
  readonly bare: BareJid;
  /** Only when there is a resourcepart. */
  readonly full: FullJid | undefined;
}

const maxPartBytes = 1023;
/** Composition can make a part shorter, but not by half; what is longer isn't worth the work. */
const maxPartLength = 2 * maxPartBytes;
/** RFC 1034 §3.1, without the dot of the root. */
const maxNameLength = 253;
const maxLabelLength = 63;
/** The dots of UTS #46 §2.3. */
const separators = /[.\u3002\uff0e\uff61]/;
/** Longer addresses are rare, and must not make the cache big. */
const maxCachedLength = 256;
const maxCachedPerGeneration = 5_000;

/** What is malformed is remembered too, as null: the refusal may have been costlier than an answer. */
let young = new Map<string, Jid | null>();
let old = new Map<string, Jid | null>();

/** Reads an address; undefined when it is malformed (RFC 7622 §3.1, §4).
 *  The answer shares no memory with `text`, which may be a piece of something big.
 *  @param text the address as it came
 *  @example
 *  const jid = parseJid('Juliet@Capulet.LIT/balcony');
 *  jid?.bare; // 'juliet@capulet.lit'
 *  jid?.resource; // 'balcony'
 *  parseJid('@capulet.lit'); // undefined */
export function parseJid(text: string): Jid | undefined {
  const known = young.get(text);
  if (known !== undefined) return known ?? undefined;
  const before = old.get(text);
  const jid = before === undefined ? prepareJid(text) ?? null : before;
  if (text.length <= maxCachedLength) remember(text, jid);
  return jid ?? undefined;
}

/** Reads an address that has no resourcepart; undefined when it is malformed or has one.
 *  @param text the address as it came
 *  @example
 *  parseBare('Juliet@Capulet.LIT'); // 'juliet@capulet.lit'
 *  parseBare('juliet@capulet.lit/balcony'); // undefined */
export function parseBare(text: string): BareJid | undefined {
  const jid = parseJid(text);
  return jid === undefined || jid.full !== undefined ? undefined : jid.bare;
}

/** The bare JID of a full JID (RFC 7622 §3.1).
 *  @param full an address that is already prepared and enforced */
export function bareOf(full: FullJid): BareJid {
  return full.slice(0, full.indexOf('/')) as BareJid;
}

/** Prepares and enforces a localpart; undefined when it is malformed (RFC 7622 §3.3).
 *  @param text the localpart as it came, such as the name of a new account */
export function prepareLocalpart(text: string): string | undefined {
  if (text.length > maxPartLength) return undefined;
  const local = /^[a-z0-9._+=-]+$/.test(text) ? text : enforceUsername(text);
  return local !== undefined && fits(local) && !/["&'/:<>@]/.test(local) ? local : undefined;
}

/** Prepares and enforces a resourcepart; undefined when it is malformed (RFC 7622 §3.4).
 *  A leading space is refused, as in example 18 of §3.5.
 *  @param text the resourcepart as it came */
export function prepareResourcepart(text: string): string | undefined {
  if (text.length > maxPartLength) return undefined;
  const resource = /^[!-~][ -~]*$/.test(text) ? text : enforceOpaqueString(text);
  return resource !== undefined && fits(resource) && !resource.startsWith(' ') ? resource : undefined;
}

/** Prepares and enforces a domainpart; undefined when it is malformed (RFC 7622 §3.2).
 *  @param text the domainpart as it came: a domain name, an IPv4 address or a bracketed IPv6 address */
export function prepareDomainpart(text: string): string | undefined {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (!isShort(name)) return undefined;
  if (name.startsWith('[')) return prepareIpLiteral(name);
  return /^[a-z0-9]+([.-][a-z0-9]+)*$/.test(name) && !name.includes('xn--') ? name : prepareDomainName(name);
}

/** Whether a name and its labels are within the limits of DNS, which stay in force (RFC 7622 §3.2). They
 *  are of octets of A-labels; a U-label has fewer code points than its A-label has octets. What is short
 *  in this sense has fewer than 1023 bytes. */
function isShort(name: string): boolean {
  return hasAtMost(maxNameLength, name) && name.split(separators).every((label) => hasAtMost(maxLabelLength, label));
}

function hasAtMost(limit: number, text: string): boolean {
  return text.length <= limit || (text.length <= 2 * limit && [...text].length <= limit);
}

/** An internationalised domain name in the form that has no A-label (RFC 7622 §3.2.1). UTS #46 maps
 *  it; it admits symbols that IDNA2008 does not, hence the second look at what remains. */
function prepareDomainName(name: string): string | undefined {
  const { domain, error } = toUnicode(name, {
    checkBidi: true, checkHyphens: true, checkJoiners: true, useSTD3ASCIIRules: true,
  });
  return !error && isShort(domain) && domain.split('.').every((label) => label !== '' && isIdentifier(label)) ? domain : undefined;
}

/** RFC 3986 §3.2.2; of several ways to write an address, the one of RFC 5952. No zone identifier:
 *  it means something to one host only. */
function prepareIpLiteral(text: string): string | undefined {
  if (!/^\[[0-9a-f:.]+\]$/i.test(text) || !URL.canParse(`http://${text}`)) return undefined;
  return new URL(`http://${text}`).hostname;
}

/** The separators are found before anything is mapped, the first `/` before the first `@`
 *  (RFC 7622 §3.1, §3.2). */
function prepareJid(text: string): Jid | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const at = address.indexOf('@');
  const local = at < 0 ? undefined : prepareLocalpart(address.slice(0, at));
  const domain = prepareDomainpart(address.slice(at + 1));
  const resource = slash < 0 ? undefined : prepareResourcepart(text.slice(slash + 1));
  if (domain === undefined || (at >= 0 && local === undefined) || (slash >= 0 && resource === undefined)) {
    return undefined;
  }
  return assemble(local, domain, resource);
}

/** The parts are cut from a copy, so that none of them keeps the text alive that they came in. */
function assemble(local: string | undefined, domain: string, resource: string | undefined): Jid {
  const bare = detached(local === undefined ? domain : `${local}@${domain}`) as BareJid;
  const full = resource === undefined ? undefined : detached(`${bare}/${resource}`) as FullJid;
  return {
    local: local === undefined ? undefined : bare.slice(0, local.length),
    domain: bare.slice(bare.length - domain.length),
    resource: full?.slice(bare.length + 1),
    bare,
    full,
  };
}

function remember(text: string, jid: Jid | null): void {
  if (young.size >= maxCachedPerGeneration) {
    old = young;
    young = new Map();
  }
  young.set(jid?.full === text ? jid.full : jid?.bare === text ? jid.bare : detached(text), jid);
}

/** Whether a part has 1 to 1023 bytes (RFC 7622 §3.1). */
function fits(part: string): boolean {
  if (part.length === 0 || part.length > maxPartBytes) return false;
  if (part.length * 3 <= maxPartBytes) return true;
  return new TextEncoder().encode(part).length <= maxPartBytes;
}
