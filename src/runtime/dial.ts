/** Makes a connection to the first endpoint that answers. Spec: RFC 6120 §3.2.1 rules 4 to 7, RFC 8305 §5. Not
 *  here: where the endpoints come from (locate.ts), what is spoken (tcp.ts). @module */
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { Endpoint } from './endpoint.ts';

/** What dialling needs. */
export interface Dialling<T> {
  /** The IP addresses of a name. */
  readonly addresses: (name: string) => Promise<readonly string[]>;
  /** How long one address may take to answer. */
  readonly timeoutMs: number;
  /** Makes of a socket what is wanted; when that fails, the next address has its turn. It destroys the socket then. */
  readonly prepare: (socket: Socket, endpoint: Endpoint) => Promise<T>;
  /** Ends it all. */
  readonly signal: AbortSignal;
}

/** What dialling came to; without a result, whether there was an address to try. */
export type Dialled<T> = { readonly result: T } | { readonly reached: boolean };

/** Addresses of one name that are tried. */
const maxAddresses = 8;
/** Before the first probe of a silent line (RFC 6120 §4.6.1 leaves it to TCP). */
const keepAliveDelayMs = 60_000;

/** Tries address after address. Never rejects.
 *  @example
 *  const dialled = await dial(endpoints, { addresses, timeoutMs: 5_000, prepare: async (socket) => socket, signal }); */
export async function dial<T>(endpoints: readonly Endpoint[], { addresses, timeoutMs, prepare, signal }: Dialling<T>): Promise<Dialled<T>> {
  let reached = false;
  for (const endpoint of endpoints) {
    if (signal.aborted) break;
    const hosts = isIP(endpoint.host) ? [endpoint.host] : await within(addresses(endpoint.host), signal).catch(() => []);
    for (const host of hosts.slice(0, maxAddresses)) {
      if (signal.aborted) return { reached };
      reached = true;
      try {
        const socket = await reach({ host, port: endpoint.port, timeoutMs, signal });
        return { result: await prepared(socket, (one) => prepare(one, endpoint), signal) };
      } catch {
        // The next address is as good.
      }
    }
  }
  return { reached };
}

/** The result of a task, unless the signal comes first.
 *  @throws (rejects) the signal's reason. */
export async function within<T>(task: Promise<T>, signal: AbortSignal): Promise<T> {
  // Nobody may be left to hear that it failed.
  task.catch(() => {});
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([task, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function prepared<T>(socket: Socket, prepare: (socket: Socket) => Promise<T>, signal: AbortSignal): Promise<T> {
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const result = await prepare(socket);
    signal.throwIfAborted();
    return result;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function reach({ host, port, timeoutMs, signal }: { readonly host: string; readonly port: number; readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveDelayMs, allowHalfOpen: true });
    const give = (reason: unknown): void => void socket.destroy(reason instanceof Error ? reason : undefined);
    const abort = (): void => give(signal.reason);
    const deadline = setTimeout(() => give(new Error('no answer')), timeoutMs);
    const settle = (): void => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', abort);
      socket.off('close', refused).off('connect', connected);
    };
    let reason: unknown;
    const refused = (): void => {
      settle();
      reject(reason instanceof Error ? reason : new Error('no connection'));
    };
    const connected = (): void => {
      settle();
      resolve(socket);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) => void (reason = error));
    socket.once('close', refused).once('connect', connected);
  });
}
