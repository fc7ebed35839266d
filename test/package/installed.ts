/** A project that has this package installed as npm would: built, with its dependencies beside it, and nothing else of this
 *  checkout. The dependencies are links to those that are here, so that no network is needed. @module */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build as bundle } from 'vite';
import { build } from '../../docs/build.ts';
import packageFile from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..', '..');

/** What a program has said. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project in a folder of its own. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'waystate-project-'));

  /** @param packages further ones that the project itself has */
  constructor(packages: readonly string[] = []) {
    const installed = join(this.folder, 'node_modules', 'waystate');
    build(join(installed, 'dist'));
    cpSync(join(root, 'package.json'), join(installed, 'package.json'));
    for (const name of new Set([...Object.keys(packageFile.dependencies), ...packages])) this.#link(name);
    this.write('package.json', '{ "type": "module" }');
  }

  #link(name: string): void {
    const target = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), target);
  }

  write(name: string, text: string): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Runs a program in the folder, and waits for its end. */
  run(program: string, ...args: readonly string[]): Promise<Said> {
    return new Promise((resolve) => execFile(program, args, { cwd: this.folder, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    }));
  }

  /** One file with all that it needs, for a browser. */
  async bundled(code: string): Promise<string> {
    const entry = this.write('entry.js', code);
    const built = await bundle({ root: this.folder, logLevel: 'silent', configFile: false, build: { write: false, minify: false, target: 'esnext', lib: { entry, formats: ['es'], fileName: 'out' } } });
    const [output] = Array.isArray(built) ? built : [built];
    if (output === undefined || !('output' in output)) throw new Error('nothing was bundled');
    return output.output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('\n');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The entry points. */
export const entryPoints = Object.keys(packageFile.exports).filter((name) => name !== './package.json').map((name) => `waystate${name.slice(1)}`);

/** Where a program is that not everybody has; undefined where it is not. */
export const programNamed = (name: string): string | undefined => (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, name)).find(existsSync);
