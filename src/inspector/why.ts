/** Why a message had its fate, step by step, each with its section: who was eligible, who was chosen, what came of
 *  it. Spec: RFC 6121 §8.5, DESIGN D1-D7. Not here: the decision, which this only puts into words. @module */
import type { Decision, RouteView } from '../core/decision.ts';
import type { Fate } from '../core/kernel.ts';
import type { Reason } from './reason.ts';

/** The steps, in their order.
 *  @param decision undefined for a message about which no account had to decide */
export function reasonsOf(fate: Fate, decision: Decision | undefined): readonly Reason[] {
  return [...(decision === undefined ? [] : decided(decision)), outcome(fate)];
}

function decided(decision: Decision): readonly Reason[] {
  const { isToFull, type, to, routes, reach, eligible } = decision;
  const sent: Reason = { step: 'sent', text: `A message of type ${type} to the ${isToFull ? 'full' : 'bare'} JID ${to}.`, spec: isToFull ? 'RFC 6121 §8.5.3' : 'RFC 6121 §8.5.2' };
  if (reach === 'route') return [sent, { step: 'whether', text: `${to} is connected: exactly this route gets it, whatever its presence.`, spec: 'RFC 6121 §8.5.3.1' }];
  const whether: readonly Reason[] = routes.length === 0
    ? [{ step: 'whether', text: 'The account has no connected resource.', spec: 'RFC 6121 §8.5.2.2' }]
    : routes.map((route) => eligibility(route, eligible.includes(route.jid)));
  return [sent, ...whether, ...(reach === 'eligible' ? [choice(decision)] : [])];
}

function eligibility({ jid, isDraining, hasOptedOut, isAvailable }: RouteView, isEligible: boolean): Reason {
  const step = 'whether';
  if (isDraining) return { step, text: `${jid} is not eligible: its stream is ending, and it takes no new messages.`, spec: 'DESIGN D5' };
  if (hasOptedOut) return { step, text: `${jid} is not eligible: a negative priority opts out of messages to the bare JID.`, spec: 'RFC 6121 §8.5.2.1.1' };
  if (!isEligible) return { step, text: `${jid} gets no message of this type, or its privacy list denies the sender.`, spec: 'RFC 6121 §8.5.2, XEP-0016 §2.10' };
  return isAvailable
    ? { step, text: `${jid} is eligible: it is connected.`, spec: 'DESIGN D2' }
    : { step, text: `${jid} is eligible: it is connected. It has sent no presence, which has no part in this.`, spec: 'DESIGN D2' };
}

function choice({ type, routes, chosen }: Decision): Reason {
  const spec = 'RFC 6121 §8.5.2.1.1';
  const views = routes.filter(({ jid }) => chosen.includes(jid));
  const who = chosen.join(', ');
  if (views.every(({ isAvailable }) => !isAvailable)) return { step: 'which', text: `Nobody eligible is available, so all of them get it: ${who}.`, spec: 'DESIGN D3' };
  if (type === 'headline') return { step: 'which', text: `A headline goes to every available resource: ${who}.`, spec };
  return { step: 'which', text: `Of those that are available the highest priority, ${views[0]?.priority ?? 0}, is chosen: ${who}.`, spec };
}

function outcome({ fate, routes = [], rule }: Fate): Reason {
  const step = 'fate';
  switch (fate) {
    case 'delivered': return { step, text: `Delivered to ${routes.join(', ')}.`, spec: 'DESIGN D7' };
    case 'stored': return { step, text: 'Stored, until a resource can have it.', spec: 'RFC 6121 §8.5.2.2.1, XEP-0160 §2' };
    case 'bounced': return { step, text: 'Answered with an error.', spec: 'RFC 6121 §8.5' };
    case 'routed': return { step, text: 'Handed over to a room, a component or another server.', spec: 'RFC 6120 §10' };
    case 'dropped': return { step, text: `Dropped in silence: ${rule ?? 'by a rule that was not named'}.`, spec: rule?.split(':')[0] ?? 'DESIGN D7' };
  }
}
