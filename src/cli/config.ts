/** The configuration of a server: defaults, under the file, under the options of the command line.
 *  The keys and their defaults are in config.schema.json, what is wrong with a value is said by
 *  config-check.ts; here they become the one value that the server is started with. @module */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { prepareDomainpart } from '../core/jid.ts';
import { isLoopback } from '../runtime/address.ts';
import type { Limits } from '../runtime/limits.ts';
import { addressesOf } from './addresses.ts';
import { checkSource, conflict } from './config-check.ts';
import { ConfigError } from './config-error.ts';
import { otherDomains, type OtherDomains, type WrittenDomains } from './config-federation.ts';
import { configKeys } from './config-schema.ts';
import { fileSource, optionSource, wholeFile, type ConfigSource, type JsonObject } from './config-source.ts';

/** A port to listen on; 0 is any free one, false is none. */
export type Port = number | false;

/** How much is logged. */
export type LogLevel = 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Everything a server needs to know, complete and checked. `docs/reference/config.md` has a row for
 *  each key.
 *  @public */
export interface Config extends OtherDomains {
  /** Prepared (RFC 7622 §3.2). */
  readonly domain: string;
  /** The addresses to listen on: IPv4 or IPv6, never a name. */
  readonly host: readonly string[];
  /** Where `ports.component` is open. */
  readonly componentHost: readonly string[];
  readonly ports: {
    readonly c2s: Port; readonly c2sTls: Port; readonly http: Port; readonly https: Port;
    /** Both false where there are no other servers. */
    readonly s2s: Port; readonly s2sTls: Port;
    readonly component: Port;
  };
  /** The absolute path of the data directory; with `memory` nothing may be written there. */
  readonly data: string;
  readonly memory: boolean;
  readonly store: { readonly synchronous: 'full' | 'normal' };
  /** Both files or neither; absolute paths. */
  readonly tls: {
    readonly keyFile?: string;
    readonly certFile?: string;
    readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
    /** TLS before authentication on loopback too. */
    readonly required: boolean;
  };
  readonly webSocket: { readonly behindProxy: boolean; readonly origins?: readonly string[]; readonly url?: string };
  readonly auth: { readonly mechanisms: readonly string[]; readonly anonymous: boolean; readonly iterations: number };
  readonly insecurePlain: boolean;
  /** Set also when `openRegistration` is. */
  readonly registration: boolean;
  readonly openRegistration: boolean;
  readonly limits: Limits;
  readonly drainTimeoutMs: number;
  readonly unauthenticatedTimeoutMs: number;
  readonly offline: { readonly limit: number };
  /** Every session is recorded when there is a directory; an absolute path. */
  readonly record: { readonly directory?: string; readonly bodies: boolean; readonly maxBytes: number };
  /** `port` is false when it is off; 0 is any free one. */
  readonly inspector: { readonly host: string; readonly port: Port; readonly bodies: boolean };
  readonly logLevel: LogLevel;
}

/** The settings that the command line gives. */
export interface ConfigArguments {
  /** The configuration file, if one was named. */
  readonly file?: string;
  /** What the options set, in the shape of the file. */
  readonly options: JsonObject;
  /** The option behind each key, for the messages. */
  readonly flags: ReadonlyMap<string, string>;
}

/** Reads and checks the configuration that a command line asks for.
 *  @throws ConfigError for the first mistake.
 *  @example
 *  const config = loadConfig({ file: 'config.json', options: { domain: 'example.org' }, flags: new Map() });
 *  @public */
export function loadConfig(args: ConfigArguments): Config {
  // `--data` takes the place of a file's `memory`, as `--memory` does that of its `data`.
  const options = 'data' in args.options ? { memory: false, ...args.options } : args.options;
  const file = args.file === undefined ? [] : [fileSource(readText(args.file), args.file)];
  return combine([...file, optionSource(options, args.flags)]);
}

/** The configuration that the text of a file describes.
 *  @param text JSON with comments.
 *  @param fileName what the messages call the file; relative paths begin in its directory.
 *  @throws ConfigError for the first mistake.
 *  @example
 *  parseConfig('{ "domain": "example.org" } // all else by default', 'config.json').ports.c2s; // 5222
 *  @public */
export const parseConfig = (text: string, fileName: string): Config => combine([fileSource(text, fileName)]);

