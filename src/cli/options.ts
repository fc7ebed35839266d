/** The options that set keys of the configuration. Each option is a row of one table; its help is
 *  what the schema says of its key, and its value is checked as the same value in a file is. @module */
import { Option, type Command } from 'commander';
import type { ConfigArguments } from './config.ts';
import { configKeys, summary } from './config-schema.ts';
import type { JsonObject } from './config-source.ts';

interface ConfigOption {
  readonly flags: string;
  readonly key: string;
  /** What can't be said of the key, only of the option. */
  readonly note?: string;
  /** Makes a value of the text; what it can't read it leaves to the check. */
  readonly read?: (text: string, previous: unknown) => unknown;
}

const port = (text: string): unknown => (text === 'off' ? false : /^\d+$/.test(text) ? Number(text) : text);
const domain = (text: string): unknown => (text === 'off' ? false : text);
const oneMore = (text: string, previous: unknown): unknown => [...(Array.isArray(previous) ? (previous as unknown[]) : []), text];

/** Every option of the command line that has a key. */
export const configOptions: readonly ConfigOption[] = [
  { flags: '--domain <name>', key: 'domain' },
  { flags: '--host <address>', key: 'host', note: 'can be repeated', read: oneMore },
  { flags: '--c2s-port <port>', key: 'ports.c2s', read: port },
  { flags: '--c2s-tls-port <port>', key: 'ports.c2sTls', read: port },
  { flags: '--http-port <port>', key: 'ports.http', read: port },
  { flags: '--https-port <port>', key: 'ports.https', read: port },
  { flags: '--s2s-port <port>', key: 'ports.s2s', read: port },
  { flags: '--s2s-tls-port <port>', key: 'ports.s2sTls', read: port },
  { flags: '--component-port <port>', key: 'ports.component', read: port },
  { flags: '--muc <domain>', key: 'rooms.domain', read: domain },
  { flags: '--data <directory>', key: 'data' },
  { flags: '--memory', key: 'memory' },
  { flags: '--open-registration', key: 'openRegistration' },
  { flags: '--insecure-plain', key: 'insecurePlain' },
  { flags: '--record <directory>', key: 'record.directory' },
  { flags: '--record-bodies', key: 'record.bodies' },
  { flags: '--inspector-port <port>', key: 'inspector.port', read: port },
  { flags: '--log-level <level>', key: 'logLevel' },
];

/** Gives a command `--config` and the options of some keys. */
export function addConfigOptions(command: Command, keys: readonly string[] = configOptions.map(({ key }) => key)): Command {
  command.option('--config <file>', 'The configuration file: JSON, comments allowed (docs/reference/config.md).');
  for (const { flags, key, note, read } of configOptions.filter((option) => keys.includes(option.key))) {
    const option = new Option(flags, helpOf(key, note));
    command.addOption(read ? option.argParser(read) : option);
  }
  return command;
}

/** What the options of a command say about the configuration. */
export function configArguments(command: Command): ConfigArguments {
  const values = command.opts<JsonObject>();
  const flags = new Map<string, string>();
  const options: Record<string, unknown> = {};
  for (const { flags: text, key } of configOptions) {
    const option = new Option(text);
    const value = values[option.attributeName()];
    if (value === undefined) continue;
    flags.set(key, option.long ?? text);
    const [group = '', name] = key.split('.');
    options[group] = name === undefined ? value : { ...(options[group] as JsonObject | undefined), [name]: value };
  }
  const file = values['config'];
  return { options, flags, ...(typeof file === 'string' && { file }) };
}

function helpOf(key: string, note?: string): string {
  const node = configKeys.get(key);
  const facts = [...(note ? [note] : []), `key ${key}`, ...(node?.default ? [`default ${String(node.default)}`] : [])];
  return `${node ? summary(node) : ''} (${facts.join('; ')})`;
}
