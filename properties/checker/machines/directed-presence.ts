/** What one resource tells one entity directly, alone: T6 for an entity that was told. Spec: RFC 6121
 *  §4.6. Not here: broadcasts themselves (presence.ts). @module */
import { checkAlone, nothing } from './alone.ts';
import type { Setting } from './alone.ts';

/** `said`: the last word to the entity that still counts: 1 available, 2 unavailable. */
type Field = 'said';

const statements = {
  'directed presence is routed': 'What the resource says to the entity is routed to it, each time (RFC 6121 §4.6.3).',
  'T6 ghost': 'An entity that was told of the resource, and does not hear the broadcast, is told when it is gone (RFC 6121 §4.6.3 rule 2).',
  'T6 doubled': 'Nobody is told that the resource is gone who was not told that it is there, or who hears it otherwise (RFC 6121 §4.6.3).',
  'told': 'The entity knows of the resource from the directed available presence until the news that it is gone (RFC 6121 §4.6.3, §4.6.6).',
  'withdrawn': 'A broadcast does not repeat what the entity was told directly, until the resource is available anew or gone (RFC 6121 §4.6.1, §4.6.3).',
} as const;

const setting: Setting<Field, keyof typeof statements> = {
  machine: 'directed-presence',
  about: 'One resource and one entity, subscribed or not, to which it sends directed presence as it likes.',
  statements,
  bounds: 'one resource, one entity; every event at any time',
  pinned: [4, 16, 2],
  memory: { said: 0 },
  occurrences: [
    { label: 'directed available', event: { type: 'directed.available' } },
    { label: 'directed unavailable', event: { type: 'directed.unavailable' } },
    { label: 'broadcast available', event: { type: 'resource.available' } },
    { label: 'gone, and the entity hears it broadcast', event: { type: 'resource.unavailable', broadcast: true } as { type: string } },
    { label: 'gone, and the entity hears nothing', event: { type: 'resource.unavailable', broadcast: false } as { type: string } },
  ],
  remember(memory, { event }) {
    if (event.type === 'directed.available') memory.said = 1;
    else if (event.type === 'directed.unavailable') memory.said = 2;
    else if (event.type === 'resource.unavailable' || memory.said === 2) memory.said = 0;
  },
  due({ label, event }, { said }) {
    if (event.type.startsWith('directed.')) return { statement: 'directed presence is routed', oneOf: [['routePresence']] };
    return said === 1 && label === 'gone, and the entity hears nothing'
      ? { statement: 'T6 ghost', oneOf: [['sendUnavailable']] }
      : { statement: 'T6 doubled', oneOf: nothing };
  },
  always: {
    'told': ({ after, reads }) => (reads === 'told') === (after.said === 1),
    'withdrawn': ({ after, reads }) => (reads === 'withdrawn') === (after.said === 2),
  },
  reads: ({ value }) => String(value),
};

/** What one entity is told, alone. */
export const directedPresenceCheck = checkAlone(setting);
