/** In-band registration: a new account before authentication; a new password, or the end of the
 *  account, after it. Off unless it is among the features. Spec: XEP-0077. @module */
import { Element } from 'ltx';
import { invariant } from '../invariant.ts';
import { Kernel } from '../kernel.ts';
import { parseBare, prepareLocalpart } from '../jid.ts';
import type { Feature, Host, IqAnswer, IqRequest } from '../feature.ts';
import { NS } from '../namespaces.ts';
import { childElements, ownChildren, ownText } from '../stanza.ts';
import { leaveContacts } from '../subscriptions.ts';
import { StanzaError } from '../stanza-error.ts';
import { ask, derive } from '../task.ts';
import type { Task } from '../task.ts';

const MOST_PASSWORD_CHARACTERS = 1024;

/** How many accounts may be made from one place in a time. */
export interface RegistrationLimit {
  readonly accounts: number;
  readonly perMs: number;
}

/** In-band registration (XEP-0077 §3).
 *  @param limit none: anybody may make as many accounts as it likes (loopback tests and benchmarks)
 *  @example
 *  // Three accounts in an hour, from one address.
 *  const features = [...standardFeatures, register({ accounts: 3, perMs: 3_600_000 })];
 *  createCore({ domain: 'capulet.lit', ...defaultConfig }, features);
 *  features.at(-1)?.name; // 'register' */
export function register(limit?: RegistrationLimit): Feature {
  const mayRegister = limit === undefined ? () => true : allowance(limit);
  return {
    name: 'register',
    serverFeatures: [NS.register],
    streamFeatures: { unauthenticated: `<register xmlns="${NS.registerFeature}"/>` },
    iq: [{
      name: 'query', xmlns: NS.register, types: ['get', 'set'], to: ['server', 'own'], answer: answerMember,
      afterwards(host, { type, payload, resource }, answer) {
        if (type === 'set' && answer === null && isRemoval(payload) && resource !== undefined) host.expel(resource.account.jid);
      },
    }],
    beforeAuthentication(host, iq, origin) {
      const query = iq.getChild('query', NS.register);
      return query === undefined ? undefined : answerStranger(host, iq.attrs.type, query, () => mayRegister(origin, host.at));
    },
  };
}

/** Counts by origin; each origin's time begins with its first registration. */
function allowance({ accounts, perMs }: RegistrationLimit): (origin: string, at: number) => boolean {
  const counts = new Map<string, { since: number; made: number }>();
  return (origin, at) => {
    for (const [old, { since }] of counts) {
      if (at - since < perMs) break; // the map is in the order of the beginnings
      counts.delete(old);
    }
    const count = counts.get(origin) ?? { since: at, made: 0 };
    if (count.made >= accounts) return false;
    count.made += 1;
    counts.set(origin, count);
    return true;
  };
}

const isRemoval = (query: Element): boolean => ownChildren(query, 'remove').length > 0;

function* answerStranger({ config }: Host, type: string | undefined, query: Element, mayRegister: () => boolean): Task<IqAnswer> {
  if (type === 'get') return formOf();
  const wanted = type === 'set' ? wantedBy(query) : new StanzaError('bad-request');
  if (wanted instanceof StanzaError) return wanted;
  const account = parseBare(`${wanted.username}@${config.domain}`);
  if (account === undefined) return new StanzaError('not-acceptable');
  if (!mayRegister()) return new StanzaError('resource-constraint'); // XEP-0077 §3.1.2: one can ask too often
  const isNew = yield* ask({ op: 'account.create', account, credentials: yield* derive(wanted.password) });
  return isNew ? null : new StanzaError('conflict'); // XEP-0077 §3.1.1
}

/** A member is told who it is, may change its password (§3.3), and may leave (§3.2). */
function* answerMember(host: Host, { type, payload, resource }: IqRequest): Task<IqAnswer> {
  if (resource === undefined) return new StanzaError('not-allowed'); // XEP-0077 §3.1: another server's users have no account here
  const account = resource.account.jid;
  const local = account.slice(0, account.indexOf('@'));
  if (type === 'get') {
    const form = formOf();
    form.c('registered');
    form.getChild('username')?.t(local);
    return form;
  }
  if (isRemoval(payload)) {
    if (childElements(payload).length !== 1) return new StanzaError('bad-request'); // §3.2
    invariant(host instanceof Kernel, 'rosters belong to the core');
    yield* leaveContacts(host, resource.account);
    return (yield* ask({ op: 'account.remove', account })) ? null : new StanzaError('registration-required');
  }
  const wanted = wantedBy(payload);
  if (wanted instanceof StanzaError) return wanted;
  if (wanted.username !== local) return new StanzaError('bad-request');
  const isKnown = yield* ask({ op: 'credentials.write', account, credentials: yield* derive(wanted.password) });
  return isKnown ? null : new StanzaError('registration-required');
}

function formOf(): Element {
  const query = new Element('query', { xmlns: NS.register });
  query.c('instructions').t('Choose a user name and a password.');
  query.c('username');
  query.c('password');
  return query;
}

/** The name and the password that are asked for. */
function wantedBy(query: Element): { readonly username: string; readonly password: string } | StanzaError {
  const username = prepareLocalpart(ownText(query, 'username'));
  const password = ownText(query, 'password');
  if (username === undefined || password === '' || password.length > MOST_PASSWORD_CHARACTERS) return new StanzaError('not-acceptable'); // §3.1.1
  return { username, password };
}
