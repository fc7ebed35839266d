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
  ['opens a second stream beside the first', 'link: leaving on closeTimeout: remove the target', 'T4 one stream', 5],
  ['connects, and says nothing', 'link: opening.connecting on connection.opened: drop openStream', 'header', 3],
  ['goes on with the old stream after success', 'link: opening.authenticating on sasl.succeeded: drop restartStream', 'header', 5],
  ['gives up where TLS is next', 'link: opening.opened on features.received #1: drop the transition', 'TLS first', 4],
  ['gives up when its certificate is not enough', 'link: opening.authenticating on sasl.failed #1: drop the transition', 'proof', 5],
  ['sends what waits twice', 'link: opening.proving on key.accepted: double flushQueue', 'sent once proved', 5],
  ['sends what waits over the stream before its restart', 'link: opening.authenticating on sasl.succeeded: remove the target', 'sent once proved', 6],
  ['loses what waits for a stream that fails', 'link: opening on stream.failed: drop bounceQueue', 'T3 bounced', 4],
  ['bounces what waits twice', 'link: opening on stream.ended: double bounceQueue', 'T3 bounced', 4],
  ['takes success for granted', 'link: opening.opened on features.received #3: retarget to opening.authenticating', 'not asked for', 5],
  ['tries for ever', 'link: opening after linkTimeout: drop the timer', 'T8 bounded wait', 2],
  ['waits for a closing tag for ever', 'link: closing after closeTimeout: drop the timer', 'T8 time to close', 4],
  ['waits for the end of a connection for ever', 'link: leaving after closeTimeout: drop the timer', 'T8 time to close', 3],
  ['keeps a stream that is idle', 'link: up on link.idle: drop the transition', 'goodbye', 6],
  ['keeps the connection after both have closed', 'link: closing on stream.ended: drop the transition', 'closing', 5],
  ['closes a stream that it has not opened', 'link: opening on linkTimeout #1: remove the guard isConnecting', 'the closing tag', 4],
  ['hangs up before it says goodbye', 'link: up on stream.ended: swap closeStream and disconnect', 'disconnect comes last', 6],
  ['speaks over a connection that it has given up', 'link: opening.connecting on stream.failed: retarget to opening.connecting', 'gone', 4],
  ['negotiates a stream that the other server has opened', 'link: idle on stream.adopted: retarget to opening.opened', 'adopted', 3],
  ['has stanzas carried before it has proved its domain', 'link: opening.authenticating on sasl.succeeded: retarget to up', 'what the core reads', 5],
  ['offers nothing after a header', 'peer: negotiating.opened on header.received: drop offerFeatures', 'header', 2],
  ['offers before its header', 'peer: negotiating.opened on header.received: swap openStream and offerFeatures', 'header before anything', 2],
  ['begins TLS where it is not offered', 'peer: negotiating.offered on tls.requested #1: remove the guard isOffered', 'starttls', 3],
  ['takes a header between <proceed/> and TLS', 'peer: negotiating.offered on tls.requested #1: retarget to negotiating.opened', 'amid the handshake', 4],
  ['goes on with the old stream after success', 'peer: negotiating.offered on auth.requested #1: drop restartStream', 'certificate', 3],
  ['asks nobody about a second domain', 'peer: established on key.received: drop verifyKey', 'key', 4],
  ['answers a key twice', 'peer: negotiating.offered on key.accepted: double confirmKey', 'one answer', 3],
  ['lets a peer guess for ever', 'peer: negotiating.offered on key.rejected #2: drop noteFailure', 'failures', 8],
  ['lets a bad certificate in', 'peer: negotiating.offered on auth.requested #1: remove the guard isPermitted', 'failures', 3],
  ['lets a peer in that was told of a bad certificate', 'peer: negotiating.offered on auth.requested #3: retarget to negotiating.authenticated', 'nobody without a proof', 4],
  ['lets a peer speak for others', 'peer: established on stanza.refused: drop the transition', 'stanzas', 4],
  ['closes on an error without a word', 'peer: negotiating on stream.failed: drop sendStreamError', 'error', 2],
  ['does not close when the peer does', 'peer: established on stream.ended: drop closeStream', 'the peer closes', 4],
  ['waits for a stranger for ever', 'peer: negotiating after unauthenticatedTimeout: drop the timer', 'time to prove', 1],
  ['waits for a closing tag for ever', 'peer: closing after closeTimeout: drop the timer', 'time to close', 2],
  ['keeps the connection after both have closed', 'peer: closing on stream.ended: drop the transition', 'closing', 3],
  ['goes on after an error', 'peer: negotiating.offered on key.rejected #1: swap refuseKey and sendStreamError', 'error, then the closing tag', 8],
  ['closes twice', 'peer: negotiating on stream.ended: double closeStream', 'nothing after the closing tag', 2],
  ['hangs up before it says goodbye', 'peer: established on stream.ended: swap closeStream and disconnect', 'disconnect comes last', 4],
  ['speaks to a connection that is lost', 'peer: negotiating on stream.lost: drop the transition', 'over', 3],
  ['takes stanzas before any proof', 'peer: negotiating.opened on header.received: retarget to established', 'what the core reads', 2],
  ['answers no header', 'component: negotiating.opened on header.received: drop openStream', 'header', 2],
  ['lets a component wonder whether it is in', 'component: negotiating.challenged on handshake.received #1: drop sendHandshake', 'handshake', 3],
  ['lets anybody in', 'component: negotiating.challenged on handshake.received #1: remove the guard isPermitted', 'nobody without the secret', 3],
  ['lets a component speak for others', 'component: established on stanza.refused: drop the transition', 'stanzas', 4],
  ['closes on an error without a word', 'component: established on stream.failed: drop sendStreamError', 'error', 4],
  ['does not close when the component does', 'component: established on stream.ended: drop closeStream', 'the component closes', 4],
  ['waits for a stranger for ever', 'component: negotiating after unauthenticatedTimeout: drop the timer', 'time to authenticate', 1],
  ['waits for a closing tag for ever', 'component: closing after closeTimeout: drop the timer', 'time to close', 2],
  ['keeps the connection after both have closed', 'component: closing on stream.ended: drop the transition', 'closing', 3],
  ['goes on after an error', 'component: negotiating.challenged on handshake.received #2: swap sendStreamError and closeStream', 'error, then the closing tag', 3],
  ['closes twice', 'component: negotiating on stream.ended: double closeStream', 'nothing after the closing tag', 2],
  ['hangs up before it says goodbye', 'component: negotiating on stream.ended: swap closeStream and disconnect', 'disconnect comes last', 2],
  ['speaks to a connection that is lost', 'component: negotiating on stream.lost: drop the transition', 'over', 3],
  ['is reached after its end', 'component: established on stream.ended: remove the target', 'what the core reads', 4],
  ['opens for nobody', 'room: locked on configuration.submitted #2: remove the target', 'locked', 2],
  ['forgets that it is to last', 'room: temporary on configuration.submitted: remove the target', 'persistent', 3],
  ['keeps nothing', 'room: persistent on record.changed: drop keepRoom', 'kept', 3],
  ['stays when everybody has left', 'room: temporary on room.emptied: drop the transition', 'over', 3],
  ['ends without a word', 'room: temporary on room.destroyed: drop expelOccupants', 'expelled', 3],
  ['lives on after its end', 'room: persistent on room.destroyed: remove the target', 'ends once', 4],
  ['gives voice to a visitor', 'occupant: none on occupant.entered #2: remove the guard entersAsVisitor', 'role', 2],
  ['sends no history', 'occupant: none on occupant.entered #1: drop sendHistory', 'entering', 2],
  ['grants voice in secret', 'occupant: present.visitor on role.changed #1: drop broadcastPresence', 'changes are shown', 3],
  ['kicks and tells nobody', 'occupant: present on occupant.kicked: drop broadcastUnavailable', 'one goodbye', 3],
  ['forgets the leaver of several', 'occupant: present on session.left #2: drop sendUnavailable', 'one session', 3],
  ['forgets whom it expels', 'occupant: present on room.destroyed: drop sendDestroyed', 'the room ends', 3],
  ['stays after it was kicked', 'occupant: present on occupant.kicked: remove the target', 'nobody there', 4],
  ['has a state that nothing leads to', 'session: resumable on stream.lost: drop the transition', 'T12 reached', 1],
  ['has a transition that is never taken', 'presence: connected on presence.available #1: remove the guard isNegative', 'T12 taken', 1],
  ['leaves a cell of Appendix A open', 'subscription: to on inbound.subscribed: drop the transition', 'T12 total', 2],
  ['never owes anything and never rests', 'farewell: the machine: begin in asked', 'T12 leaves', 1],
  ['has two states for one', 'presence: availableNegative on presence.available #1: remove the guard isNegative', 'T12 distinct', 2],
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
