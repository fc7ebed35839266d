/** The article's second case: somebody who is in a room on another server goes unavailable, and is told so by the room;
 *  and somebody who leaves altogether is told before the route closes. XEP-0045 §7.14, DESIGN D5, THEOREMS T2. @module */
import { xml } from '@xmpp/client';
import { Player } from './player.ts';
import { accept, isGoodbyeOf, isOwn, isSubject, isWelcomeOf, join } from './room.ts';
import { Scene } from './scene.ts';
import { betweenServers, here, there } from './stage.ts';
import type { Stage } from './stage.ts';
import type { Transcript } from './transcript.ts';

const garden = `garden@rooms.${there}`;
const jules = `${garden}/jules`;

/** Plays it.
 *  @returns whether it has shown what it is to show */
export async function roomElsewhere(transcript: Transcript): Promise<boolean> {
  transcript.act('Second case: a room on another server.');
  transcript.note('A server that closes the route when presence goes, or the stream before the room has answered, never');
  transcript.note('lets its user know that she has left. Here the route waits for the room, wherever that is.');
  const scene = new Scene(transcript, ['farewell', 'route']);
  return betweenServers(scene.observer, async (verona, mantua) => conclude(scene, await play(scene, verona, mantua)));
}

/** What the players have seen. */
interface Played {
  readonly romeo: Player;
  /** Juliet, in each of her sessions. */
  readonly juliets: readonly Player[];
  /** Of each session, how much had come when the server's closing tag came. */
  readonly heard: readonly number[];
}

async function play(scene: Scene, verona: Stage, mantua: Stage): Promise<Played> {
  const { transcript } = scene;
  const romeo = new Player(scene, mantua, 'Romeo', 'orchard');
  const juliet = new Player(scene, verona, 'Juliet', 'balcony');
  const comes = (player: Player): Promise<void> => player.sends(join(garden, 'jules'), { until: [player.hears(isSubject), romeo.hears(isWelcomeOf(jules))] });
  const left = (player: Player): readonly Promise<void>[] => [player.hears(isGoodbyeOf(jules)), romeo.hears(isGoodbyeOf(jules))];

  transcript.step(`Romeo is at ${there} and has made a room there. Juliet comes in from ${here}.`);
  await scene.quietly(async () => {
    await romeo.enter();
    await romeo.sends(join(garden, 'romeo'), { until: [romeo.hears(isSubject)] });
    await romeo.asks(accept(garden));
    await juliet.enter();
    await juliet.sends(xml('presence'), { until: [juliet.hears()] });
  });
  const before = scene.transitions.length;
  await comes(juliet);
  transcript.path('', 'link', scene.path(before, ({ machine, of }) => machine === 'link' && of === `${here} rooms.${there}`));

  transcript.step('She goes unavailable. Both hear it from the room, and her route stays open.');
  await juliet.sends(xml('presence', { type: 'unavailable' }), { until: left(juliet) });
  juliet.stands();

  transcript.step('She still gets her messages.');
  const body = xml('body', {}, 'O, wilt thou leave me so unsatisfied?');
  await romeo.sends(xml('message', { to: `juliet@${here}`, type: 'chat' }, body), { until: [juliet.hears()] });

  transcript.step('She comes in again, and closes the stream. The route drains until the room has said goodbye.');
  await scene.quietly(() => comes(juliet));
  const [heard] = await Promise.all([juliet.leaves(), ...left(juliet)]);

  transcript.step('Another session, in the room too: unavailable and the closing tag, both at once.');
  const again = new Player(scene, verona, 'Juliet', 'tomb');
  await scene.quietly(async () => {
    await again.enter();
    await again.sends(xml('presence'), { until: [again.hears()] });
    await comes(again);
  });
  const [heardAgain] = await Promise.all([again.leaves(xml('presence', { type: 'unavailable' })), ...left(again)]);

  await scene.quietly(async () => void (await romeo.leaves()));
  return { romeo, juliets: [juliet, again], heard: [heard, heardAgain] };
}

/** Counts what was shown.
 *  @returns whether it is what was to be shown */
function conclude({ transcript, transitions, fates }: Scene, { romeo, juliets, heard }: Played): boolean {
  const own = juliets.flatMap(({ received }) => received.filter((stanza) => isGoodbyeOf(jules)(stanza) && isOwn(stanza))).length;
  const others = romeo.received.filter(isGoodbyeOf(jules)).length;
  const inTime = juliets.filter(({ received }, index) => isGoodbyeOf(jules)(received[(heard[index] ?? 0) - 1] ?? xml('nothing'))).length;
  const drained = juliets.filter((juliet) => {
    const states = transitions.filter((made) => made.machine === 'route' && juliet.owns(made)).map(({ to }) => to);
    return states.slice(-2).join() === 'draining,closed';
  }).length;
  const delivered = fates.filter(({ type, fate, available }) => type === 'chat' && fate === 'delivered' && !available).length;
  transcript.conclude(`Shown: Juliet has left the room ${others} times, and ${own} times the room has told her so; ${delivered} message reached her unavailable.`);
  transcript.conclude(`Shown: ${drained} of ${juliets.length} routes drained before they closed, and ${inTime} times the room's goodbye was the last that came before the closing tag.`);
  return others === 3 && own === 3 && delivered === 1 && drained === 2 && inTime === 2;
}
