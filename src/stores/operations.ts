/** The shape of an implementation of the store: one function for each operation. Shared by every
 *  store; what the operations mean is said in core/store.ts. @module */
import type { BareJid } from '../../machines/vocabulary.ts';
import type { OfflineMessage, OfflinePage, StoreOperation, StoreOperations, StoreReply } from '../core/store.ts';

/** A total table of the operations.
 *  @internal */
export type Operations = {
  readonly [O in StoreOperation]: (request: StoreOperations[O]['request']) => StoreReply<O>;
};

/** Carries out one request with the function that the table has for it.
 *  @internal */
export function carryOut<O extends StoreOperation>(
  operations: Operations,
  request: { readonly op: O } & StoreOperations[O]['request'],
): StoreReply<O> {
  return operations[request.op](request);
}

/** Which operations change what is kept.
 *  @internal */
export const isWrite: Readonly<Record<StoreOperation, boolean>> = {
  'account.list': false,
  'account.create': true,
  'account.remove': true,
  'account.read': false,
  'credentials.read': false,
  'credentials.write': true,
  'roster.read': false,
  'roster.write': true,
  'roster.remove': true,
  'offline.append': true,
  'offline.read': false,
  'offline.remove': true,
  'document.read': false,
  'document.write': true,
  'room.list': false,
  'room.read': false,
  'room.write': true,
  'room.remove': true,
};

/** The oldest of these messages that fit, and at least one.
 *  @internal */
export function pageOf(messages: Iterable<OfflineMessage>, maxBytes: number): OfflinePage {
  const page: OfflineMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    bytes += message.xml.length;
    if (page.length > 0 && bytes > maxBytes) return { messages: page, more: true };
    page.push(message);
  }
  return { messages: page, more: false };
}

/** The failure of a write for an account that is not there: a session may outlive its account, and
 *  what it still writes must not bring anything of the account back.
 *  @internal */
export function noAccount(account: BareJid): Error {
  return new Error(`the store has no account ${account}`);
}

/** The failure of a request that comes after `close`.
 *  @internal */
export function storeClosed(): Error {
  return new Error('the store is closed');
}
