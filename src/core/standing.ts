/** Where the machines of the clients' streams stand, for whoever begins to watch later than they began. Not here:
 *  what happens from then on (observers.ts). @module */
import type { FullJid } from '../../machines/vocabulary.ts';
import type { StreamId } from './input.ts';
import type { Stream } from './resources.ts';

/** One client's stream as it stands. */
export interface Standing {
  readonly stream: StreamId;
  /** Once a resource is bound. */
  readonly jid: FullJid | undefined;
  /** The states of its machines, by the machines' names. */
  readonly states: Readonly<Record<string, unknown>>;
}

/** Where one stream stands. */
export function standingOf({ id, state, resource }: Stream): Standing {
  const { jid, session, presence, roster, route } = resource ?? {};
  const ofResource = { session: session?.value, presence: presence?.value, roster: roster?.value, route: route?.value };
  return { stream: id, jid, states: { stream: state.value, ...(resource !== undefined && ofResource) } };
}
