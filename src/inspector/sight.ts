/** Why somebody sees another online, or doesn't, step by step, each with its section. Spec: RFC 6121 §4. Not here: the
 *  facts (src/core/sight.ts). @module */
import type { Denial, Party, ResourceInSight, Sight } from '../core/sight.ts';
import type { Reason } from './reason.ts';

type Verdict = NonNullable<Reason['verdict']>;

/** The answer, and how it comes about. */
export interface Visibility {
  readonly answer: Verdict;
  readonly text: string;
  readonly steps: readonly Reason[];
}

/** The last presence of the contact that the watcher was seen to be sent; undefined where nobody has looked. */
export type LastSent = 'available' | 'unavailable' | undefined;

/** The answer about two addresses.
 *  @param sent what is known of what the watcher was sent */
export function visibilityOf(sight: Sight, sent: LastSent): Visibility {
  const { watcher, contact } = sight;
  const steps = [...contactSteps(contact, watcher), ...subscriptionSteps(sight), ...linkSteps(sight), ...watcherSteps(watcher, contact), sentStep(watcher, contact, sent)];
  const known = answerOf(sight);
  const answer = known !== 'unknown' || sent === undefined ? known : sent === 'available' ? 'yes' : 'no';
  const failing = steps.find(({ verdict, step }) => verdict === 'no' && step !== 'sent');
  const texts: Readonly<Record<Verdict, string>> = {
    yes: `${watcher.jid} sees ${contact.jid} online.`,
    no: `${watcher.jid} does not see ${contact.jid} online.${failing === undefined ? '' : ` ${failing.text}`}`,
    unknown: `Nothing here keeps ${watcher.jid} from seeing ${contact.jid} online; not all of it can be known on this server.`,
  };
  return { answer, text: texts[answer], steps };
}

const reason = (step: string, verdict: Verdict, text: string, spec: string): Reason => ({ step, verdict, text, spec });

const shows = new Set(['from', 'fromPendingOut', 'both']);
const hears = new Set(['to', 'toPendingIn', 'both']);

function contactSteps(contact: Party, watcher: Party): readonly Reason[] {
  const { jid, resources } = contact;
  const elsewhere = strangerStep(contact);
  if (elsewhere !== undefined) return [elsewhere];
  if (resources.length === 0) return [reason('connected', 'no', contact.exists === false ? `There is no account ${jid}.` : `${jid} has no connected resource.`, 'RFC 6120 §7.1')];
  return [
    reason('connected', 'yes', `${contact.bare} is connected: ${resources.map(({ jid: full }) => full).join(', ')}.`, 'RFC 6120 §7.1'),
    ...resources.map(presenceStep),
    ...resources.flatMap((resource) => outStep(resource, watcher) ?? []),
  ];
}

/** Of who is not an account of this server little is known. */
function strangerStep({ jid, home }: Party): Reason | undefined {
  switch (home) {
    case 'here': return undefined;
    case 'service': return reason('connected', 'unknown', `${jid} is no account: whoever answers for its domain, such as the rooms, says itself whom it shows to whom.`, 'RFC 6120 §10.5');
    case 'elsewhere': return reason('connected', 'unknown', `${jid} is of another server: who is connected and available there, that server knows.`, 'RFC 6120 §10.4');
    case 'nowhere': return reason('connected', 'no', `This server does not speak with the server of ${jid}.`, 'RFC 6120 §10.4');
  }
}

function presenceStep({ jid, presence, isShown, priority, route }: ResourceInSight): Reason {
  const step = 'presence';
  if (route === 'draining' || presence === 'ended') return reason(step, 'no', `${jid}: its session is over, and it has been made unavailable.`, 'RFC 6121 §4.5.2');
  if (isShown) return reason(step, 'yes', `${jid} is available, with priority ${priority}${priority < 0 ? '; that is about messages, and has no part in this' : ''}.`, priority < 0 ? 'RFC 6121 §4.2.2, RFC 6121 §4.7.2.3' : 'RFC 6121 §4.2.2');
  if (presence === 'connected') return reason(step, 'no', `${jid} is not available: it has sent no presence, or has gone unavailable since. Messages reach it all the same.`, 'RFC 6121 §4.2.1, DESIGN D2');
  return reason(step, 'no', `${jid} is in invisible mode: its presence is broadcast to nobody.`, 'XEP-0186 §3.1.1');
}

