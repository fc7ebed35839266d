/** Accounts in memory: loaded when somebody needs one, let go when nobody does. @module */
import type { BareJid } from '../../machines/vocabulary.ts';
import type { Kernel } from './kernel.ts';
import { readPrivacy } from './privacy/document.ts';
import type { RosterSnapshot } from './store.ts';
import { ask } from './task.ts';
import type { Task } from './task.ts';
import { Account } from './resources.ts';
import type { Roster } from './resources.ts';

/** Has an account at hand for a task, which must {@link release} it. */
export function* acquire(kernel: Kernel, jid: BareJid): Task<Account> {
  let account = kernel.accounts.get(jid);
  if (account === undefined) {
    account = new Account(jid);
    kernel.accounts.set(jid, account);
  }
  account.users += 1;
  if (account.exists === undefined) {
    try {
      const { exists, offline, guarded } = yield* ask({ op: 'account.read', account: jid });
      if (guarded === true) yield* loadPrivacy(account);
      account.exists ??= exists;
      if (offline > 0) account.kept += 1;
    } catch (failure) {
      release(kernel, account);
      throw failure;
    }
  }
  return account;
}

/** Brings privacy lists to hand, and the roster that they may speak of. Another task may have done so meanwhile:
 *  then what it has, and may have changed since, holds. */
function* loadPrivacy(account: Account): Task {
  if (account.exists !== undefined) return;
  const xml = yield* ask({ op: 'privacy.read', account: account.jid });
  if (account.exists !== undefined) return;
  yield* readRoster(account);
  if (account.exists === undefined) account.privacy = readPrivacy(xml);
}

/** Gives back what {@link acquire} gave. */
export function release(kernel: Kernel, account: Account): void {
  account.users -= 1;
  letGo(kernel, account);
}

/** Forgets an account that has no resource, and nobody at work on it. */
export function letGo(kernel: Kernel, account: Account): void {
  if (account.resources.size === 0 && account.users === 0 && kernel.accounts.get(account.jid) === account) {
    kernel.accounts.delete(account.jid);
  }
}

/** The roster of an account that is at hand. */
export function* rosterOf(account: Account): Task<Roster> {
  if (account.roster !== undefined) return account.roster;
  if (account.exists === true) return yield* readRoster(account);
  return (account.roster = rosterFrom({ version: 0, records: [] }));
}

function* readRoster(account: Account): Task<Roster> {
  const snapshot = yield* ask({ op: 'roster.read', account: account.jid });
  return (account.roster ??= rosterFrom(snapshot));
}

const rosterFrom = ({ version, records }: RosterSnapshot): Roster => ({
  version, records: new Map(records.map((record) => [record.jid, record])), writing: new Map(), unshown: new Map(),
});
