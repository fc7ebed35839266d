/** What the tests ask of any real client, and how it is asked: each client is a program of its own
 *  (programs/) that takes commands as lines of JSON and tells what it sees in the same way. So a library
 *  of any language is driven by one interface. Not here: what is claimed (claims.ts). @module */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';

/** How a client gets in. The service names the transport: `xmpp:` is STARTTLS, `xmpps:` is TLS from the
 *  start, `ws:` and `wss:` are WebSocket. */
export interface Login {
  readonly service: string;
  readonly username: string;
  readonly password: string;
  readonly resource: string;
}

/** What a client says of itself once its resource is bound. */
export interface Session {
  readonly jid: string;
  /** The SASL mechanism that the client chose. */
  readonly mechanism: string;
}

/** One contact, as a client reads it from a roster. */
export interface Contact {
  readonly jid: string;
  readonly name?: string;
  readonly subscription: string;
}

/** One thing that a client is told without having asked. */
export interface Sight {
  readonly kind: 'message' | 'presence' | 'push';
  readonly from?: string;
  /** Of a presence: `available`, or the value of its attribute. */
  readonly type?: string;
  readonly body?: string;
  /** The stamp of delayed delivery (XEP-0203). */
  readonly delay?: string;
  readonly jid?: string;
  readonly name?: string;
  readonly subscription?: string;
}

/** What every program can be told to do. */
export interface Commands {
  connect(login: Login): Promise<Session>;
  /** Loses the transport without a word, and logs in again in the way of the library. */
  relapse(): Promise<Session>;
  /** Ends the stream in order. */
  disconnect(): Promise<void>;
  message(to: string, body: string): Promise<void>;
  /** Available presence when no type is given, broadcast when no address is. */
  presence(type?: string, to?: string): Promise<void>;
  roster(): Promise<readonly Contact[]>;
  setContact(jid: string, name: string): Promise<void>;
}

/** A client under control. */
export interface Client extends Commands {
  /** Waits for something that fits; what has been waited for once is not found again.
   *  @throws after a while, with all that was seen instead. */
  see(wanted: Partial<Sight>): Promise<Sight>;
  /** Ends the program. */
  end(): Promise<void>;
}

interface Line { readonly command?: number; readonly result?: unknown; readonly problem?: string; readonly saw?: Sight }

const patienceMs = 10_000;

/** Starts a program.
 *  @param command the program and its arguments
 *  @param env what makes the program trust the server's certificate */
export function startClient(command: readonly string[], env: Readonly<Record<string, string>>): Client {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const clientProcess = new ClientProcess(child);
  const ask = <R>(name: string) => (...given: readonly unknown[]): Promise<R> => clientProcess.ask(name, given) as Promise<R>;
  return {
    connect: ask('connect'), relapse: ask('relapse'), disconnect: ask('disconnect'), message: ask('message'),
    presence: ask('presence'), roster: ask('roster'), setContact: ask('setContact'),
    see: (wanted) => clientProcess.see(wanted),
    end: () => clientProcess.end(),
  };
}

class ClientProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #seen: Sight[] = [];
  #look = (): void => {};
  #errors = '';
  #commands = 0;

  constructor(child: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    createInterface(child.stdout).on('line', (text) => this.#hear(JSON.parse(text) as Line));
    child.once('error', (error) => this.#fail(error)).once('exit', () => this.#fail(new Error(`The program has ended. ${this.#errors}`)));
  }

  async ask(name: string, given: readonly unknown[]): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set((this.#commands += 1), answer);
    this.#child.stdin.write(`${JSON.stringify({ command: this.#commands, name, given })}\n`);
    return await bounded(answer.promise, () => `${name} isn't done. ${this.#errors}`);
  }

  async see(wanted: Partial<Sight>): Promise<Sight> {
    const found = Promise.withResolvers<Sight>();
    this.#look = () => {
      const at = this.#seen.findIndex((sight) => fits(sight, wanted));
      if (at < 0) return;
      this.#look = () => {};
      found.resolve(this.#seen.splice(at, 1)[0] as Sight);
    };
    this.#look();
    return await bounded(found.promise, () => `Nothing fits ${JSON.stringify(wanted)} in ${JSON.stringify(this.#seen)}. ${this.#errors}`);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill();
    await once(this.#child, 'exit');
  }

  #hear({ command, result, problem, saw }: Line): void {
    if (saw !== undefined) {
      this.#seen.push(saw);
      this.#look();
    }
    if (command === undefined) return;
    const answer = this.#waiting.get(command);
    this.#waiting.delete(command);
    if (problem === undefined) answer?.resolve(result);
    else answer?.reject(new Error(problem));
  }

  #fail(error: Error): void {
    for (const answer of this.#waiting.values()) answer.reject(error);
    this.#waiting.clear();
  }
}

function fits(sight: Sight, wanted: Partial<Sight>): boolean {
  return Object.entries(wanted).every(([key, value]) => isDeepStrictEqual(sight[key as keyof Sight], value));
}

async function bounded<T>(promise: Promise<T>, complaint: () => string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(complaint())), patienceMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
