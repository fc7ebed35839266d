/** The JavaScript side of the line protocol between a test and a client program (../client.ts). @module */
import { Console } from 'node:console';
import { createInterface } from 'node:readline';
import type { Commands, Sight } from '../client.ts';

interface Order { readonly command: number; readonly name: keyof Commands; readonly given: readonly never[] }

// Standard output is for the protocol; what a library logs goes where errors go.
globalThis.console = new Console(process.stderr);

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Tells the test what the client sees. */
export const saw = (sight: Sight): void => say({ saw: sight });

/** Carries out commands until standard input ends. */
export function obey(commands: Commands): void {
  createInterface(process.stdin).on('line', (line) => void carryOut(commands, JSON.parse(line) as Order)).on('close', () => process.exit());
}

async function carryOut(commands: Commands, { command, name, given }: Order): Promise<void> {
  try {
    const act = commands[name] as (...given: readonly never[]) => Promise<unknown>;
    say({ command, result: (await act(...given)) ?? null });
  } catch (error) {
    say({ command, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
