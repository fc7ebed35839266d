/** What a store must reply, as a function of all that it was asked before: nothing is remembered, the
 *  whole history is read again for each reply. Slow, and seen to be right. Versions of rosters and sequences of messages count
 *  from 1 in each life of an account; what a store's own are to that, numbers.ts knows. @module */
import type { BareJid } from '../../machines/vocabulary.ts';
import type { OfflineMessage, RosterRecord, StoreReply, StoreRequest } from '../../src/core/store.ts';

type History = readonly StoreRequest[];

/** The reply of a request that must fail. */
export const rejected = 'rejected';

/** The reply to a request after a history. */
export function replyTo(history: History, request: StoreRequest): StoreReply | typeof rejected {
  if (request.op === 'account.list') {
    const accounts = new Set(history.flatMap((past) => ('account' in past ? [past.account] : [])));
    return [...accounts].filter((account) => account.endsWith(`@${request.domain}`) && life(history, account) !== undefined);
  }
  if (request.op === 'room.list' || request.op === 'room.read' || request.op === 'room.write' || request.op === 'room.remove') return replyOfRooms(history, request);
  const { account } = request;
  const past = life(history, account);
  const after = [...history, request];
  switch (request.op) {
    case 'account.create': return past === undefined;
    case 'account.remove':
    case 'credentials.write': return past !== undefined;
    case 'account.read': return { exists: past !== undefined, offline: waiting(history, account).length, ...(privacy(past ?? []) !== null && { guarded: true as const }) };
    case 'credentials.read': return credentials(past ?? []);
    case 'roster.read': return { version: versionOf(history, account), records: records(past ?? []) };
    case 'roster.write':
    case 'roster.remove': return past === undefined ? rejected : versionOf(after, account);
    case 'offline.append':
      if (past === undefined) return 'no-account';
      if (isRefused(past, request)) return 'guarded';
      return waiting(after, account).length > waiting(history, account).length ? 'stored' : 'full';
    case 'offline.read': {
      const messages = waiting(history, account);
      const sizes = messages.map((_, index) => messages.slice(0, index + 1).reduce((sum, { xml }) => sum + xml.length, 0));
      const fitting = messages.filter((_, index) => index === 0 || (sizes[index] ?? 0) <= request.maxBytes);
      return { messages: fitting, more: fitting.length < messages.length };
    }
    case 'offline.remove': return null;
    case 'document.read': return document(past ?? [], request.space, request.key);
    case 'document.write':
    case 'privacy.write': return past === undefined ? rejected : null;
    case 'privacy.read': return privacy(past ?? []);
  }
}

/** The rooms are those that were written, and not removed afterwards. */
function replyOfRooms(history: History, request: Extract<StoreRequest, { op: `room.${string}` }>): StoreReply {
  const kept = new Map<BareJid, Extract<StoreRequest, { op: 'room.write' }>>();
  for (const past of history) {
    if (past.op === 'room.write') kept.set(past.record.room, past);
    if (past.op === 'room.remove') kept.delete(past.room);
  }
  if (request.op === 'room.list') return [...kept.values()].map(({ listing }) => listing).filter(({ room }) => room.endsWith(`@${request.domain}`));
  return request.op === 'room.read' ? kept.get(request.room)?.record ?? null : null;
}

/** The requests for an account from its creation on; undefined when it does not exist. */
function life(history: History, account: BareJid): History | undefined {
  let requests: StoreRequest[] | undefined;
  for (const request of history) {
    if (!('account' in request) || request.account !== account) continue;
    if (request.op === 'account.remove') requests = undefined;
    else if (request.op === 'account.create') requests ??= [request];
    else requests?.push(request);
  }
  return requests;
}

function credentials(past: History): StoreReply<'credentials.read'> {
  const [created] = past;
  const written = past.findLast((request) => request.op === 'credentials.write') ?? created;
  return written !== undefined && 'credentials' in written ? written.credentials : null;
}

function records(past: History): RosterRecord[] {
  const kept = new Map<BareJid, RosterRecord>();
  for (const request of past) {
    if (request.op === 'roster.write') kept.set(request.record.jid, request.record);
    if (request.op === 'roster.remove') kept.delete(request.jid);
  }
  return [...kept.values()];
}

function document(past: History, space: string, key: string): string | null {
  const written = past.findLast((request) => request.op === 'document.write' && request.space === space && request.key === key);
  return written?.op === 'document.write' ? written.xml : null;
}

function privacy(past: History): string | null {
  const written = past.findLast((request) => request.op === 'privacy.write');
  return written?.op === 'privacy.write' ? written.xml : null;
}

const isRefused = (past: History, { screened }: Extract<StoreRequest, { op: 'offline.append' }>): boolean => privacy(past) !== null && screened !== true;

/** The messages that wait, and the last sequence. */
function queue(history: History, account: BareJid): { messages: OfflineMessage[]; sequence: number } {
  const past = life(history, account) ?? [];
  let sequence = 0;
  let messages: OfflineMessage[] = [];
  for (const [index, request] of past.entries()) {
    if (request.op === 'offline.append' && messages.length < request.limit && !isRefused(past.slice(0, index), request)) {
      messages.push({ sequence: ++sequence, at: request.at, xml: request.xml });
    }
    if (request.op === 'offline.remove') messages = messages.filter((message) => message.sequence > request.upTo);
  }
  return { messages, sequence };
}

const waiting = (history: History, account: BareJid): OfflineMessage[] => queue(history, account).messages;

/** How often the roster of an account has changed. */
function versionOf(history: History, account: BareJid): number {
  return (life(history, account) ?? []).filter(({ op }) => op === 'roster.write' || op === 'roster.remove').length;
}
