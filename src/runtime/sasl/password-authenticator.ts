/** Passwords that somebody else knows: a function is asked, over PLAIN, which is the only mechanism that shows a password.
 *  Who was let in has an account from then on. Spec: RFC 4616, RFC 6120 §6, §13.8. @module */
import { randomBytes } from 'node:crypto';
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { Store } from '../../core/store.ts';
import type { Authenticator } from '../authenticator.ts';
import { deriveCredentials } from './credentials.ts';
import { runExchange } from './exchange.ts';
import { plain, suitsPlain } from './plain.ts';
import type { Prove } from './plain.ts';

/** Who asks to be let in. */
export interface WhoAsks {
  /** The address that goes with the user name. */
  readonly account: BareJid;
  /** The domain of the server. */
  readonly domain: string;
}

/** Whether this is the user's password. The user name is the prepared localpart: `juliet`, however the client wrote it.
 *  When it throws or rejects, nobody is let in, the client may try again (`temporary-auth-failure`), and it is logged. */
export type PasswordCheck = (username: string, password: string, who: WhoAsks) => boolean | Promise<boolean>;

/** What else is needed. */
export interface PasswordOptions {
  /** Where an account is made at its first log-in, with a password of its own that nobody knows: the core keeps rosters and
   *  offline messages for accounts that the store knows only. */
  readonly store: Store;
}

/** Makes an authenticator that offers PLAIN, under TLS, and asks whether the password is right.
 *  @param check asked once for each attempt; it should take as long for a user that there is not
 *  @spec RFC 4616 §2
 *  @public
 *  @example
 *  const users = new Map([['juliet', 'secret']]);
 *  const authenticator = passwordAuthenticator((username, password) => users.get(username) === password, { store: memoryStore() });
 *  const channel: SaslChannel = { secure: true, insecurePlain: false, domain: 'capulet.lit', bindings: new Map() };
 *  const exchange = authenticator.begin(channel, 'PLAIN');
 *  await exchange?.respond(btoa('\0juliet\0secret')); // { type: 'success', account: 'juliet@capulet.lit' } */
export function passwordAuthenticator(check: PasswordCheck, { store }: PasswordOptions): Authenticator {
  const mechanisms: Authenticator['mechanisms'] = (channel) => (suitsPlain(channel) ? ['PLAIN'] : []);
  return {
    mechanisms,
    begin(channel, mechanism, inTurn = (task) => task()) {
      if (!mechanisms(channel).includes(mechanism)) return undefined;
      const prove: Prove = (account, password) => inTurn(async () => {
        const username = account.slice(0, account.lastIndexOf('@'));
        // Nothing but true lets in: a function without types may give back a user, or an error.
        if (await check(username, password, { account, domain: channel.domain }) !== true) return false;
        await settle(store, account);
        return true;
      });
      return runExchange(plain(channel, prove));
    },
  };
}

/** Sees to it that the store knows the account; two first log-ins at once make it once. */
async function settle(store: Store, account: BareJid): Promise<void> {
  if ((await store.perform({ op: 'account.read', account })).exists) return;
  const credentials = await deriveCredentials(randomBytes(32).toString('base64url'));
  await store.perform({ op: 'account.create', account, credentials });
}
