/** The table of all keys in docs/reference/config.md, made from the schema; a test holds the page
 *  equal to it. @module */
import { allowedText, configKeys, type SchemaNode } from './config-schema.ts';

/** The table, in Markdown.
 *  @example
 *  console.log(configTable()); // | Key | Default | Allowed | Meaning | … */
export function configTable(): string {
  const rows = [...configKeys].map(([key, node]) =>
    `| ${[`\`${key}\``, defaultText(node), allowedText(node), node.description ?? ''].join(' | ')} |`);
  return ['| Key | Default | Allowed | Meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function defaultText(node: SchemaNode): string {
  if (node.default === undefined) return '–';
  return Array.isArray(node.default) && node.default.length > 0 ? 'all' : `\`${JSON.stringify(node.default)}\``;
}