/** Lays the sources over the defaults, the last one on top. */
function combine(sources: readonly ConfigSource[]): Config {
  for (const source of sources) checkSource(source);
  const given = sources.map(withAbsolutePaths).reduce(merge);
  const { $schema, ...settings } = merge(defaults(), given);
  const config = settings as unknown as Written;
  const domain = prepareDomainpart(config.domain) ?? config.domain;
  const host = addressesOf(config.host, domain);
  const others = otherDomains({ ...config, domain }, sources);
  const complete: Config = {
    ...config,
    ...others,
    domain,
    ports: others.s2s.enabled ? config.ports : { ...config.ports, s2s: false, s2sTls: false },
    host,
    componentHost: componentHostOf(config.componentHost, host),
    data: resolve(sources[0]?.directory ?? '', config.data),
    registration: config.registration || config.openRegistration,
    inspector: inspectorOf(config.inspector, domain === 'localhost' && host.every(isLoopback)),
  };
  refuseInsecurePlain(complete, sources);
  refuseNoMechanism(complete, sources);
  return complete;
}

/** What is given of the configuration and its defaults. */
type Written = Omit<Config, 'host' | 'componentHost' | 'inspector' | keyof OtherDomains> & WrittenDomains & {
  readonly inspector: WrittenInspector;
  readonly host?: string | readonly string[];
  readonly componentHost?: string | readonly string[];
};

/** Components are mostly on the same machine, and have no TLS. */
function componentHostOf(given: string | readonly string[] | undefined, host: readonly string[]): readonly string[] {
  const own = host.filter(isLoopback);
  return given === undefined && own.length > 0 ? own : addressesOf(given ?? 'localhost', 'localhost');
}

interface WrittenInspector {
  readonly enabled?: boolean;
  readonly host: string;
  readonly port?: Port;
  readonly bodies: boolean;
}

/** Whoever asks for a port asks for the inspector; for a server that only this machine can reach it is there unasked. */
function inspectorOf({ enabled, host, port, bodies }: WrittenInspector, isAtHome: boolean): Config['inspector'] {
  const isWanted = enabled ?? (port !== undefined || isAtHome);
  return { host, bodies, port: isWanted ? port ?? 0 : false };
}

/** Mechanisms none of which any of the ports could offer (sasl/authenticator.ts) would let nobody in. */
function refuseNoMechanism({ auth, insecurePlain, ports, webSocket }: Config, sources: readonly ConfigSource[]): void {
  const source = sources.findLast(({ value }) => isObject(value['auth']) && 'mechanisms' in value['auth']);
  const overTls = ports.c2s !== false || ports.c2sTls !== false || ports.https !== false;
  if (source === undefined || auth.anonymous || overTls || ports.http === false) return;
  const usable = auth.mechanisms.filter((name) => !name.endsWith('-PLUS') && (name !== 'PLAIN' || webSocket.behindProxy || insecurePlain));
  if (usable.length > 0) return;
  conflict(source, ['auth', 'mechanisms'], 'has none that can be offered on ports.http, the only port', 'Add SCRAM-SHA-256, or another port.');
}

function refuseInsecurePlain(config: Config, sources: readonly ConfigSource[]): void {
  const open = config.host.find((address) => !isLoopback(address));
  const source = sources.findLast(({ value }) => value['insecurePlain'] === true);
  if (!config.insecurePlain || !source || open === undefined) return;
  const problem = `would let passwords go unprotected to ${open}, which is not a loopback address`;
  conflict(source, ['insecurePlain'], problem, 'Set host to 127.0.0.1, or leave insecurePlain out.');
}

function defaults(): JsonObject {
  const nest = (path: readonly string[], value: unknown): JsonObject => {
    const [name = '', ...rest] = path;
    return { [name]: rest.length > 0 ? nest(rest, value) : value };
  };
  return [...configKeys]
    .filter(([, node]) => node.default !== undefined)
    .map(([key, node]) => nest(key.split('.'), structuredClone(node.default)))
    .reduce(merge, {});
}

function merge(under: JsonObject, over: JsonObject): JsonObject {
  const both = Object.entries(over).map(([key, value]) => {
    const below = under[key];
    return [key, isObject(below) && isObject(value) ? merge(below, value) : value] as const;
  });
  return { ...under, ...Object.fromEntries(both) };
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

function withAbsolutePaths({ value, directory }: ConfigSource): JsonObject {
  const absolute = (object: JsonObject, ...keys: string[]): JsonObject => {
    const paths = keys.filter((key) => key in object).map((key) => [key, resolve(directory, String(object[key]))] as const);
    return { ...object, ...Object.fromEntries(paths) };
  };
  const { tls, record, s2s, components } = value;
  return {
    ...absolute(value, 'data'),
    ...(isObject(tls) && { tls: absolute(tls, 'keyFile', 'certFile') }),
    ...(isObject(s2s) && { s2s: absolute(s2s, 'ca') }),
    ...(Array.isArray(components) && { components: components.map((component: JsonObject) => absolute(component, 'secretFile')) }),
    ...(isObject(record) && { record: absolute(record, 'directory') }),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const problem = `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;
    throw new ConfigError({ code: 'config-unreadable', key: '', problem, hint: 'Is it the right path?' }, wholeFile(file));
  }
}
