/** `waystate serve`: runs a server until a signal ends it. The first SIGTERM or SIGINT drains and says
 *  goodbye (RFC 6120 §4.9.3.20), a second one ends the process at once; SIGHUP reads certificates
 *  again. A store that fails ends it too, with 1. @module */
import type { EventEmitter } from 'node:events';
import type { Log } from '../runtime/log.ts';
import type { Config } from './config.ts';
import { done, failed, type Outcome } from './outcome.ts';
import { explainError } from './server-error.ts';

/** Where a server listens, as `host:port`; what is off is absent. */
export interface Addresses {
  readonly c2s?: string;
  readonly c2sTls?: string;
  readonly http?: string;
  readonly https?: string;
  readonly s2s?: string;
  readonly s2sTls?: string;
  readonly component?: string;
}

/** A server that listens. */
export interface RunningServer {
  readonly addresses: Addresses;
  /** Where the inspector is, with the token that lets one in: to be shown, not to be logged. */
  readonly inspector?: string;
  /** Settles, with the reason, when the store has ended by itself, without which nothing can be served. */
  readonly failure?: Promise<Error>;
  /** Drains, says goodbye to every session, and lets go of everything. */
  stop(): Promise<void>;
  /** Reads the certificate's files again, for connections from now on. */
  renewCertificates(): Promise<void>;
}

/** Starts a server; rejects when it can't listen or can't open its store. */
export type StartServer = (config: Config, deps: { readonly log: Log }) => Promise<RunningServer>;

/** What a serving process is made of. */
export interface ServeContext {
  readonly startServer: StartServer;
  readonly log: Log;
  /** Shows the banner. */
  readonly announce: (addresses: Addresses, inspector: string | undefined) => void;
  /** Where signals arrive: `process`, but for tests. */
  readonly signals: EventEmitter;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/** What a shell adds to the number of the signal that ended a process. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type Ending = keyof typeof exitCodes;

/** Serves until it is told to stop.
 *  @example
 *  await serve(config, { startServer, log, announce, signals: process, exit: process.exit }); */
export async function serve(config: Config, { startServer, log, announce, signals, exit }: ServeContext): Promise<Outcome> {
  const ending = firstSignal(signals, exit);
  const renewals = renewing(signals, log);
  try {
    const server = await startServer(config, { log });
    announce(server.addresses, server.inspector);
    log.info({ domain: config.domain, ...server.addresses }, 'serving');
    renewals.begin(server);
    return await untilTheEnd(server, { ending: ending.signal, log, config });
  } catch (error) {
    log.debug({ err: error }, 'ended by an error');
    return failed(explainError(error, config));
  } finally {
    ending.forget();
    renewals.forget();
  }
}

async function untilTheEnd(
  server: RunningServer,
  { ending, log, config }: { readonly ending: Promise<Ending>; readonly log: Log; readonly config: Config },
): Promise<Outcome> {
  const end = await Promise.race([ending, ...(server.failure === undefined ? [] : [server.failure])]);
  if (end instanceof Error) log.error({ err: end }, 'the store has ended; saying goodbye');
  else log.info({ signal: end }, 'saying goodbye; another signal ends at once');
  await server.stop();
  log.info({}, 'stopped');
  return end instanceof Error ? failed(explainError(end, config)) : done();
}

function firstSignal(signals: EventEmitter, exit: (code: number) => void): { readonly signal: Promise<Ending>; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let ended = false;
  const hear = (signal: Ending): void => {
    if (ended) exit(exitCodes[signal]);
    ended = true;
    resolve(signal);
  };
  signals.on('SIGINT', hear).on('SIGTERM', hear);
  return { signal: promise, forget: () => void signals.off('SIGINT', hear).off('SIGTERM', hear) };
}

/** Hears SIGHUP from the beginning, or it would end the process; what is asked for while the server starts is
 *  done when it has started. */
function renewing(signals: EventEmitter, log: Log): { begin(server: RunningServer): void; forget(): void } {
  const started = Promise.withResolvers<RunningServer>();
  const hear = (): void => void started.promise.then((server) => renewCertificates(server, log));
  signals.on('SIGHUP', hear);
  return { begin: started.resolve, forget: () => void signals.off('SIGHUP', hear) };
}

async function renewCertificates(server: RunningServer, log: Log): Promise<void> {
  try {
    await server.renewCertificates();
    log.info({}, 'certificates read again');
  } catch (error) {
    log.error({ err: error }, 'certificates could not be read; the old ones stay in use');
  }
}