function outStep({ jid, deniedOut, withdrawn, told }: ResourceInSight, { bare }: Party): Reason | undefined {
  if (told.length > 0) return reason('directed', 'yes', `${jid} has told ${told.join(', ')} of itself by directed presence.`, 'RFC 6121 §4.6.3');
  if (deniedOut !== undefined) return reason('lists', 'no', `${jid}: ${listed(deniedOut)} keeps its presence from ${bare}.`, sectionOf(deniedOut, 'XEP-0016 §2.11'));
  return withdrawn.length > 0 ? reason('directed', 'no', `${jid} has told ${withdrawn.join(', ')} by directed presence that it is unavailable.`, 'RFC 6121 §4.6.3') : undefined;
}

const listed = ({ isBlock, order }: Denial): string => (isBlock ? 'the block list' : `its privacy list, by the item of order ${order},`);
const sectionOf = ({ isBlock }: Denial, otherwise: string): string => (isBlock ? 'XEP-0191 §3.3' : otherwise);

/** The subscription, in the roster of the one who shows itself, and in that of the one who asks. */
function subscriptionSteps({ watcher, contact }: Sight): readonly Reason[] {
  if (watcher.bare === contact.bare) return [reason('subscription', 'yes', 'They are of one account: its resources hear each other without a subscription.', 'RFC 6121 §4.2.2')];
  const approval = contact.home === 'here' ? [approvalStep(contact, watcher)] : [];
  return watcher.home === 'here' ? [...approval, probeStep(watcher, contact)] : approval;
}

function approvalStep({ bare, subscription, isUnshown }: Party, watcher: Party): Reason {
  const step = 'subscription';
  if (subscription === undefined) return reason(step, 'unknown', `The roster of ${bare} is not in memory; it is loaded when a resource becomes available or asks for it.`, 'RFC 6121 §2.2');
  if (isUnshown) return reason(step, 'no', `${bare} has approved ${watcher.bare} just now: it is shown once that is written down.`, 'RFC 6121 §3.1.5');
  if (shows.has(subscription)) return reason(step, 'yes', `By the roster of ${bare}, ${watcher.bare} is subscribed to its presence (${subscription}).`, 'RFC 6121 §A.1');
  if (subscription.includes('In')) return reason(step, 'no', `${watcher.bare} has asked ${bare} for a subscription, and has no answer yet (${subscription}).`, 'RFC 6121 §3.1.3');
  return reason(step, 'no', `By the roster of ${bare}, ${watcher.bare} is not subscribed to its presence (${subscription}).`, 'RFC 6121 §4.2.2');
}

function probeStep({ bare, subscription }: Party, contact: Party): Reason {
  const step = 'probe';
  if (subscription === undefined) return reason(step, 'unknown', `The roster of ${bare} is not in memory: whether it asks for the presence of ${contact.bare} is not known.`, 'RFC 6121 §4.3.1');
  if (hears.has(subscription)) return reason(step, 'yes', `By its own roster ${bare} is subscribed (${subscription}): when it comes online, its server asks for the presence of ${contact.bare}${contact.home === 'here' ? ', and answers at once' : ' by a probe'}.`, contact.home === 'here' ? 'RFC 6121 §4.3.1, RFC 6121 §4.3.2' : 'RFC 6121 §4.3.1');
  const text = `By its own roster ${bare} is not subscribed to ${contact.bare} (${subscription}): nobody asks for that presence when it comes online`;
  return contact.home === 'here' && isShownTo(contact) !== 'no' ? reason(step, 'unknown', `${text}. It hears the next broadcast.`, 'RFC 6121 §4.3.1') : reason(step, 'no', `${text}.`, 'RFC 6121 §4.3.1');
}

function linkSteps({ watcher, contact, link }: Sight): readonly Reason[] {
  if (watcher.home !== 'elsewhere' && contact.home !== 'elsewhere') return [];
  const spec = 'RFC 6120 §10.4';
  if (link === undefined) return [reason('link', 'unknown', 'There is no link to the other server at the moment; one is opened when there is something to carry, and rests when there is nothing.', spec)];
  const state = typeof link.state === 'string' ? link.state : Object.keys(link.state as object).join();
  if (state === 'up') return [reason('link', 'yes', 'The link to the other server is up.', spec)];
  return [reason('link', 'unknown', `The link to the other server is ${state}: ${link.waiting} ${link.waiting === 1 ? 'stanza waits' : 'stanzas wait'} for it.`, spec)];
}

