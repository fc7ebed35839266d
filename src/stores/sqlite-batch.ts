/** Carries out a batch of requests in one transaction: one wait for the disk, however many requests
 *  there are (group commit). A request that fails is undone alone. @module */
import type { DatabaseSync } from 'node:sqlite';
import type { StoreReply, StoreRequest } from '../core/store.ts';
import { carryOut, isWrite } from './operations.ts';
import type { Operations } from './operations.ts';

/** What became of one request.
 *  @internal */
export type Outcome = { readonly reply: StoreReply } | { readonly error: unknown };

/** Carries out a batch; the outcomes are in the order of the requests, and durable.
 *  @internal */
export type BatchRunner = (batch: readonly StoreRequest[]) => Outcome[];

/** Prepares to carry out batches on an open database.
 *  @internal */
export function batchRunner(database: DatabaseSync, operations: Operations): BatchRunner {
  const begin = database.prepare('BEGIN');
  // A transaction that reads first and writes later is refused at once, without waiting, when
  // another process has written in between; so one that will write says so when it begins.
  const beginToWrite = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const attempt = attemptOn(database, operations);
  return (batch) => {
    try {
      (batch.some(({ op }) => isWrite[op]) ? beginToWrite : begin).run();
      const outcomes = batch.map(attempt);
      commit.run();
      return outcomes;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      return batch.map(() => ({ error }));
    }
  };
}

/** One request within the transaction. Throws only when SQLite has given the transaction up, as it
 *  does when the disk is full: then nothing of the batch is kept. */
function attemptOn(database: DatabaseSync, operations: Operations): (request: StoreRequest) => Outcome {
  const savepoint = database.prepare('SAVEPOINT request');
  const rollback = database.prepare('ROLLBACK TO request');
  const release = database.prepare('RELEASE request');
  return (request) => {
    savepoint.run();
    try {
      const reply = carryOut(operations, request);
      release.run();
      return { reply };
    } catch (error) {
      if (!database.isTransaction) throw error;
      rollback.run();
      release.run();
      return { error };
    }
  };
}
