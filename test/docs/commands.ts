/** Commands in the pages, and what is wrong with one: each names a script, a subcommand, an option or a file that there is, or
 *  a program of somebody else's that is known here. @module */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import packageFile from '../../package.json' with { type: 'json' };
import { pages, root } from './pages.ts';

/** Programs of others, and what the pages want of them. */
const others: Readonly<Record<string, string>> = {
  cat: 'writes a file from the lines below it',
  dot: 'draws what `waystate export --format dot` wrote',
  export: 'sets a variable of the shell',
  cd: 'goes into the checkout',
  git: 'fetches the checkout',
  mkdir: 'makes a folder',
  sqlite3: 'copies a database that is in use',
};

const scripts: Readonly<Record<string, string>> = packageFile.scripts;
/** What npm does without a script. */
const ofNpm: ReadonlySet<string> = new Set(['ci', 'install', 'pack']);

/** The usage and the options of each command, by its words: the page is the help of them all (test/cli/help.test.ts). */
const helps = new Map([...(pages.find(({ path }) => path === 'docs/reference/cli.md')?.text ?? '').matchAll(/^```text\nUsage: waystate((?: [a-z]+)*)(.*?)^```/gms)]
  .map(([, words = '', text = '']) => [words.trim(), text] as const));

/** The commands of a block, each as its words; what a file is written from is none. */
export function commandsIn(code: string): readonly (readonly string[])[] {
  const withoutDocuments = code.replace(/<<'(\w+)'\n[\s\S]*?\n\1\n/g, '\n').replaceAll('\\\n', ' ');
  return withoutDocuments.split('\n').flatMap((line) => line.replace(/^\$ /, '').replace(/(^|\s)#.*$/, '').split(/ (?:&&|\|) /))
    .map((command) => (command.match(/'[^']*'|"[^"]*"|[^\s'"]+(?:'[^']*')?/g) ?? []).map((word) => word.replace(/^(['"])(.*)\1$/, '$2')))
    .filter((words) => words.length > 0);
}

/** What is wrong with a command, if anything is. */
export function faultOf([program = '', ...words]: readonly string[]): string | undefined {
  switch (program) {
    case 'npm': return faultOfNpm(words);
    case 'npx': return words[0] === 'node' || words[0] === 'vitest' || words[0] === 'waystate' ? faultOf(words) : `npx ${words[0] ?? ''} is not known here`;
    case 'vitest': return words[0] === 'run' ? faultOfFile(words[1]) : `vitest ${words[0] ?? ''} is not known here`;
    case 'python3': return faultOfFile(words[0]);
    case 'node': return faultOfNode(words.filter((word) => !/^--(?:test|max-semi-space-size=\d+)$/.test(word)));
    case 'waystate': return faultOfWaystate(words);
    default: return program in others ? undefined : `${program} is not known here`;
  }
}

function faultOfNpm([first = '', ...words]: readonly string[]): string | undefined {
  if (ofNpm.has(first)) return undefined;
  const [name, rest] = first === 'run' ? [words[0] ?? '', words.slice(1)] : [first, words];
  const script = scripts[name];
  if (script === undefined) return `there is no script ${name}`;
  if (rest.length > 0 && rest[0] !== '--') return `npm keeps ${rest[0] ?? ''} for itself; -- belongs before it`;
  return rest.length < 2 ? undefined : faultOf([...(script.split(' && ').at(-1) ?? '').split(' '), ...rest.slice(1)]);
}

function faultOfNode([file, ...words]: readonly string[]): string | undefined {
  if (file === 'src/cli/main.ts') return words.length === 0 ? undefined : faultOfWaystate(words);
  const fault = faultOfFile(file);
  if (fault !== undefined || file === undefined) return fault;
  const text = readFileSync(existsSync(join(root, file)) ? join(root, file) : join(root, 'docs/examples', file), 'utf8');
  const strange = words.find((word) => word.startsWith('--') && !new RegExp(`['\\s{]${word.slice(2)}'?: `).test(text));
  return strange === undefined ? undefined : `${file} has no option ${strange}`;
}

/** A file of the checkout, or an example that somebody has copied; capitals and brackets stand for a name of the reader's. */
function faultOfFile(file = ''): string | undefined {
  if (/[A-Z<[]/.test(basename(file)) || existsSync(join(root, file)) || existsSync(join(root, 'docs/examples', file))) return undefined;
  return `there is no file ${file}`;
}

function faultOfWaystate(words: readonly string[]): string | undefined {
  let command = '';
  for (const word of words) {
    if (word.startsWith('-') || !/^ \[options\] \[command\]/.test(helps.get(command) ?? '')) break;
    const next = `${command} ${word}`.trim();
    if (!helps.has(next)) return `waystate ${command} has no command ${word}`.replace('  ', ' ');
    command = next;
  }
  const strange = words.find((word) => word.startsWith('--') && !new RegExp(`\\s${word.split('=')[0]}[\\s,]`).test(helps.get(command) ?? ''));
  return strange === undefined ? undefined : `waystate ${command} has no option ${strange}`;
}
