/** What must hold of every step of the composed system, and of every state that nothing leaves.
 *  The statements are those of THEOREMS: T1.a, T2.a-e, T6, T8, in the words of RFC 6121. @module */

/** What a step puts out, or decides. */
export interface Output {
  /** The resource; for a decision about a bare JID, none. */
  readonly to: number;
  readonly what: 'self available' | 'self unavailable' | 'message' | 'welcome' | 'echo' | 'close' | 'decision' | 'goodbye' | 'echo came' | 'welcome came';
  /** Of a decision: whose message it is, and whom it reaches. */
  readonly user?: number;
  readonly reached?: readonly number[];
}

/** A resource as an observer sees it, by the names of its machines' states. */
export interface ObservedResource {
  readonly isLive: boolean;
  readonly stream: string;
  readonly session: string;
  readonly presence: string;
  readonly route: string;
  /** The room was told that it is available, and has not said goodbye. */
  readonly isTold: boolean;
  readonly isOccupant: boolean;
  readonly hasTimer: boolean;
}

export interface Observed {
  readonly remoteAlive: boolean;
  /** Nothing is on its way between the servers. */
  readonly isQuiet: boolean;
  readonly resources: readonly ObservedResource[];
}

/** In words, by name. */
export const statements = {
  'T1.a': 'A message to a user reaches a connected resource that has not opted out, whatever presence it has sent.',
  'T2.a': 'Presence never closes a route.',
  'T2.b': 'A live resource that becomes unavailable is told so before its route closes.',
  'T2.c': 'A route stays until the room has said goodbye, unless the time is over or the transport is dead.',
  'T2.c echo': 'A room\'s goodbye that arrives for a route is put out.',
  'T2.d': 'Nothing is put out after the closing tag.',
  'T2.e': 'No route drains for ever.',
  'T6 doubled': 'Nobody is told twice that a resource is gone.',
  'T6 ghost': 'The room does not keep an occupant that has gone.',
  'T8': 'A session that has ended leaves no route and no timer.',
} as const;

export type Statement = keyof typeof statements;

const isAvailable = ({ presence }: ObservedResource): boolean => presence === 'available' || presence === 'availableNegative';
const hasEnded = ({ session }: ObservedResource): boolean => session === 'ended';
const isOpen = ({ route }: ObservedResource): boolean => route === 'open' || route === 'detached';

/** The first statement that a step breaks.
 *  @param expired the resource whose drain has timed out, if one has */
export function brokenByStep(before: Observed, after: Observed, outputs: readonly Output[], expired: number): Statement | undefined {
  for (const output of outputs) {
    const fault = output.what === 'decision' ? brokenByDecision(before, output) : brokenByOutput(before, outputs, output);
    if (fault !== undefined) return fault;
  }
  return after.resources.map((resource, index) => brokenByChange(before, before.resources[index] ?? resource, resource, outputs.filter(({ to }) => to === index), index === expired)).find((fault) => fault !== undefined);
}

/** Elig(u) of THEOREMS §0, from the sessions and not from the routes. */
function brokenByDecision(before: Observed, { to, user = 0, reached = [] }: Output): Statement | undefined {
  const perUser = before.resources.length / 2;
  const eligible = before.resources.flatMap((resource, index) => (Math.floor(index / perUser) === user && resource.session === 'connected' ? [{ index, resource }] : []));
  if (reached.some((index) => before.resources[index]?.session !== 'connected')) return 'T1.a';
  if (eligible.some(({ index }) => index === to)) return reached.length === 1 && reached[0] === to ? undefined : 'T1.a';
  return eligible.some(({ resource }) => resource.presence !== 'availableNegative') && reached.length === 0 ? 'T1.a' : undefined;
}

function brokenByOutput(before: Observed, outputs: readonly Output[], { to, what }: Output): Statement | undefined {
  const resource = before.resources[to];
  if (resource === undefined) return undefined;
  if (what === 'echo came') return resource.session === 'connected' && resource.isLive && !outputs.some((other) => other.to === to && other.what === 'echo') ? 'T2.c echo' : undefined;
  if (what === 'goodbye' && !resource.isTold) return 'T6 doubled';
  const isPut = what !== 'goodbye' && what !== 'welcome came' && what !== 'close';
  return isPut && ['closing', 'closed'].includes(resource.stream) ? 'T2.d' : undefined;
}

function brokenByChange(world: Observed, before: ObservedResource, after: ObservedResource, outputs: readonly Output[], isExpired: boolean): Statement | undefined {
  const isClosed = after.route === 'closed' && before.route !== 'closed';
  if (isClosed && !hasEnded(after)) return 'T2.a';
  const wasTold = outputs.some(({ what }) => what === 'self unavailable');
  if (isAvailable(before) && !isAvailable(after) && after.isLive && !wasTold) return 'T2.b';
  if (isClosed && before.isTold && after.isTold && after.isLive && world.remoteAlive && !isExpired) return 'T2.c';
  if (isClosed && !before.isTold && after.isTold && after.isLive && world.remoteAlive) return 'T2.c';
  return undefined;
}

/** The first statement that a state breaks in which nothing more can happen. */
export function brokenAtRest({ remoteAlive, resources }: Observed): Statement | undefined {
  for (const resource of resources) {
    if (resource.route === 'draining') return 'T2.e';
    if (hasEnded(resource) && (isOpen(resource) || resource.hasTimer)) return 'T8';
    if (hasEnded(resource) && remoteAlive && resource.isOccupant) return 'T6 ghost';
  }
  return undefined;
}
