/** The bounds of an exploration: who there is, and how often each may do each thing. @module */

/** What there is, and how often each thing may happen. */
export interface Scope {
  readonly users: number;
  readonly resourcesPerUser: number;
  /** Rooms on a remote server, and on this one. */
  readonly rooms: { readonly remote: number; readonly local: number };
  /** Per resource; joins and leaves per room. */
  readonly budget: Budget;
  /** Messages in all, from anyone. */
  readonly messages: number;
  /** Times that a resource may be bound again after the first time: its newer stream replaces an older one. */
  readonly rebinds: number;
  /** Stanzas that wait between a client and its server; 0: the server takes each as it is sent. What a
   *  client sends does not depend on what it hears, so a queue adds no order of what the server takes. */
  readonly queue: number;
  /** Stanzas that wait between the servers, each way. */
  readonly link: number;
  /** Transports that may die. */
  readonly drops: number;
  /** Whether the remote server may die, so that a room never answers. */
  readonly remoteMayDie: boolean;
  /** Whether the resources of a user, and the users, are taken as interchangeable. */
  readonly symmetry: boolean;
}

/** How often a resource may do each thing. */
export interface Budget {
  readonly available: number;
  readonly negative: number;
  readonly unavailable: number;
  readonly join: number;
  readonly leave: number;
  /** Ended by the server, as by a policy or a shutdown. */
  readonly expel: number;
}

/** No failures, one resource a user, one remote room: nothing here cleans up after a missing transition. */
export const quietScope: Scope = {
  users: 2, resourcesPerUser: 1, rooms: { remote: 1, local: 0 }, messages: 0, rebinds: 0, queue: 0, link: 3, drops: 0, remoteMayDie: false, symmetry: false,
  budget: { available: 1, negative: 0, unavailable: 1, join: 1, leave: 1, expel: 0 },
};

/** `a1`, `b1`, `b2` …: the user's letter and the resource's number. */
export function nameOf({ resourcesPerUser }: Scope, resource: number): string {
  return `${String.fromCharCode(97 + Math.floor(resource / resourcesPerUser))}${(resource % resourcesPerUser) + 1}`;
}

/** A scope in words. */
export function boundsOf({ users, resourcesPerUser, rooms, budget, messages, rebinds, queue, link, drops, remoteMayDie }: Scope): string {
  const acts = Object.entries(budget).filter(([, times]) => times > 0).map(([what, times]) => `${what} ×${times}`).join(', ');
  const hasRooms = rooms.remote + rooms.local > 0 && budget.join > 0;
  return [
    `${users} users, ${resourcesPerUser} resource${resourcesPerUser > 1 ? 's' : ''} each`,
    `each may ${acts}${hasRooms ? ' (joins and leaves per room)' : ''}, end its stream`,
    ...(messages > 0 ? [`messages in all: ${messages}`] : []),
    ...(rebinds > 0 ? [`be bound again ×${rebinds}`] : []),
    ...(hasRooms ? [`rooms: ${rooms.remote} remote, ${rooms.local} local`, `${link} stanzas between the servers each way`] : []),
    queue > 0 ? `${queue} stanzas between client and server` : 'the server takes what a client sends at once',
    `transports that die: ${drops}`,
    ...(hasRooms && rooms.remote > 0 ? [`remote server ${remoteMayDie ? 'may die' : 'lives'}`] : []),
  ].join('; ');
}
