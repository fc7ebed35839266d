/** The article's first case: two users log in and send no presence; where presence opens the route to a user,
 *  none of their messages would arrive. RFC 6121 §8.5.2, DESIGN D1, D3, D4. @module */
import { xml } from '@xmpp/client';
import type { Element } from 'ltx';
import type { Transition } from '../../src/core/kernel.ts';
import { Player } from './player.ts';
import { Scene } from './scene.ts';
import { openStage, register } from './stage.ts';
import type { Stage } from './stage.ts';
import type { Transcript } from './transcript.ts';

const message = (to: string, body: string): Element => xml('message', { to: `${to}@localhost`, type: 'chat' }, xml('body', {}, body));

/** Plays it.
 *  @returns whether it has shown what it is to show */
export async function noPresence(transcript: Transcript): Promise<boolean> {
  transcript.act('First case: nobody sends presence.');
  transcript.note('A server that opens the route to a user when presence arrives, and closes it when presence');
  transcript.note('goes, loses or delays every message below. Here the route belongs to the session.');
  const scene = new Scene(transcript, ['session', 'presence', 'route']);
  const stage = await openStage('localhost', scene.observer);
  try {
    await register(stage, 'romeo');
    await register(stage, 'juliet');
    await play(scene, stage);
    return conclude(scene);
  } finally {
    await stage.close();
  }
}

async function play(scene: Scene, stage: Stage): Promise<void> {
  const { transcript } = scene;
  const romeo = new Player(scene, stage, 'Romeo', 'orchard');
  const juliet = new Player(scene, stage, 'Juliet', 'balcony');

  transcript.step('Romeo and Juliet log in. Neither of them sends presence.');
  for (const player of [romeo, juliet]) {
    await player.enter();
    player.stands();
  }

  transcript.step('They write to each other all the same.');
  await romeo.sends(message('juliet', 'What light through yonder window breaks?'), { until: [juliet.hears()] });
  await juliet.sends(message('romeo', 'Wherefore art thou Romeo?'), { until: [romeo.hears()] });

  transcript.step('Juliet sends presence: now she is an available resource.');
  await juliet.sends(xml('presence'), { until: [juliet.hears()] });
  juliet.stands();

  transcript.step('Juliet goes unavailable. She is told so herself, and stays connected.');
  await juliet.sends(xml('presence', { type: 'unavailable' }), { until: [juliet.hears()] });
  juliet.stands();

  transcript.step('She still gets her messages, and so does Romeo, who never sent presence.');
  await romeo.sends(message('juliet', 'O, wilt thou leave me so unsatisfied?'), { until: [juliet.hears()] });
  await juliet.sends(message('romeo', 'Good night, good night!'), { until: [romeo.hears()] });

  transcript.step('They leave. It is the end of the stream that closes a route.');
  await juliet.leaves();
  await romeo.leaves();
}

/** Counts what was shown.
 *  @returns whether it is what was to be shown */
function conclude({ transcript, transitions, fates }: Scene): boolean {
  const all = fates.length;
  const delivered = fates.filter(({ fate, available }) => fate === 'delivered' && !available).length;
  const presences = transitions.filter(({ machine, event }) => machine === 'presence' && event.type.startsWith('presence.')).length;
  const ends = transitions.filter(({ machine, to }) => machine === 'route' && to === 'closed').map((closed) => causeOf(closed, transitions));
  const orderly = ends.filter((cause) => cause === 'stream.ended').length;
  transcript.conclude(`Shown: ${delivered} of ${all} messages were delivered at once, to a recipient who had sent no presence or taken it back.`);
  transcript.conclude(`Shown: presence moved ${presences} times and no route with it; ${orderly} of ${ends.length} routes closed because a stream ended.`);
  return all === 4 && delivered === 4 && presences === 2 && ends.length === 2 && orderly === 2;
}

/** Why a route closed: the event that its session, or failing that its presence, took last before. */
function causeOf(closed: Transition, transitions: readonly Transition[]): string | undefined {
  const before = transitions.slice(0, transitions.indexOf(closed));
  return before.findLast(({ machine, of, event }) => of === closed.of && machine !== 'route' && event.type !== 'session.ended')?.event.type;
}
