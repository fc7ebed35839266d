#!/usr/bin/env -S node --max-semi-space-size=8
/** The command line. It puts the commands together, prints what they come to, and ends with their
 *  exit code; what a command does is in a file of its own. @module */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addAccount, changePassword, listAccounts, removeAccount, type AccountContext, type AccountOptions } from './account.ts';
import { banner, invocationOf } from './banner.ts';
import { ConfigError } from './config-error.ts';
import { loadConfig, type ConfigArguments } from './config.ts';
import type { ExportOptions } from './export.ts';
import { exitCodesText, exportText, inspectText, passwordText, programText, replayText, serveText } from './help.ts';
import { answerFrom } from './keys.ts';
import { createLog } from './log.ts';
import { nodeFault } from './node-version.ts';
import { addConfigOptions, configArguments } from './options.ts';
import { failed, misused, type Outcome } from './outcome.ts';
import { serve, type Addresses } from './serve.ts';
import { version } from '../version.ts';

// Whoever reads the output may stop, as `head` does: what is left to say is said to nobody, and nothing else is wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const program = new Command('waystate')
  .description('Waystate, an XMPP server whose lifecycles are explicit state machines.')
  .version(version, '--version', 'Show the version.')
  .helpOption('-h, --help', 'Show this help.')
  .helpCommand(false)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(`waystate: ${text.replace(/^error: /, '')}`) })
  .configureHelp({ helpWidth: 100 })
  .addHelpText('after', programText)
  .addHelpText('afterAll', exitCodesText);

addConfigOptions(program.command('serve').summary('run the server').description('Runs the server until a signal ends it.'))
  .addHelpText('after', serveText)
  .action((_options, command: Command) => report(runServer(configArguments(command))));

const account = program.command('account').summary('add, change, remove and list accounts')
  .description('Keeps the accounts of a server, also while it runs.')
  .helpCommand(false);

takesPassword(accountCommand('add', 'Create an account.', addAccount));
takesPassword(accountCommand('passwd', 'Give an account another password. Sessions that are open stay open.', changePassword));
accountCommand('remove', 'Remove an account with its roster and all that waits for it.', removeAccount)
  .option('--yes', 'Do it without asking.');
addConfigOptions(account.command('list').description('List the accounts of the domain, one on a line.'), ['domain', 'data'])
  .action((_options, command: Command) => report(listAccounts(contextOf(command))));

program.command('replay').summary('play a trace again').description('Plays a trace again on this build, and says whether it goes as it is recorded.')
  .argument('<file>', 'a trace: docs/reference/trace.md')
  .option('--json', 'Print the steps as they are played, as JSON lines: a trace again.')
  .addHelpText('after', replayText)
  .action((file: string, { json = false }: { readonly json?: boolean }) => report(replayFile(file, json)));

program.command('inspect').summary('look at a trace, or at the machines').description('Opens the inspector without a server to look at: a page for traces and for the machines, until a signal ends it.')
  .argument('[file]', 'a trace to begin with: docs/reference/trace.md')
  .addOption(new Option('--port <port>', 'The port on loopback; 0 is any free one.').default(0).argParser(portOf))
  .option('--html <out>', 'Write the trace as one file of HTML that opens by itself, and show nothing.')
  .addHelpText('after', inspectText)
  .action((file: string | undefined, options: { readonly port: number; readonly html?: string }) => report(inspectFile(file, options)));

function portOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  return Number(text);
}

program.command('export').summary('write the machines for other languages').description('Writes the machines into files for other languages and tools: docs/reference/export.md.')
  .requiredOption('--format <name>', 'json, table, scxml, mermaid, dot, golden or promela; can be repeated.', oneMore)
  .option('--machine <name>', 'Only this machine; can be repeated.', oneMore)
  .requiredOption('--out <directory>', 'Where the files go; it has to be given. Those that are there are written anew.')
  .addHelpText('after', exportText)
  .action((options: ExportOptions) => report(exportFiles(options)));

function oneMore(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

function accountCommand(
  name: string, description: string,
  run: (context: AccountContext, jid: string, options: AccountOptions) => Promise<Outcome>,
): Command {
  const command = account.command(name).description(description)
    .argument('<jid>', 'localpart@domainpart, such as juliet@localhost');
  return addConfigOptions(command, ['data'])
    .action((jid: string, options: AccountOptions) => report(run(contextOf(command), jid, options)));
}

function takesPassword(command: Command): void {
  command
    .addOption(new Option('--password-stdin', 'Read the password from standard input.').conflicts('generate'))
    .option('--generate', 'Make a password and show it once.')
    .addHelpText('after', passwordText);
}

function contextOf(command: Command): AccountContext {
  const terminal = { input: process.stdin, output: process.stderr };
  return { config: loadConfig(configArguments(command)), sources: { stdin: process.stdin, env: process.env, terminal } };
}

async function runServer(args: ConfigArguments): Promise<Outcome> {
  const config = loadConfig(args);
  const invocation = invocationOf(process.argv[1] ?? '', process.cwd(), args);
  return serve(config, {
    // Loaded only here, when signals are heard already: the other commands need no server.
    startServer: async (...args) => (await import('./start.ts')).startServer(...args),
    log: createLog({ level: config.logLevel, plain: process.stderr.isTTY }),
    announce: (addresses: Addresses, inspector) => print(process.stdout, banner(config, { ...addresses, inspector }, version, invocation)),
    signals: process,
    exit: (code) => process.exit(code),
  });
}

async function replayFile(file: string, json: boolean): Promise<Outcome> {
  const { stdin, stdout } = process;
  const isInteractive = !json && stdin.isTTY && stdout.isTTY;
  // Whoever has read enough ends it, as `q` does; nothing else can fail here.
  stdout.on('error', () => process.exit());
  // Loaded only here: it brings the properties with it.
  const { replay } = await import('./replay.ts');
  return replay(file, {
    json,
    print: (text) => print(stdout, text),
    colours: stdout.isTTY && stdout.hasColors(),
    ...(isInteractive && { ask: () => answerFrom(stdin) }),
  });
}

async function inspectFile(file: string | undefined, options: { readonly port: number; readonly html?: string }): Promise<Outcome> {
  // Loaded only here: the other commands need no page.
  const { inspect } = await import('./inspect.ts');
  return inspect(file, { ...options, print: (text) => print(process.stdout, text), signals: process });
}

async function exportFiles(options: ExportOptions): Promise<Outcome> {
  // Loaded only here: the other commands need no machine as data.
  const { exportMachines } = await import('./export.ts');
  return exportMachines(options);
}

async function report(command: Promise<Outcome>): Promise<void> {
  const { exitCode, output, complaint } = await command;
  if (output) print(process.stdout, output);
  if (complaint) print(process.stderr, `waystate: ${complaint}`);
  process.exitCode = exitCode;
}

function print(stream: NodeJS.WritableStream, text: string): void {
  stream.write(`${text}\n`);
}

const fault = nodeFault(process.versions.node);
try {
  if (fault === undefined) await program.parseAsync();
  else await report(Promise.resolve(failed(fault)));
} catch (error) {
  if (error instanceof ConfigError) await report(Promise.resolve(misused(error.message)));
  else if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else throw error;
}