function watcherSteps(watcher: Party, contact: Party): readonly Reason[] {
  const { jid, home, resources } = watcher;
  if (home === 'elsewhere') return [reason('watcher', 'unknown', `${jid} is of another server, which knows who is available there to be told.`, 'RFC 6121 §8.5.2.1.2')];
  if (home !== 'here') return [reason('watcher', home === 'nowhere' ? 'no' : 'unknown', home === 'nowhere' ? `This server does not speak with the server of ${jid}.` : `${jid} is no account: what it makes of presence is its own to say.`, 'RFC 6120 §10.5')];
  if (resources.length === 0) return [reason('watcher', 'no', `${jid} has no connected resource that could be told.`, 'RFC 6121 §8.5.2.2')];
  return resources.flatMap((resource) => hearingSteps(resource, contact));
}

function hearingSteps({ jid, hearsPresence, isHeldBack, deniedIn }: ResourceInSight, contact: Party): readonly Reason[] {
  const denied = Object.entries(deniedIn);
  return [
    hearsPresence ? reason('watcher', 'yes', `${jid} is available, so it hears presence that is sent to its account.`, 'RFC 6121 §8.5.2.1.2') : reason('watcher', 'no', `${jid} is not available: presence that is sent to its account goes to available resources only.`, 'RFC 6121 §8.5.2.1.2'),
    ...denied.slice(0, 4).map(([from, denial]) => reason('lists', 'no', `${jid}: ${listed(denial)} stops presence from ${from}.`, sectionOf(denial, 'XEP-0016 §2.10'))),
    ...(isHeldBack ? [reason('order', 'unknown', `What is stored is going out to ${jid}: presence of ${contact.bare} waits behind that.`, 'RFC 6120 §10.1')] : []),
  ];
}

function sentStep({ home, jid }: Party, contact: Party, sent: LastSent): Reason {
  if (sent !== undefined) return reason('sent', sent === 'available' ? 'yes' : 'no', `The last presence of ${contact.jid} that ${jid} was seen to be sent is ${sent}.`, 'RFC 6121 §4.2.3');
  return reason('sent', 'unknown', home === 'here' ? `Whether ${jid} was sent it: nobody has looked. Open the session, and from then on what it is sent is kept.` : `What ${jid} makes of it is not known here.`, '');
}

const order: readonly Verdict[] = ['no', 'unknown', 'yes'];
const worst = (...verdicts: readonly Verdict[]): Verdict => order[Math.min(...verdicts.map((verdict) => order.indexOf(verdict)))] ?? 'unknown';
const best = (verdicts: readonly Verdict[]): Verdict => order[Math.max(0, ...verdicts.map((verdict) => order.indexOf(verdict)))] ?? 'no';
const yesNo = (holds: boolean): Verdict => (holds ? 'yes' : 'no');

/** The subscription of the other side, in a roster. */
function isShownTo({ subscription, isUnshown }: Party): Verdict {
  return subscription === undefined ? 'unknown' : yesNo(shows.has(subscription) && !isUnshown);
}

/** All of it must hold for one resource of each side. What another server knows is unknown. */
function answerOf({ watcher, contact }: Sight): Verdict {
  if (watcher.home === 'nowhere' || contact.home === 'nowhere') return 'no';
  const approval = watcher.bare === contact.bare ? 'yes' : isShownTo(contact);
  const seen = contact.home === 'here' ? contact.resources : [undefined];
  const seeing = watcher.home === 'here' ? watcher.resources : [undefined];
  return best(seen.flatMap((from) => seeing.map((to) => worst(from === undefined ? fromAfar(watcher, contact) : goesOut(from, to, watcher, approval), comesIn(to, from?.jid ?? contact.jid)))));
}

function goesOut(from: ResourceInSight, to: ResourceInSight | undefined, watcher: Party, approval: Verdict): Verdict {
  const hearsBroadcast = to === undefined ? 'unknown' : yesNo(to.hearsPresence);
  const broadcast = worst(approval, yesNo(from.isShown && from.deniedOut === undefined && !from.withdrawn.includes(watcher.bare)), hearsBroadcast);
  const told = from.told.map((peer) => (peer === to?.jid ? 'yes' : peer === watcher.bare ? hearsBroadcast : to === undefined ? 'unknown' : 'no'));
  return best([broadcast, ...told]);
}

/** From another server comes what was asked for, to who is available. */
function fromAfar(watcher: Party, contact: Party): Verdict {
  if (watcher.home !== 'here' || contact.home === 'service') return 'unknown';
  const asks = watcher.subscription === undefined ? 'unknown' : yesNo(hears.has(watcher.subscription));
  return worst('unknown', asks);
}

function comesIn(to: ResourceInSight | undefined, from: string): Verdict {
  if (to === undefined) return 'unknown';
  if (to.deniedIn[from] !== undefined) return 'no';
  return to.isHeldBack ? 'unknown' : 'yes';
}
