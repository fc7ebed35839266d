/** A server on loopback around a scripted core, and what it is made with. @module */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { BareJid } from '../../machines/vocabulary.ts';
import type { Credentials, Store } from '../../src/core/store.ts';
import type { Authenticator } from '../../src/runtime/authenticator.ts';
import { selfSignedCertificate } from '../../src/runtime/certificate.ts';
import type { KeyAndCertificate } from '../../src/runtime/certificate.ts';
import type { ListenerKind } from '../../src/runtime/listener.ts';
import type { Log } from '../../src/runtime/log.ts';
import { startServer } from '../../src/runtime/server.ts';
import type { RunningServer, ServerOptions } from '../../src/runtime/server.ts';
import { ScriptedCore } from './scripted-core.ts';
import type { Script } from './scripted-core.ts';

/** A log that keeps its lines. */
export class KeptLog implements Log {
  readonly lines: { readonly level: string; readonly facts: Record<string, unknown>; readonly sentence: string }[] = [];
  readonly debug = this.#keep('debug');
  readonly info = this.#keep('info');
  readonly warn = this.#keep('warn');
  readonly error = this.#keep('error');

  #keep(level: string): (facts: Record<string, unknown>, sentence: string) => void {
    return (facts, sentence) => void this.lines.push({ level, facts, sentence });
  }
}

/** An authenticator that lets everyone in who says `please`. */
export const politeAuthenticator: Authenticator = {
  mechanisms: (channel) => (channel.secure || channel.insecurePlain ? ['SCRAM-SHA-256', 'PLAIN'] : ['SCRAM-SHA-256']),
  begin: (_channel, mechanism) => mechanism === 'POLITE' ? {
    respond: async (data) => data === 'please' ? { type: 'success', account: 'juliet@localhost' as BareJid } : { type: 'challenge', data: 'what' },
  } : undefined,
};

/** A store that answers null to everything. */
export const emptyStore: Store = {
  perform: async () => null as never,
  close: async () => {},
};

const ours: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ours.splice(0)) await end();
});

export interface Running {
  readonly server: RunningServer;
  readonly core: ScriptedCore;
  readonly log: KeptLog;
  port(kind: ListenerKind): number;
}

/** Starts a server that ends with the test. */
export async function running(script?: Script, options: Partial<ServerOptions> = {}, kinds: readonly ListenerKind[] = ['c2s']): Promise<Running> {
  const core = new ScriptedCore(script);
  const log = new KeptLog();
  const server = await startServer({
    core, log, store: emptyStore, authenticator: politeAuthenticator, deriveCredentials: async () => ({} as Credentials),
    domain: 'localhost', stopTimeoutMs: 20, listeners: kinds.map((kind) => ({ kind, host: '127.0.0.1', port: 0 })), ...options,
  });
  ours.push(() => server.stop());
  const port = (kind: ListenerKind): number => server.addresses.find((address) => address.kind === kind)?.port ?? 0;
  return { server, core, log, port };
}

/** A self-signed certificate of its own. */
export async function certificate(): Promise<KeyAndCertificate> {
  const directory = await mkdtemp(join(tmpdir(), 'waystate-'));
  try {
    return await selfSignedCertificate({ directory, domain: 'localhost' });
  } finally {
    await rm(directory, { recursive: true });
  }
}
