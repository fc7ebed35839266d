/** What the machines' guards, updates and parameters say, as expressions: the one place beside the functions in
 *  machines/*.ts, and tested against them. A machine that has none of these has no entry. Not here: what an
 *  expression means (expression.ts). @module */
import { MAX_PROOF_FAILURES } from '../../machines/peer.ts';
import { MAX_BIND_REFUSALS, MAX_SASL_FAILURES } from '../../machines/stream.ts';
import type { Expression } from './expression.ts';

/** Expressions by name: parameters of an effect, or new values in a context. */
export type Named = Readonly<Record<string, Expression>>;

/** What a machine says in functions. */
export interface Portable {
  readonly guards: Named;
  /** What each action that is called note… changes; all of it is computed from what was before. */
  readonly updates: Readonly<Record<string, Named>>;
  /** By effect, where a transition's parameters are not fixed; what is null is left out. */
  readonly params: Readonly<Record<string, Named>>;
  /** Events that say what they may leave out, which the alphabet does not. */
  readonly events: readonly { readonly type: string }[];
}

const event = (name: string): Expression => ({ var: `event.${name}` });
const context = (name: string): Expression => ({ var: `context.${name}` });
const on = (type: string): Expression => ({ '===': [event('type'), type] });
const equals = (a: Expression, b: Expression): Expression => ({ '===': [a, b] });
const all = (...parts: readonly Expression[]): Expression => ({ and: parts });
const not = (part: Expression): Expression => ({ '!': part });
const more = (name: string): Expression => ({ '+': [context(name), 1] });
const less = (name: string): Expression => ({ '-': [context(name), 1] });
/** One more would be as many as may be. */
const isLast = (name: string, most: number): Expression => ({ '>=': [more(name), most] });
const isAdministrator = (affiliation: Expression): Expression => ({ in: [affiliation, ['admin', 'owner']] });
const next = (offer: string): Expression => equals(event('next'), offer);

const fault: Named = { condition: event('condition'), text: event('text') };
const failed = { type: 'stream.failed', condition: 'not-well-formed', text: 'at line 1' } as const;
const changed = on('affiliation.changed');
const configured = on('configuration.changed');
const isNobody = equals(event('affiliation'), 'none');

