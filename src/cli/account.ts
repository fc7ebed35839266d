/** The accounts of a server, kept from the command line. The commands open the same store as the
 *  server, which may run meanwhile: what they change holds from the next log-in. @module */
import { existsSync } from 'node:fs';
import { parseJid } from '../core/jid.ts';
import type { Store } from '../core/store.ts';
import { recordWithout } from '../core/subscriptions.ts';
import type { BareJid } from '../../machines/vocabulary.ts';
import { deriveCredentials } from '../runtime/sasl/credentials.ts';
import { sqliteStore } from '../stores/sqlite.ts';
import type { Config } from './config.ts';
import { done, failed, misused, type Outcome } from './outcome.ts';
import { choosePassword, type PasswordOptions, type PasswordSources } from './password.ts';
import { ask } from './prompt.ts';

/** What every account command works on. */
export interface AccountContext {
  readonly config: Config;
  readonly sources: PasswordSources;
}

/** The options of the account commands; each takes those that it knows. */
export interface AccountOptions extends PasswordOptions {
  readonly yes?: true;
}

/** `account add`: creates an account. */
export const addAccount = (context: AccountContext, text: string, options: PasswordOptions): Promise<Outcome> =>
  withAccount(text, (account) => withPassword(context, account, options, async (store, credentials) =>
    (await store.perform({ op: 'account.create', account, credentials }))
      ? done(`${account} has an account now.`, strangerTo(context.config, account))
      : failed(`${account} has an account already. Give it another password with: waystate account passwd ${account}`)));

/** `account passwd`: gives an account another password. */
export const changePassword = (context: AccountContext, text: string, options: PasswordOptions): Promise<Outcome> =>
  withAccount(text, (account) => existing(context.config) ?? withPassword(context, account, options, async (store, credentials) =>
    (await store.perform({ op: 'credentials.write', account, credentials }))
      ? done(`${account} has a new password. Sessions that are open stay open.`)
      : unknown(context.config, account)));

/** `account remove`: removes an account, with its roster and all that waits for it. */
export const removeAccount = (context: AccountContext, text: string, options: AccountOptions): Promise<Outcome> =>
  withAccount(text, async (account) => {
    const missing = existing(context.config);
    if (missing) return missing;
    if (!options.yes) {
      if (!context.sources.stdin.isTTY) return misused('There is no terminal to ask on whether you are sure: add --yes.');
      const question = `Remove ${account} and everything that is kept for it? [y/N] `;
      const [answer] = (await ask([question], context.sources.terminal, false)) ?? [];
      if (!/^y(es)?$/i.test(answer ?? '')) return failed('Nothing was removed.');
    }
    return withStore(context.config, async (store) => {
      await endSubscriptions(store, account);
      return (await store.perform({ op: 'account.remove', account })) ? done(`${account} is removed.`) : unknown(context.config, account);
    });
  });

/** Ends the subscriptions between an account and its contacts in their rosters too, so that nothing is left of
 *  them for whoever takes its name (RFC 6121 §11). A roster that a running server has in memory is read
 *  again when its user has left. */
async function endSubscriptions(store: Store, account: BareJid): Promise<void> {
  const { records } = await store.perform({ op: 'roster.read', account });
  for (const { jid: contact } of records) {
    const theirs = (await store.perform({ op: 'roster.read', account: contact })).records.find(({ jid }) => jid === account);
    if (theirs === undefined) continue;
    const record = recordWithout(theirs);
    if (record === undefined) await store.perform({ op: 'roster.remove', account: contact, jid: account });
    else await store.perform({ op: 'roster.write', account: contact, record });
  }
}

/** `account list`: the accounts of the domain, one on a line. */
export const listAccounts = async ({ config }: AccountContext): Promise<Outcome> =>
  existing(config) ?? withStore(config, async (store) => {
    const accounts = await store.perform({ op: 'account.list', domain: config.domain });
    return accounts.length > 0 ? done(accounts.join('\n')) : done(undefined, `There is no account at ${config.domain} yet.`);
  });

/** Goes on with the account that a JID names (RFC 7622 §3.1). */
async function withAccount(text: string, then: (account: BareJid) => Outcome | Promise<Outcome>): Promise<Outcome> {
  const jid = parseJid(text);
  if (jid?.local === undefined || jid.resource !== undefined) {
    return misused(`${JSON.stringify(text)} is not the JID of an account: write localpart@domainpart, such as juliet@localhost.`);
  }
  return then(jid.bare);
}

type Credentials = Awaited<ReturnType<typeof deriveCredentials>>;

async function withPassword(
  { config, sources }: AccountContext, account: BareJid, options: PasswordOptions,
  write: (store: Store, credentials: Credentials) => Promise<Outcome>,
): Promise<Outcome> {
  const chosen = await choosePassword(options, sources, account);
  if ('complaint' in chosen) return misused(chosen.complaint);
  let credentials: Credentials;
  try {
    credentials = await deriveCredentials(chosen.password, config.auth.iterations);
  } catch (error) {
    if (error instanceof RangeError) return failed(`The password can't be used. ${error.message}`);
    throw error;
  }
  const outcome = await withStore(config, (store) => write(store, credentials));
  if (!chosen.generated || outcome.exitCode !== 0) return outcome;
  return { ...outcome, output: `${outcome.output ?? ''}\nIts password, shown this once: ${chosen.password}` };
}

const outOfReach =
  'The configuration keeps accounts in the memory of the server, where this command can\'t reach them. Name a directory with --data.';

async function withStore(config: Config, work: (store: Store) => Promise<Outcome>): Promise<Outcome> {
  if (config.memory) return misused(outOfReach);
  let store: Store | undefined;
  try {
    store = await sqliteStore({ directory: config.data, synchronous: config.store.synchronous });
    return await work(store);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  } finally {
    await store?.close();
  }
}

/** Only `add` may make a data directory: for the others a wrong path is a mistake, not a new store. */
function existing({ memory, data }: Config): Outcome | undefined {
  if (memory || existsSync(data)) return undefined;
  return failed(`There is no data directory ${data}. Name that of the server with --data or --config.`);
}

const unknown = (config: Config, account: BareJid): Outcome =>
  failed(`${account} has no account in ${config.data}. See: waystate account list`);

function strangerTo({ domain }: Config, account: BareJid): string | undefined {
  if (account.endsWith(`@${domain}`)) return undefined;
  return `Note that ${account} can log in only where its domain is served; the configuration says ${domain}.`;
}
