/** A program for people, run in a terminal of its own (tmux): lines are typed, the screen is read. @module */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A terminal with a program in it. */
export interface Terminal {
  /** The program's home directory. */
  readonly home: string;
  /** Types a line, and Enter. */
  type(line: string): Promise<void>;
  /** Waits until the screen shows this.
   *  @throws after a while, with what it shows instead. */
  shows(text: RegExp): Promise<void>;
  /** Ends the program, and removes its home. */
  close(): Promise<void>;
}

const run = promisify(execFile);
const patienceMs = 10_000;
const glanceMs = 50;

/** Opens a terminal.
 *  @param command a line for the shell; it begins in a home directory that is empty
 *  @param env what makes the program trust the server's certificate */
export async function openTerminal(command: string, env: Readonly<Record<string, string>>): Promise<Terminal> {
  const home = await mkdtemp(join(tmpdir(), 'waystate-terminal-'));
  const places = { HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home };
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const options = { cwd: home, env: { ...process.env, ...env, ...places, TERM: 'xterm', LANG: 'C.UTF-8' } };
    return (await run('tmux', ['-S', join(home, 'tmux'), '-f', '/dev/null', ...args], options)).stdout;
  };
  const screen = (): Promise<string> => tmux('capture-pane', '-p', '-S', '-');
  await tmux('new-session', '-d', '-x', '160', '-y', '48', command);
  return {
    home,
    async type(line) {
      await tmux('send-keys', '-l', line);
      await tmux('send-keys', 'Enter');
    },
    async shows(text) {
      for (const deadline = performance.now() + patienceMs; !text.test(await screen());) {
        if (performance.now() > deadline) throw new Error(`The screen shows no ${text}:\n${await screen()}`);
        await setTimeout(glanceMs);
      }
    },
    async close() {
      await tmux('kill-server');
      await rm(home, { recursive: true });
    },
  };
}
