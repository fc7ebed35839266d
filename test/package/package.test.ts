/** The package as others install it: every entry point loads, in plain JavaScript and in strict TypeScript, with no side effect;
 *  machines and core also without Node. Not here: in a browser (browser.test.ts). @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isStale } from '../../docs/api-report.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { version } from '../../src/version.ts';
import { entryPoints, Project, programNamed } from './installed.ts';

let project: Project;
beforeAll(() => {
  project = new Project(['@types/node', 'undici-types']);
}, 120_000);
afterAll(() => project.remove());

/** A whole use of machines and core, which need nothing of Node's. */
const anywhere = `
import { stepPresence } from 'waystate/machines';
import { createCore, defaultConfig, standardFeatures } from 'waystate/core';
const core = createCore({ domain: 'localhost', ...defaultConfig }, standardFeatures);
const channel = { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] };
core.step({ type: 'stream.opened', stream: 's1', channel }, 0);
const header = { wellNamed: true, xmlns: 'jabber:client', to: 'localhost', version: '1.0' };
const effects = core.step({ type: 'stream.header', stream: 's1', header, entropy: 'e'.repeat(32) }, 1);
const said = [stepPresence.initial.value, ...effects.map(({ type }) => type)].join(' ');
globalThis.console.log(said);
globalThis.said = said;
`;
const saidAnywhere = 'connected open send';

