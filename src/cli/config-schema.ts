/** The schema of the configuration, read as a list of keys. Everything that is said about a key (its
 *  default, what it allows, what it is for) is said once, in config.schema.json, and taken from here
 *  by the checks, the help of the command line and the reference page. @module */
import schema from './config.schema.json' with { type: 'json' };

/** The part of JSON Schema that config.schema.json uses. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  /** What an object of any names has under each of them. */
  readonly additionalProperties?: boolean | SchemaNode;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly description?: string;
}

/** The path of a value in the configuration. */
export type KeyPath = readonly (string | number)[];

/** The document itself, for a validator. */
export const configSchema = schema;

const definitions: Readonly<Record<string, SchemaNode>> = schema.$defs;
const root: SchemaNode = schema as SchemaNode;

const resolved = (node: SchemaNode): SchemaNode => {
  const definition = node.$ref && definitions[node.$ref.slice('#/$defs/'.length)];
  return definition ? { ...definition, ...node } : node;
};

/** Each key that holds a value, in the order of the schema; groups such as `limits` are left out. */
export const configKeys: ReadonlyMap<string, SchemaNode> = new Map(leaves(root, []));

function leaves(node: SchemaNode, path: readonly string[]): [string, SchemaNode][] {
  if (node.properties === undefined) return [[path.join('.'), resolved(node)]];
  return Object.entries(node.properties).flatMap(([name, child]) => leaves(child, [...path, name]));
}

/** The keys of the objects that a list or a table holds, such as `components[].domain`. */
export const innerKeys: readonly string[] = [...configKeys].flatMap(([key, node]) => {
  const entry = objectIn(node.items ?? entryOf(node));
  return Object.keys(entry?.properties ?? {}).map((name) => `${key}[].${name}`);
});

/** What the schema says about the value at a path; undefined where no such value can be. */
export function schemaAt(path: KeyPath): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const step of path) {
    const next: SchemaNode | undefined = typeof step === 'number' ? itemsOf(node) : memberOf(node, step);
    if (next === undefined) return undefined;
    node = resolved(next);
  }
  return node;
}

const itemsOf = (node: SchemaNode): SchemaNode | undefined =>
  node.items ?? node.anyOf?.find((choice) => choice.items)?.items;

function memberOf(node: SchemaNode, name: string): SchemaNode | undefined {
  return node.properties?.[name] ?? objectIn(node)?.properties?.[name] ?? entryOf(node);
}

function entryOf({ additionalProperties }: SchemaNode): SchemaNode | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** The object among what a node allows. */
function objectIn(node: SchemaNode | undefined): SchemaNode | undefined {
  return node?.anyOf?.find((choice) => choice.properties) ?? node;
}

/** A path as it is written in messages and in the reference: `auth.mechanisms[1]`, `s2s.targets["s2.test"]`. */
export const pathText = (path: KeyPath): string => path.reduce<string>((text, step) => {
  if (typeof step === 'number') return `${text}[${step}]`;
  if (text !== '' && /[^\w$]/.test(step)) return `${text}[${JSON.stringify(step)}]`;
  return text ? `${text}.${step}` : step;
}, '');

const formats: Readonly<Record<string, string>> = {
  domainpart: 'a domain name such as example.org',
  address: 'an IP address or localhost',
  loopback: 'an address of this machine alone, such as 127.0.0.1',
  hostname: 'the name or the IP address of a server',
  target: 'a place such as 127.0.0.3:5269',
  origin: 'an origin such as https://example.org',
  websocket: 'an address such as wss://example.org/xmpp-websocket',
};

/** What a key allows, in words that fit after "it must be".
 *  @param none how the value `false` of a port is written: `false` in a file, `off` in an option. */
export function allowedText(node: SchemaNode, none = 'false'): string {
  if (node.anyOf) return node.anyOf.map((choice) => allowedText(choice, none)).join(', or ');
  if (node.enum) return node.enum.length > 1 ? `one of ${node.enum.join(', ')}` : String(node.enum[0]);
  if (node.const === false) return none;
  if (node.type === 'boolean') return 'true or false';
  if (node.type === 'integer') return `a whole number from ${node.minimum ?? 0} to ${node.maximum ?? 'any'}`;
  if (node.items) return `a list, ${shapeOf(node)}each ${allowedText(node.items)}`;
  const entry = entryOf(node);
  if (entry) return `an object that has for each domain ${allowedText(entry)}`;
  if (node.required && node.properties) return `an object with ${Object.keys(node.properties).join(', ')}`;
  if (node.type === 'object') return 'an object';
  return formats[node.format ?? ''] ?? 'a text that is not empty';
}

function shapeOf({ minItems, uniqueItems }: SchemaNode): string {
  const words = [...(minItems ? ['not empty'] : []), ...(uniqueItems ? ['without repetition'] : [])];
  return words.length > 0 ? `${words.join(' and ')}, ` : '';
}

/** The first sentence of what a key is for. */
export const summary = (node: SchemaNode): string => /^.*?\.(?= [A-Z]|$)/.exec(node.description ?? '')?.[0] ?? '';
