/** What a person reads when the server has started: where to connect, how to get in, how to go on.
 *  @module */
import { relative } from 'node:path';
import { isLoopback } from '../runtime/address.ts';
import type { Config, ConfigArguments } from './config.ts';
import type { Addresses } from './serve.ts';

/** How the command line was started, as far as commands that are shown must repeat it. */
export interface Invocation {
  /** What stands before the command, such as `npx node src/cli/main.ts`. */
  readonly program: string;
  /** The options that name the same store. */
  readonly storeOptions: readonly string[];
}

/** The text shown once the server listens.
 *  @param addresses where it really listens, in `host:port` form, and the address of the inspector. */
export function banner(config: Config, addresses: Addresses & { readonly inspector?: string | undefined }, version: string, invocation: Invocation): string {
  // Off loopback a WebSocket without TLS is refused, unless a proxy is in front (RFC 7395 §6).
  const plainWebSocket = config.webSocket.behindProxy || config.host.every(isLoopback);
  const rows: (readonly [string, string | false | undefined])[] = [
    ['Clients', addresses.c2s && `${addresses.c2s} (STARTTLS)`],
    ['Clients', addresses.c2sTls && `${addresses.c2sTls} (TLS from the start)`],
    ['WebSocket', plainWebSocket && addresses.http && `ws://${addresses.http}/xmpp-websocket`],
    ['WebSocket', addresses.https && `wss://${addresses.https}/xmpp-websocket`],
    ['Servers', addresses.s2s && `${addresses.s2s} (STARTTLS)`],
    ['Servers', addresses.s2sTls && `${addresses.s2sTls} (TLS from the start)`],
    ['Components', addresses.component && `${addresses.component} (XEP-0114)`],
    ['Rooms', config.rooms.domain],
    ['Inspector', addresses.inspector],
    ['Certificate', config.tls.certFile ?? 'self-signed: your client asks you once whether to trust it'],
    ['Stored in', config.memory ? 'memory: all is gone when the server stops' : config.data],
    ['Accounts', accountsLine(config, invocation)],
    ['Go on with', 'docs/start.md'],
  ];
  const lines = rows.filter(([, text]) => text).map(([name, text]) => `  ${name.padEnd(12)}${text}`);
  return [`Waystate ${version} serves ${config.domain}.`, '', ...lines, '', ...warnings(config), 'Ctrl-C stops it.'].join('\n');
}

function accountsLine(config: Config, { program, storeOptions }: Invocation): string {
  const add = [program, 'account add', `juliet@${config.domain}`, ...storeOptions].join(' ');
  const register = `register at ${config.domain} from your client`;
  if (!config.memory) return config.registration ? `${register}, or: ${add}` : add;
  if (config.registration) return register;
  if (config.auth.anonymous) return 'none needed: anybody gets in';
  return 'none, and none can be made: start with --open-registration or --data';
}

function warnings({ insecurePlain, s2s, ports, componentHost }: Config): readonly string[] {
  const sentences = [
    insecurePlain && '  Passwords may go unencrypted (insecurePlain): for tests on this machine only.',
    s2s.enabled && !s2s.requireTls && '  Stanzas may go unencrypted to other servers, and come so (s2s.requireTls).',
    ports.component !== false && !componentHost.every(isLoopback) && '  Components connect without encryption (ports.component): let nobody else reach that port.',
  ].filter((sentence) => sentence !== false);
  return sentences.length > 0 ? [...sentences, ''] : [];
}

/** How this process was started.
 *  @param script the program's file, `process.argv[1]`. */
export function invocationOf(script: string, directory: string, { file, options }: ConfigArguments): Invocation {
  const data = options['data'];
  return {
    // The sources need the Node of the package, which npx finds; an installed program has a name.
    program: script.endsWith('.ts') ? `npx node ${shellWord(relative(directory, script))}` : 'waystate',
    storeOptions: [
      ...(file === undefined ? [] : ['--config', shellWord(file)]),
      ...(typeof data === 'string' ? ['--data', shellWord(data)] : []),
    ],
  };
}

/** A word as a shell takes it. */
const shellWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
