/** The part of the configuration that is about other domains: rooms, components, other servers. What follows
 *  from what was left out, and what contradicts what. @module */
import { isIP } from 'node:net';
import { prepareDomainpart } from '../core/jid.ts';
import { isLoopback } from '../runtime/address.ts';
import type { Endpoint } from '../runtime/endpoint.ts';
import { conflict } from './config-check.ts';
import type { ConfigSource, JsonObject } from './config-source.ts';
import { readTarget, type WrittenTarget } from './target.ts';

/** How the server deals with others.
 *  @public */
export interface S2sConfig {
  readonly enabled: boolean;
  /** By domain. */
  readonly targets: ReadonlyMap<string, Endpoint>;
  readonly allow?: readonly string[];
  readonly deny: readonly string[];
  readonly requireTls: boolean;
  readonly dialback: boolean;
  /** An absolute path. */
  readonly ca?: string;
  readonly queueLimit: number;
  readonly linkLimit: number;
  readonly waitMs: number;
  readonly idleMs: number;
}

/** A component that may connect; it has one of the two secrets.
 *  @public */
export interface ComponentSettings {
  readonly domain: string;
  readonly secret?: string;
  /** An absolute path. */
  readonly secretFile?: string;
}

/** The part of the configuration that is about other domains.
 *  @public */
export interface OtherDomains {
  readonly rooms: { readonly domain: string | false };
  readonly s2s: S2sConfig;
  readonly components: readonly ComponentSettings[];
}

/** What the sources have of it, each checked and laid one over the other, before anything follows of it. */
export interface WrittenDomains {
  readonly domain: string;
  readonly rooms?: { readonly domain?: string | false };
  readonly ports: { readonly s2s: number | false; readonly s2sTls: number | false; readonly component: number | false };
  readonly s2s: Omit<S2sConfig, 'targets' | 'enabled'> & { readonly enabled?: boolean; readonly targets: Readonly<Record<string, WrittenTarget>> };
  readonly components: readonly ComponentSettings[];
}

/** Completes it.
 *  @param written everything laid together, the domain prepared
 *  @throws ConfigError `config-conflict` */
export function otherDomains(written: WrittenDomains, sources: readonly ConfigSource[]): OtherDomains {
  const rooms = { domain: roomsDomain(written) };
  const components = written.components.map((component) => ({ ...component, domain: prepared(component.domain) }));
  const { s2s } = written;
  const targets = new Map(Object.entries(s2s.targets).flatMap(([domain, target]) => {
    const endpoint = readTarget(target);
    return endpoint === undefined ? [] : [[prepared(domain), endpoint] as const];
  }));
  refuseSharedDomains(written.domain, rooms.domain, components, sources);
  refuseLonelyComponents(written, sources);
  return {
    rooms,
    components,
    s2s: {
      ...s2s,
      enabled: s2s.enabled ?? isAskedFor(written, targets.size, sources),
      targets,
      deny: s2s.deny.map(prepared),
      ...(s2s.allow && { allow: s2s.allow.map(prepared) }),
    },
  };
}

/** What passed the check is a domainpart. */
const prepared = (domain: string): string => prepareDomainpart(domain) ?? domain;

/** There is nothing below a domain that is an address. */
function roomsDomain({ domain, rooms }: WrittenDomains): string | false {
  const given = rooms?.domain ?? (isIP(domain) || domain.startsWith('[') ? false : `rooms.${domain}`);
  return given !== false && (prepareDomainpart(given) ?? false);
}

/** A domain that no other server can find has none to deal with, unless something is said of them. */
function isAskedFor({ domain, ports }: WrittenDomains, targets: number, sources: readonly ConfigSource[]): boolean {
  if (targets > 0) return true;
  if (!isLoopback(domain.replace(/^\[(.*)\]$/, '$1'))) return ports.s2s !== false || ports.s2sTls !== false;
  const isGiven = (key: string): boolean => sources.some(({ value }) => typeof (value['ports'] as JsonObject | undefined)?.[key] === 'number');
  return (ports.s2s !== false && isGiven('s2s')) || (ports.s2sTls !== false && isGiven('s2sTls'));
}

/** One domain, one who answers for it (XEP-0114 §3, XEP-0045 §3). */
function refuseSharedDomains(domain: string, rooms: string | false, components: readonly ComponentSettings[], sources: readonly ConfigSource[]): void {
  const roomsSource = sources.findLast(({ value }) => (value['rooms'] as JsonObject | undefined)?.['domain'] !== undefined);
  if (rooms === domain && roomsSource) conflict(roomsSource, ['rooms', 'domain'], 'is the domain of the accounts', 'Choose another, or leave it out.');
  const source = sources.findLast(({ value }) => value['components'] !== undefined);
  for (const [index, component] of source === undefined ? [] : components.entries()) {
    const at = ['components', index, 'domain'];
    if (component.domain === domain) conflict(source!, at, 'is the domain of the accounts', 'Choose another.');
    if (component.domain === rooms) conflict(source!, at, 'is the domain of the rooms', 'Choose another, or set rooms.domain.');
    if (components.findIndex((other) => other.domain === component.domain) < index) conflict(source!, at, 'stands twice', 'Remove one of the two.');
  }
}

/** A component needs a port to come in by and a secret, a port somebody who may come in. */
function refuseLonelyComponents({ components, ports }: WrittenDomains, sources: readonly ConfigSource[]): void {
  const source = sources.findLast(({ value }) => value['components'] !== undefined);
  const portSource = sources.findLast(({ value }) => (value['ports'] as JsonObject | undefined)?.['component'] !== undefined);
  if (ports.component !== false && components.length === 0 && portSource) conflict(portSource, ['ports', 'component'], 'needs components beside it', 'Say which may connect.');
  if (source === undefined) return;
  if (ports.component === false && components.length > 0) conflict(source, ['components'], 'needs ports.component beside it', 'Say where they connect.');
  for (const [index, { secret, secretFile }] of components.entries()) {
    if ((secret === undefined) !== (secretFile === undefined)) continue;
    const problem = secret === undefined ? 'has no secret' : 'has both secret and secretFile';
    conflict(source, ['components', index, 'domain'], problem, secret === undefined ? 'Give it secret or secretFile.' : 'Keep one of them.');
  }
}
