/** Every dependency has a line that says what it is for, and no line is about one that is gone. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { pages, root } from './pages.ts';

const page = pages.find(({ path }) => path === 'docs/explanation/dependencies.md')?.text ?? '';
const rows = new Map([...page.matchAll(/^\| `([^`]+)` \|.*\| ([\w.-]+(?: OR [\w.-]+)*) \| [\d.]+ MB \|$/gm)].map(([, name = '', license = '']) => [name, license]));

test('docs: every dependency of package.json has its line, and no other has', () => {
  expect([...rows.keys()].sort()).toEqual(Object.keys({ ...packageFile.dependencies, ...packageFile.devDependencies }).sort());
});

test.each([...rows])('docs: the license of %s is %s', (name, license) => {
  // Older packages have a list.
  const { license: actual, licenses } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as { license?: string; licenses?: readonly { readonly type: string }[] };
  expect(actual ?? licenses?.map(({ type }) => type).join()).toBe(license);
});
