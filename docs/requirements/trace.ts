/** What becomes of each statement: whom it obliges, where that is done, what shows it, or why it is not done here. The
 *  claims are in docs/reference/traced, by section or by statement; states, transitions and theorems that cite a section
 *  are found by themselves. @module */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../../machines/catalogue.ts';
import { modelOf } from '../../src/export/model.ts';
import { citationsOf } from '../../src/inspector/page/citation.js';
import type { Requirement } from '../../src/inspector/requirement.ts';
import type { TheoremsSheet } from '../../src/inspector/theorems.ts';
import type { Statement } from './extract.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'docs', 'reference', 'traced');

/** Where something is done and what shows it; or the reason why it is not done. Names have spaces between them; what shows a
 *  single statement is a list, each a file of tests with words that stand in it, such as a test's title
 *  (`test/hostile/header.test.ts: no version`). */
export type Claim = readonly [where: string, shown: string | readonly string[]] | string;

/** The claims by what they are about: `RFC 6120 §4.3` with all sections in it, or `RFC 6120 §4.3.5 #3`. */
export function readClaims(): ReadonlyMap<string, Claim> {
  return new Map(readdirSync(folder).filter((name) => name.endsWith('.json')).flatMap((name) => {
    const { document, claims } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { readonly document: string; readonly claims: Readonly<Record<string, Claim>> };
    return Object.entries(claims).map(([about, claim]) => [about === '' ? document : `${document} §${about}`, claim] as const);
  }));
}

/** Whom a statement obliges, by the word before the keyword; a claim can know it better. */
export function obliged(sentence: string): Requirement['who'] {
  const before = /^(.*?)\b(?:MUST|SHALL|SHOULD|MAY|REQUIRED|RECOMMENDED|OPTIONAL)\b/.exec(sentence)?.[1] ?? '';
  if (/\b(?:server|service|room|receiving entity) (?:\w+ )?(?:MUST|SHALL)\b/i.test(sentence) && !/initiating server/i.test(sentence)) return 'server';
  // What stands before a comma is a condition; who is named there is not obliged by it.
  const subject = before.split(/[,;:()]/).at(-1) ?? '';
  if (/\b(?:server|service|room|receiving entity)\b(?!['’-])/i.test(subject)) return /initiating server/.test(subject) ? 'initiating entity' : 'server';
  const named = /\b(initiating entity|clients?|connected resource|invitee|user)\b(?!['’-])/i.exec(subject)?.[1] ?? '';
  return named === '' ? 'server' : named === 'initiating entity' ? 'initiating entity' : 'client';
}

/** Joins statements with claims.
 *  @param statements as they were extracted */
export function traceOf(statements: readonly Statement[], claims: ReadonlyMap<string, Claim>): readonly Requirement[] {
  const cited = citers();
  return statements.map(({ id, keyword, sentence, title }) => {
    const about = keysOf(id).find((key) => claims.has(key));
    const claim = about === undefined ? undefined : claims.get(about);
    const section = id.replace(/ #\d+$/, '');
    const who = claim === 'of clients' ? 'client' : claim === 'of another entity' ? 'another' : obliged(sentence);
    const head = { id, keyword, who, sentence, title };
    if (claim === undefined || (typeof claim === 'string' && /^of /.test(claim))) return head;
    if (typeof claim === 'string') return { ...head, not: claim, ...(about === id && { isOwn: true as const }) };
    const { machines = [], theorems = [] } = cited.get(section) ?? {};
    // Who names the test that asserts the sentence needs nothing beside it that is about its section.
    const shown = typeof claim[1] === 'string' ? [...words(claim[1]), ...theorems] : claim[1];
    return { ...head, where: [...words(claim[0]), ...machines], shown, ...(about === id && { isOwn: true as const }) };
  });
}

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

/** Under what a claim about a statement may stand, the nearest first. */
export function keysOf(id: string): readonly string[] {
  const section = id.replace(/ #\d+$/, '');
  const parts = section.split('.');
  return [id, ...parts.map((_, at) => parts.slice(0, parts.length - at).join('.')), section.replace(/ §.*$/, '')];
}

interface Citers { readonly machines: string[]; readonly theorems: string[] }

/** The states, transitions and theorems that cite a section, by the section. */
function citers(): ReadonlyMap<string, Citers> {
  const found = new Map<string, Citers>();
  const add = (specs: readonly string[] | string, kind: keyof Citers, name: string): void => {
    for (const part of [specs].flat().flatMap((spec) => citationsOf(spec.split(':', 1)[0] ?? ''))) {
      if (typeof part === 'string' || part.number === '') continue;
      const key = `${part.document} §${part.number}`;
      const entry = found.get(key) ?? { machines: [], theorems: [] };
      if (!entry[kind].includes(name)) entry[kind].push(name);
      found.set(key, entry);
    }
  };
  for (const entry of catalogue) {
    const { states, transitions } = modelOf(entry);
    for (const { id, spec } of states) add(spec, 'machines', `${entry.name}:${id}`);
    for (const { source, spec } of transitions) add(spec, 'machines', `${entry.name}:${source}`);
  }
  const { groups } = JSON.parse(readFileSync(join(root, 'src', 'inspector', 'page', 'theorems.json'), 'utf8')) as TheoremsSheet;
  for (const { name, theorems } of groups) for (const theorem of theorems) add(theorem.spec, 'theorems', `${name}: ${theorem.name}`);
  return found;
}
