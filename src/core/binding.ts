/** Resource binding. Spec: RFC 6120 §7. Not here: the session that begins with it (sessions.ts). @module */
import type { Element } from 'ltx';
import type { FullJid, StanzaErrorCondition } from '../../machines/vocabulary.ts';
import { acquire, release } from './accounts.ts';
import { replaceSession } from './farewells.ts';
import { invariant } from './invariant.ts';
import { prepareResourcepart } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { NS } from './namespaces.ts';
import { childElements, ownText } from './stanza.ts';
import { Resource } from './resources.ts';
import type { Account, Stream } from './resources.ts';

/** The `<bind/>` of a request to bind (RFC 6120 §7.4). */
export function bindRequestOf(iq: Element): Element | undefined {
  return iq.attrs.type === 'set' ? iq.getChild('bind', NS.bind) : undefined;
}

/** Binds the resource that the stream has asked for, or one of the server's making. */
export function bindResource(kernel: Kernel, stream: Stream): void {
  invariant(stream.account !== undefined && stream.bindRequest !== undefined, 'only an authenticated stream binds');
  const requested = ownText(bindRequestOf(stream.bindRequest) ?? stream.bindRequest, 'resource');
  // The second half of the header's entropy: unpredictable, as RFC 6120 §7.6 asks of the server.
  const { id } = stream.bindRequest.attrs;
  if (id === undefined || id === '' || childElements(stream.bindRequest).length !== 1) return fail(kernel, stream, 'bad-request'); // §8.2.3
  const resourcepart = requested === '' ? stream.entropy.slice(16, 32) : prepareResourcepart(requested);
  if (resourcepart === undefined) return fail(kernel, stream, 'bad-request'); // §7.7.2.1
  const { account: jid } = stream;
  stream.isBusy = true;
  kernel.run(
    acquire(kernel, jid),
    (account) => {
      if (stream.state.matches({ negotiating: 'binding' })) bind(kernel, stream, account, resourcepart);
      release(kernel, account);
      kernel.wiring.whenIdle(stream);
    },
    () => {
      fail(kernel, stream, 'internal-server-error');
      kernel.wiring.whenIdle(stream);
    },
  );
}

function bind(kernel: Kernel, stream: Stream, account: Account, resourcepart: string): void {
  const existing = account.resources.get(resourcepart);
  if (existing === undefined && account.resources.size >= kernel.config.resourceLimit) return fail(kernel, stream, 'resource-constraint'); // §7.6.2.1
  // The newer stream wins, and the older one is told (RFC 6120 §7.7.2.2 rule 3).
  if (existing !== undefined) kernel.wiring.stream(existing.stream, { type: 'resource.replaced' });
  replaceSession(kernel, `${account.jid}/${resourcepart}` as FullJid);
  const resource = new Resource(`${account.jid}/${resourcepart}` as FullJid, account, stream, kernel.nextGeneration());
  account.resources.set(resourcepart, resource);
  stream.resource = resource;
  kernel.wiring.stream(stream, { type: 'bind.succeeded' });
}

function fail(kernel: Kernel, stream: Stream, condition: StanzaErrorCondition): void {
  kernel.wiring.stream(stream, { type: 'bind.failed', condition });
}