describe('package', () => {
  test('its version is the one that the server tells (XEP-0092)', () => {
    expect(version).toBe(packageFile.version);
  });

  test('nothing public has changed without its report', { timeout: 60_000 }, () => {
    expect(isStale(), 'run: npx node docs/api-report.ts, and tell of it in CHANGELOG.md').toBe(false);
  });

  test('publint finds nothing to say of it', { timeout: 60_000 }, async () => {
    const { messages } = await publint({ pkgDir: join(project.folder, 'node_modules', 'waystate'), pack: false, strict: true });
    expect(messages).toEqual([]);
  });

  test.each(entryPoints)('%s loads in plain JavaScript, says nothing and ends by itself', async (name) => {
    project.write('load.js', `import * as all from '${name}';\nif (Object.keys(all).length === 0) throw new Error('nothing');\n`);
    expect(await project.run(process.execPath, 'load.js')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('its declarations compile in a strict project, libraries included', { timeout: 60_000 }, () => {
    const imports = entryPoints.map((name, index) => `import * as e${index} from '${name}';`).join('\n');
    const file = project.write('strict.ts', `${imports}\nexport const step: e0.Step<typeof e0.routeMachine> = e0.stepRoute(e0.stepRoute.initial, { type: 'drain.begun' });\nexport const all = [${entryPoints.map((_, index) => `e${index}`).join(', ')}];\n`);
    const program = ts.createProgram([file], {
      strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false, types: ['node'], typeRoots: [join(project.folder, 'node_modules', '@types')],
      module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2024, lib: ['lib.es2024.d.ts'],
    });
    // What a dependency declares is the dependency's own.
    const found = ts.getPreEmitDiagnostics(program).filter(({ file: where }) => where === undefined || where.fileName.startsWith(project.folder));
    expect(found.map(({ messageText, file: where }) => `${where?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)).toEqual([]);
  });

  test('its source maps lead to the text of the sources', () => {
    const map = JSON.parse(readFileSync(join(project.folder, 'node_modules/waystate/dist/machines/route.js.map'), 'utf8')) as { readonly sources: readonly string[]; readonly sourcesContent: readonly string[] };
    expect(map.sources).toEqual(['route.ts']);
    expect(map.sourcesContent[0]).toContain("The life of a route");
  });

  test('whoever takes one machine takes no other along', { timeout: 60_000 }, async () => {
    const code = await project.bundled("import { routeMachine } from 'waystate/machines';\nglobalThis.route = routeMachine;\n");
    expect(code).toContain('drain.begun');
    expect(code).not.toContain('presence.available');
    expect(code).not.toContain('stanza.queued');
  });

  test('machines and core need nothing of Node', { timeout: 60_000 }, async () => {
    const code = await project.bundled(anywhere);
    expect(code).not.toMatch(/from ["']node:|require\(/);
    const file = project.write('bundled.mjs', code);
    expect(await project.run(process.execPath, file)).toEqual({ code: 0, stdout: `${saidAnywhere}\n`, stderr: '' });
  });

  const attw = programNamed('attw');
  test.runIf(attw !== undefined || process.env['WAYSTATE_REQUIRE_ALL'])(`are-the-types-wrong finds nothing wrong for ES modules${attw === undefined ? ' (skipped: attw is not installed)' : ''}`, { timeout: 60_000 }, async () => {
    const packed = await project.run('npm', 'pack', '--ignore-scripts', '--silent', './node_modules/waystate');
    expect(packed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^waystate-.*\.tgz\n$/) });
    // No types of DefinitelyTyped beside it: for those it would ask the network.
    const { stdout, code } = await project.run(attw ?? 'attw', packed.stdout.trim(), '--profile', 'esm-only', '--no-definitely-typed', '--format', 'json');
    expect(code, stdout).toBe(0);
    const { analysis: { entrypoints } } = JSON.parse(stdout) as { readonly analysis: { readonly entrypoints: object } };
    expect(Object.keys(entrypoints)).toEqual(expect.arrayContaining(entryPoints.map((name) => name.replace('waystate', '.'))));
  });

  const others: readonly (readonly [name: string, args: readonly string[]])[] = [['deno', ['run', '--node-modules-dir=manual', '--allow-env']], ['bun', ['run']], ['node20', []]];
  for (const { name, args, program } of others.map(([name, args]) => ({ name, args, program: programNamed(name) }))) {
    test.runIf(program !== undefined || process.env['WAYSTATE_REQUIRE_ALL'])(`machines and core run under ${name}${program === undefined ? ` (skipped: ${name} is not installed)` : ''}`, { timeout: 60_000 }, async () => {
      project.write('anywhere.js', anywhere);
      const { stdout, code } = await project.run(program ?? name, ...args, 'anywhere.js');
      expect({ stdout, code }).toEqual({ stdout: `${saidAnywhere}\n`, code: 0 });
    });
  }

  // The oldest that docs/guides/embed.md names; `.ci/run` installs them under these names.
  const oldest = [
    { name: 'node20', what: 'properties', program: "import { serverTheorems } from 'waystate/properties';\nconsole.log(serverTheorems.length > 0);\n" },
    {
      name: 'node22', what: 'server and inspector', program: `
import { createCore, defaultConfig, deriveCredentials, saslAuthenticator, sqliteStore, standardFeatures, startServer } from 'waystate';
import { Recorder, startInspector } from 'waystate/inspector';
const store = await sqliteStore({ directory: 'data-of-node22' });
const recorder = new Recorder(createCore({ domain: 'localhost', ...defaultConfig }, standardFeatures), { keepBodies: false });
const log = { debug() {}, info() {}, warn: console.error, error: console.error };
const server = await startServer({ core: recorder.core, store, deriveCredentials, log, domain: 'localhost', authenticator: saslAuthenticator({ store }), listeners: [{ kind: 'c2s', host: '127.0.0.1', port: 0 }] });
const inspector = await startInspector({ recorder });
await Promise.all([server.stop(), inspector.stop()]);
await store.close();
console.log(true);
`,
    },
  ];
  for (const { name, what, program } of oldest) {
    const node = programNamed(name);
    test.runIf(node !== undefined || process.env['WAYSTATE_REQUIRE_ALL'])(`${what} run under the oldest Node that is promised${node === undefined ? ` (skipped: ${name} is not installed)` : ''}`, { timeout: 60_000 }, async () => {
      project.write(`${name}.js`, program);
      const { stdout, stderr, code } = await project.run(node ?? name, `${name}.js`);
      expect({ stdout, code }, stderr).toEqual({ stdout: 'true\n', code: 0 });
    });
  }
});
