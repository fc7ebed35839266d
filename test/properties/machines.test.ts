/** The theorems of the machines that stand alone, and their negative controls: machines that get it wrong
 *  in one way. Checked up to the bounds of each check, not beyond them. @module */
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../machines/catalogue.ts';
import { explore } from '../../properties/checker/explore.ts';
import { entryOf } from '../../properties/checker/machines/alone.ts';
import { aloneChecks, machineChecks } from '../../properties/checker/machines/checks.ts';
import { wellFormedChecks } from '../../properties/checker/machines/well-formed.ts';
import { mutantNamed } from '../../properties/mutants/operators.ts';

describe('every machine, whatever happens to it', () => {
  test.each(machineChecks.flatMap(({ scopes }) => scopes))('$name: nothing is broken, in as many states as before', (scope) => {
    const { states, transitions, depth, broken, isComplete } = explore(scope.system());
    expect([...broken]).toEqual([]);
    expect([states, transitions, depth]).toEqual(scope.pinned);
    expect(isComplete).toBe(true);
  });

  test('every machine is well-formed (T12), and every one but the subscription is looked at alone', () => {
    const names = catalogue.map(({ name }) => name);
    expect(wellFormedChecks.flatMap(({ machines }) => machines)).toEqual(names);
    expect(aloneChecks.flatMap(({ machines }) => machines)).toEqual(names.filter((name) => name !== 'subscription'));
  });
});

