/** The bounds of an exploration, and where each thing is in the bytes of a state. @module */

/** What there is, and how often each client may do each thing. */
export interface Scope {
  readonly users: number;
  readonly resourcesPerUser: number;
  /** Per resource. */
  readonly budget: { readonly available: number; readonly negative: number; readonly unavailable: number; readonly join: number; readonly leave: number; readonly message: number };
  /** Stanzas in one queue. */
  readonly queue: number;
  /** Transports that may die. */
  readonly drops: number;
  /** Whether the remote server may die. */
  readonly remoteMayDie: boolean;
}

/** No failures, one resource a user: the scope in which nothing cleans up after a missing transition. */
export const quietScope: Scope = {
  users: 2, resourcesPerUser: 1, queue: 3, drops: 0, remoteMayDie: false,
  budget: { available: 1, negative: 0, unavailable: 1, join: 1, leave: 1, message: 0 },
};

/** What a client sends, as it waits in a queue; 0 is nothing. */
export const ITEMS = ['', 'bind', 'available', 'negative', 'unavailable', 'join', 'leave', 'messageBare', 'messageFull', 'end'] as const;
export type Item = (typeof ITEMS)[number];

/** The bytes of one resource, in order; its queue follows them. */
export const FIELDS = ['phase', 'available', 'negative', 'unavailable', 'join', 'leave', 'message', 'stream', 'session', 'presence', 'directed', 'route', 'timer', 'told', 'queued'] as const;
export type Field = (typeof FIELDS)[number];

/** What a client is to its server. */
export const PHASE = { absent: 0, open: 1, ended: 2, cut: 3, gone: 4 } as const;
/** A machine that is not there. */
export const NONE = 255;

/** The offsets of everything in a state. */
export class Layout {
  readonly scope: Scope;
  readonly resources: number;
  readonly #perResource: number;
  readonly remoteAlive: number;
  readonly occupants: number;
  readonly drops: number;
  /** Lengths of the two queues between the servers; the queues follow them. */
  readonly outQueue: number;
  readonly inQueue: number;
  readonly length: number;

  constructor(scope: Scope) {
    this.scope = scope;
    this.resources = scope.users * scope.resourcesPerUser;
    this.#perResource = FIELDS.length + scope.queue;
    const globals = this.resources * this.#perResource;
    this.remoteAlive = globals;
    this.occupants = globals + 1;
    this.drops = globals + 2;
    this.outQueue = globals + 3;
    this.inQueue = this.outQueue + 1 + scope.queue;
    this.length = this.inQueue + 1 + scope.queue;
  }

  at(resource: number, field: Field): number {
    return resource * this.#perResource + offsets[field];
  }

  userOf(resource: number): number {
    return Math.floor(resource / this.scope.resourcesPerUser);
  }

  /** `a1`, `b1`, `b2` …: the user's letter and the resource's number. */
  nameOf(resource: number): string {
    return `${String.fromCharCode(97 + this.userOf(resource))}${(resource % this.scope.resourcesPerUser) + 1}`;
  }
}

const offsets = Object.fromEntries(FIELDS.map((field, index) => [field, index])) as Record<Field, number>;

/** Appends to a queue whose length is at `at`; false when it is full. */
export function push(state: Uint8Array, at: number, limit: number, item: number): boolean {
  const length = state[at] ?? 0;
  if (length >= limit) return false;
  state[at + 1 + length] = item;
  state[at] = length + 1;
  return true;
}

/** Takes the first of a queue whose length is at `at`; 0 when it is empty. */
export function shift(state: Uint8Array, at: number): number {
  const length = state[at] ?? 0;
  if (length === 0) return 0;
  const first = state[at + 1] ?? 0;
  state.copyWithin(at + 1, at + 2, at + 1 + length);
  state[at + length] = 0;
  state[at] = length - 1;
  return first;
}