/** By the machine's name in the catalogue. */
export const portable: Readonly<Record<string, Partial<Portable>>> = {
  stream: {
    guards: {
      isSecure: all(on('header.received'), event('secure')),
      isOffered: all(on('tls.requested'), event('offered')),
      isPermitted: all(on('auth.requested'), event('permitted')),
      isLastBind: isLast('refusals', MAX_BIND_REFUSALS),
      isExpelled: { '!==': [context('owed'), null] },
      isLastAttempt: isLast('failures', MAX_SASL_FAILURES),
    },
    updates: {
      noteFailure: { failures: more('failures') },
      noteRefusal: { refusals: more('refusals') },
      noteError: { owed: { object: ['condition', event('condition'), 'text', event('text')] } },
    },
    params: {
      beginSasl: { mechanism: event('mechanism'), data: event('data') },
      continueSasl: { data: event('data') },
      sendChallenge: { data: event('data') },
      sendSuccess: { data: event('data') },
      refuseSasl: fault,
      refuseBind: { condition: event('condition') },
      // What is owed since the stream failed, or what fails now.
      sendStreamError: { condition: { or: [context('owed.condition'), event('condition')] }, text: { or: [context('owed.text'), event('text')] } },
    },
    events: [
      { type: 'auth.requested', mechanism: 'SCRAM-SHA-256', data: 'biws', permitted: true }, { type: 'auth.responded', data: 'Yz1i' },
      { type: 'sasl.challenged', data: 'cj1y' }, { type: 'sasl.succeeded', data: 'dj1z' }, { type: 'sasl.failed', condition: 'not-authorized', text: 'no such account' }, failed,
    ] as Portable['events'],
  },
  presence: {
    guards: {
      isNegative: all(on('presence.available'), { '<': [event('priority'), 0] }),
      wantsProbes: all(on('presence.invisible'), event('probe')),
    },
    updates: { notePriority: { priority: event('priority') } },
  },
  'directed-presence': { guards: { isBroadcast: all(on('resource.unavailable'), event('broadcast')) } },
  subscription: {
    guards: { isApproved: context('approved') },
    updates: { noteApproved: { approved: true }, noteUnapproved: { approved: false } },
  },
  roster: {
    guards: { isLast: equals(context('owed'), 1) },
    updates: { notePush: { owed: more('owed') }, noteSettled: { owed: less('owed') } },
  },
  farewell: {
    guards: {
      isFirst: all(context('isLeaving'), equals(context('visits'), 0)),
      isLeaving: context('isLeaving'),
      isLastOfFormer: all(equals(context('former'), 1), equals(context('visits'), 0)),
      isOfFormer: { '>': [context('former'), 0] },
      isLast: { '<=': [context('visits'), 1] },
    },
    updates: {
      noteVisit: { visits: more('visits'), isLeaving: false },
      noteLeaving: { isLeaving: true },
      noteEnd: { visits: less('visits') },
      noteFormerEnd: { former: less('former') },
      noteNone: { visits: 0, former: 0, isLeaving: false },
      noteFormer: { former: { '+': [context('former'), context('visits')] }, visits: 0, isLeaving: true },
    },
  },
  route: {
    guards: { isOwed: { '>': [context('owed'), 0] }, isLast: { '<=': [context('owed'), 1] } },
    updates: { noteOwed: { owed: more('owed') }, noteSettled: { owed: { max: [0, less('owed')] } } },
  },
  link: {
    guards: {
      isConnecting: equals({ var: 'state' }, 'opening.connecting'),
      isTlsNext: next('tls'),
      isExternalNext: next('external'),
      isDialbackNext: next('dialback'),
    },
    params: { bounceQueue: { condition: event('condition') } },
  },
  peer: {
    guards: {
      isOffered: all(on('tls.requested'), event('offered')),
      isPermitted: all(on('auth.requested'), event('permitted')),
      isLastProof: isLast('failures', MAX_PROOF_FAILURES),
    },
    updates: { noteFailure: { failures: more('failures') } },
    params: { sendStreamError: fault },
    events: [failed],
  },
  component: {
    guards: { isPermitted: all(on('handshake.received'), event('permitted')) },
    params: { sendStreamError: fault },
    events: [failed],
  },
  room: {
    guards: {
      isPersistent: all(on('configuration.submitted'), event('persistent')),
      isOccupied: all(on('configuration.submitted'), event('occupied')),
    },
  },
  occupant: {
    guards: {
      isLast: event('last'),
      entersAsModerator: all(on('occupant.entered'), isAdministrator(event('affiliation'))),
      entersAsVisitor: all(on('occupant.entered'), event('moderated'), isNobody),
      isToVisitor: equals(event('role'), 'visitor'),
      isToParticipant: equals(event('role'), 'participant'),
      isToModerator: equals(event('role'), 'moderator'),
      isBanned: all(changed, equals(event('to'), 'outcast')),
      isShutOut: all(changed, event('membersOnly'), equals(event('to'), 'none')),
      isPromoted: all(changed, isAdministrator(event('to'))),
      isMade: all(changed, equals(event('to'), 'member')),
      isSilenced: all(changed, isAdministrator(event('from')), equals(event('to'), 'none'), event('moderated'), not(event('membersOnly'))),
      isDemoted: all(changed, isAdministrator(event('from')), { or: [equals(event('to'), 'member'), all(equals(event('to'), 'none'), not(event('membersOnly')))] }),
      isExcluded: all(configured, event('membersOnly'), isNobody),
      isGivenVoice: all(configured, not(event('moderated')), not(all(event('membersOnly'), isNobody))),
    },
  },
};

/** What a machine says in functions; nothing, where it has none. */
export const portableOf = (name: string): Portable => ({ guards: {}, updates: {}, params: {}, events: [], ...portable[name] });