/** What a machine does wrong, the mutant that does it, the statement that it breaks, and in how many steps. */
const wrong: readonly (readonly [about: string, mutant: string, statement: string, steps: number])[] = [
  ['lets a client in that has not authenticated', 'stream: negotiating.unsecured on auth.requested #1: retarget to negotiating.binding', 'nobody before SASL', 4],
  ['takes success for granted', 'stream: negotiating.unsecured on auth.requested #2: retarget to negotiating.authenticating', 'success is earned', 4],
  ['offers nothing after a header', 'stream: negotiating.opened on header.received #2: drop offerFeatures', 'header', 2],
  ['closes without a word when STARTTLS is not offered', 'stream: negotiating on tls.requested: drop refuseTls', 'starttls', 3],
  ['takes a header between <proceed/> and TLS', 'stream: negotiating.unsecured on tls.requested: retarget to negotiating.binding', 'amid the handshake', 4],
  ['begins SASL in the clear where that is not permitted', 'stream: negotiating.unsecured on auth.requested #1: remove the guard isPermitted', 'auth', 3],
  ['drops a response', 'stream: negotiating.authenticating on auth.responded: drop continueSasl', 'challenge and response', 4],
  ['leaves an aborted exchange at work', 'stream: negotiating.authenticating on auth.aborted #2: drop abandonSasl', 'abort', 4],
  ['lets a client guess for ever', 'stream: negotiating.authenticating on sasl.failed #2: drop noteFailure', 'SASL retries', 13],
  ['goes on with the old stream after success', 'stream: negotiating.authenticating on sasl.succeeded: drop restartStream', 'success', 4],
  ['binds a second resource', 'stream: bound on bind.requested: drop refuseBind', 'bind', 8],
  ['binds and does not say so', 'stream: negotiating.binding on bind.succeeded: drop sendBindResult', 'bound', 7],
  ['lets a client ask for resources for ever', 'stream: negotiating.binding on bind.failed #2: drop noteRefusal', 'bind retries', 27],
  ['processes no stanza', 'stream: bound on stanza.received: drop processStanza', 'stanzas', 8],
  ['ends on an error without its session', 'stream: bound on stream.failed: drop endSession', 'error', 8],
  ['gives way without a word', 'stream: bound on resource.replaced: drop sendStreamError', 'conflict', 8],
  ['does not close when the client does', 'stream: negotiating on stream.ended: drop closeStream', 'the peer closes', 2],
  ['forgets the route of a lost transport', 'stream: draining on stream.lost: drop abandonRoute', 'the transport is lost', 9],
  ['forgets the error that it owes', 'stream: bound on stream.failed: drop noteError', 'the route is gone', 9],
  ['waits for a stranger for ever', 'stream: negotiating after unauthenticatedTimeout: drop the timer', 'time to authenticate', 1],
  ['waits for a closing tag for ever', 'stream: closing after closeTimeout: drop the timer', 'time to close', 2],
  ['keeps the transport after both have closed', 'stream: closing on stream.ended: drop disconnect', 'closing', 3],
  ['goes on after an error', 'stream: negotiating on stanza.received: drop closeStream', 'error, then the closing tag', 3],
  ['closes twice', 'stream: negotiating on stream.ended: double closeStream', 'nothing after the closing tag', 2],
  ['hangs up before it says goodbye', 'stream: negotiating on stream.ended: swap closeStream and disconnect', 'disconnect comes last', 2],
  ['speaks to a transport that is lost', 'stream: negotiating on stream.lost: drop the transition', 'over', 3],
  ['counts as bound while it drains', 'stream: bound on stream.ended: remove the target', 'what the core reads', 8],
  ['detaches without resumption', 'session: connected on stream.lost: retarget to detached', 'T9 timer', 2],
  ['loses the route with the stream', 'session: resumable on stream.lost: drop detachRoute', 'T9 detached', 3],
  ['does not attach what it resumes', 'session: detached on session.resumed: drop attachRoute', 'T9 resumed', 4],
  ['closes the route before it ends the presence', 'session: detached on resumptionTimeout: swap endPresence and closeRoute', 'T9 expiry', 4],
  ['does not drain', 'session: connected on stream.ended: drop drainRoute', 'session ends in order', 2],
  ['keeps its full JID', 'session: detached on resource.replaced: drop the transition', 'session gives way', 4],
  ['ends twice', 'session: connected on stream.lost: remove the target', 'session ends once', 3],
  ['forgets its subscribers', 'presence: available on session.ended: drop broadcastUnavailable', 'T6 subscribers', 3],
  ['does not probe', 'presence: connected on presence.available #2: drop sendProbes', 'initial presence', 2],
  ['delivers what waited to who opts out', 'presence: availableNegative on presence.available #1: drop the transition', 'messages that waited', 3],
  ['does not tell a resource of its own end', 'presence: connected on presence.unavailable: drop echoUnavailable', 'own unavailable', 2],
  ['says goodbye to nobody when it becomes invisible', 'presence: available on presence.invisible #2: drop broadcastUnavailable', 'invisible mode', 3],
  ['keeps an old priority', 'presence: available on presence.available #2: drop notePriority', 'last word', 3],
  ['goes on after its session', 'presence: available on session.ended: retarget to connected', 'presence ends once', 4],
  ['routes no directed presence', 'directed-presence: untold on directed.available: drop routePresence', 'directed presence is routed', 2],
  ['leaves a ghost', 'directed-presence: told on resource.unavailable #2: drop sendUnavailable', 'T6 ghost', 3],
  ['says goodbye twice', 'directed-presence: told on resource.unavailable #1: drop the transition', 'T6 doubled', 3],
  ['forgets whom it told', 'directed-presence: told on directed.available: retarget to untold', 'told', 3],
  ['forgets whom it left', 'directed-presence: told on directed.unavailable: retarget to untold', 'withdrawn', 3],
  ['sends the roster once', 'roster: interested on roster.requested: drop sendRoster', 'roster is sent', 3],
  ['pushes once', 'roster: pushOwed on roster.changed: drop pushRoster', 'pushed to the interested', 4],
  ['is not interested', 'roster: connected on roster.requested: remove the target', 'interest lasts', 2],
  ['forgets a push', 'roster: interested on roster.changed: drop notePush', 'pushes are acknowledged', 4],
  ['settles an answer twice', 'iq: pending on answer.received: remove the target', 'settled once', 3],
  ['waits for ever', 'iq: pending after requestTimeout: drop the timer', 'request timer', 1],
  ['owes nothing', 'farewell: none on directed.available: drop oweAnswer', 'T2.c owed', 2],
  ['settles nothing when it is refused', 'farewell: asked on room.refused #3: drop settleAnswer', 'T2.c settled', 3],
  ['takes an old farewell for a new one', 'farewell: asked on session.replaced: drop noteFormer', 'T2.f generation', 5],
  ['does not wait', 'route: open on answer.owed: drop noteOwed', 'T2.c drain', 3],
  ['does not speak for rooms', 'route: draining on drainTimeout: drop speakForRooms', 'T2.e deadline', 4],
  ['drains for ever', 'route: draining after drainTimeout: drop the timer', 'T2.e timer', 3],
  ['loses its queue', 'route: detached on route.abandoned: drop redistributeQueue', 'T3 queue', 3],
  ['stays when it is abandoned', 'route: open on route.abandoned: drop closeRoute', 'T8 abandoned', 2],
  ['takes no messages while it is owed an answer', 'route: open on answer.owed: retarget to draining', 'T1 takes messages', 2],
  ['closes twice', 'route: draining on drainTimeout: remove the target', 'route closes once', 5],
  ['has a state that nothing leads to', 'session: resumable on stream.lost: drop the transition', 'T12 reached', 1],
  ['has a transition that is never taken', 'presence: connected on presence.available #1: remove the guard isNegative', 'T12 taken', 1],
  ['leaves a cell of Appendix A open', 'subscription: to on inbound.subscribed: drop the transition', 'T12 total', 2],
  ['never owes anything and never rests', 'farewell: the machine: begin in asked', 'T12 leaves', 1],
  ['has two states for one', 'presence: invisibleNegative on presence.available #1: remove the guard isNegative', 'T12 distinct', 3],
  ['counts without end', 'stream: negotiating.binding on bind.failed #1: drop the transition', 'T12 bounded', 11],
];

const machineOf = (mutant: string): string => mutant.split(':')[0] ?? '';

describe('negative controls', () => {
  test.each(wrong)('a machine that %s (%s) is refuted by %s', (_about, name, statement, steps) => {
    const machine = machineOf(name);
    const scope = machineChecks.find(({ machines, statements }) => machines[0] === machine && statement in statements)?.scopes[0];
    const way = scope && explore(scope.system({ [machine]: mutantNamed(entryOf(machine), name) }), { until: statement }).broken.get(statement);
    expect(way?.length).toBe(steps);
  });

  test('every statement refutes one', () => {
    const refuted = new Set(wrong.map(([, name, statement]) => (statement.startsWith('T12') ? statement : `${machineOf(name)}: ${statement}`)));
    const stated = machineChecks.flatMap(({ machines: [machine], statements }) => Object.keys(statements).map((statement) => (statement.startsWith('T12') ? statement : `${machine}: ${statement}`)));
    expect(stated.filter((statement) => !refuted.has(statement))).toEqual([]);
  });
});
