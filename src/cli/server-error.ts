/** Why a server did not start, or ended: one line that names the key to change. @module */
import { resolve, sep } from 'node:path';
import type { Config } from './config.ts';

/** What Node says of a failed system call. */
interface SystemError extends Error {
  readonly code?: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
  readonly path?: string;
}

/** Explains what a server rejected with.
 *  @returns the line; what isn't known is told as it came. */
export function explainError(error: unknown, config: Config): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const explained = explain(cause as SystemError, config);
    if (explained) return explained;
  }
  return error instanceof Error ? error.message : String(error);
}

function explain(error: SystemError, config: Config): string | undefined {
  if (error.syscall === 'listen' || error.syscall === 'bind') return explainListen(error, config);
  if (error.path === undefined || error.code === undefined) return undefined;
  for (const name of ['keyFile', 'certFile'] as const) {
    if (config.tls[name] === error.path) return `${error.path} (tls.${name}) ${troubleOf(error.code)}.`;
  }
  if (config.s2s.ca === error.path) return `${error.path} (s2s.ca) ${troubleOf(error.code)}.`;
  const component = config.components.findIndex(({ secretFile }) => secretFile === error.path);
  if (component >= 0) return `${error.path} (components[${component}].secretFile) ${troubleOf(error.code)}.`;
  const inside = resolve(error.path) === config.data || resolve(error.path).startsWith(config.data + sep);
  if (!inside) return undefined;
  return `The data directory ${config.data} ${troubleOf(error.code)}. Choose another with --data or the key data.`;
}

const fileTrouble: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EACCES: 'is not allowed to this user',
  EPERM: 'is not allowed to this user',
  EROFS: 'is on a disk that is read-only',
  ENOSPC: 'is on a disk that is full',
  ENOTDIR: 'has a file where a directory must be',
  EEXIST: 'is a file',
};

const troubleOf = (code: string): string => fileTrouble[code] ?? `fails with ${code}`;

function explainListen({ code, address, port }: SystemError, config: Config): string {
  if (port !== undefined && port !== 0 && config.inspector.port === port) return `${address} port ${port}, of the inspector, ${code === 'EADDRINUSE' ? 'is in use by another program' : `can't be listened on (${code})`}. Choose another with --inspector-port or the key inspector.port.`;
  const key = Object.entries(config.ports).find(([, value]) => value === port)?.[0];
  const option = key && `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-port`;
  const place = [address, port].filter((part) => part !== undefined).join(' port ');
  const other = key ? ` Choose another with ${option} or the key ports.${key}.` : '';
  if (code === 'EADDRINUSE') return `${place} is in use by another program.${other}`;
  if (code === 'EACCES') return `${place} is not allowed to this user; ports below 1024 are privileged.${other}`;
  if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') {
    return `${address} is not an address of this machine. Choose another with --host or the key host.`;
  }
  return `${place} can't be listened on (${code}).${other}`;
}
