/** The article's third case: somebody becomes invisible by going unavailable, choosing a privacy list and sending presence again.
 *  Her contacts see nothing from then on, the room has said goodbye, and messages go both ways. XEP-0016, XEP-0126,
 *  DESIGN D1, THEOREMS T5, T6. @module */
import { xml } from '@xmpp/client';
import type { Element } from 'ltx';
import { Player } from './player.ts';
import { accept, isGoodbyeOf, isOwn, isSubject, isWelcomeOf, join } from './room.ts';
import { Scene } from './scene.ts';
import { betweenServers, here, there } from './stage.ts';
import type { Stage } from './stage.ts';
import type { Transcript } from './transcript.ts';

const garden = `garden@rooms.${there}`;
const jules = `${garden}/jules`;
const privacy = 'jabber:iq:privacy';

/** Nothing that she says of herself by subscription goes out (XEP-0126 §3.1). */
const list = xml('list', { name: 'invisible' }, xml('item', { action: 'deny', order: '1' }, xml('presence-out')));
const set = (what: Element): Element => xml('iq', { type: 'set' }, xml('query', { xmlns: privacy }, what));
const message = (to: string, body: string): Element => xml('message', { to, type: 'chat' }, xml('body', {}, body));
const isMessage = ({ name }: Element): boolean => name === 'message';
const isPresenceOf = (player: string): ((stanza: Element) => boolean) => ({ name, attrs }) => name === 'presence' && String(attrs.from).startsWith(`${player}/`);

/** Plays it.
 *  @returns whether it has shown what it is to show */
export async function invisible(transcript: Transcript): Promise<boolean> {
  transcript.act('Third case: invisible.');
  transcript.note('Unavailable, a privacy list, available again: to a server that ties routes to presence that is a departure.');
  transcript.note('Here it is four stanzas in the life of one session.');
  const scene = new Scene(transcript, ['farewell', 'presence']);
  return betweenServers(scene.observer, async (verona, mantua) => conclude(scene, await play(scene, verona, mantua)));
}

/** What the players have seen. */
interface Played {
  readonly romeo: Player;
  readonly juliet: Player;
  /** How much of what Romeo received had come when Juliet became invisible, and when she had left. */
  readonly span: readonly [number, number];
}

async function play(scene: Scene, verona: Stage, mantua: Stage): Promise<Played> {
  const { transcript } = scene;
  const romeo = new Player(scene, mantua, 'Romeo', 'orchard');
  const juliet = new Player(scene, verona, 'Juliet', 'balcony');

  transcript.step(`Juliet (${here}) and Romeo (${there}) are contacts, and both in a room on his server.`);
  await scene.quietly(() => meet(romeo, juliet));
  juliet.stands();

  transcript.step('She goes unavailable. He is told so as her contact and in the room, and she by the room.');
  await juliet.sends(xml('presence', { type: 'unavailable' }), {
    until: [juliet.hears(isGoodbyeOf(jules)), romeo.hears(isGoodbyeOf(jules)), romeo.hears(isPresenceOf(`juliet@${here}`))],
  });
  const since = romeo.received.length;

  transcript.step('She chooses a list that lets no presence out, and sends presence again.');
  for (const what of [list, xml('active', { name: 'invisible' })]) {
    transcript.sends('Juliet', what.toString());
    await juliet.asks(set(what));
  }
  await juliet.sends(xml('presence'), { until: [juliet.hears(isPresenceOf(`juliet@${here}`))] });

  transcript.step('Romeo sees nothing of it. They write to each other all the same.');
  await juliet.sends(message(`romeo@${there}`, 'Three words, dear Romeo, and good night indeed.'), { until: [romeo.hears(isMessage)] });
  await romeo.sends(message(`juliet@${here}`, 'A thousand times good night!'), { until: [juliet.hears(isMessage)] });
  juliet.stands();

  transcript.step('She leaves, of which he sees nothing either.');
  await juliet.leaves();
  // What her server says to his comes in order: had it said anything of her, that would be here before this answer.
  await romeo.asks(xml('iq', { to: here, type: 'get' }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
  const until = romeo.received.length;
  await scene.quietly(async () => void (await romeo.leaves()));
  return { romeo, juliet, span: [since, until] };
}

/** Log in, subscribe to each other, enter the room. */
async function meet(romeo: Player, juliet: Player): Promise<void> {
  await romeo.enter();
  await juliet.enter();
  for (const player of [romeo, juliet]) await player.sends(xml('presence'), { until: [player.hears()] });
  await romeo.sends(xml('presence', { to: `juliet@${here}`, type: 'subscribe' }), { until: [juliet.hears(({ attrs }) => attrs.type === 'subscribe')] });
  await juliet.sends(xml('presence', { to: `romeo@${there}`, type: 'subscribed' }), { until: [romeo.hears(isPresenceOf(`juliet@${here}`))] });
  await romeo.sends(join(garden, 'romeo'), { until: [romeo.hears(isSubject)] });
  await romeo.asks(accept(garden));
  await juliet.sends(join(garden, 'jules'), { until: [juliet.hears(isSubject), romeo.hears(isWelcomeOf(jules))] });
}

/** Counts what was shown.
 *  @returns whether it is what was to be shown */
function conclude({ transcript, transitions, fates }: Scene, { romeo, juliet, span }: Played): boolean {
  const own = juliet.received.filter((stanza) => isGoodbyeOf(jules)(stanza) && isOwn(stanza)).length;
  const seen = romeo.received.slice(...span).filter(({ name }) => name === 'presence').length;
  const chats = fates.filter(({ type, fate }) => type === 'chat' && fate !== 'routed');
  const delivered = chats.filter(({ fate }) => fate === 'delivered').length;
  const moved = transitions.filter((made) => made.machine === 'presence' && juliet.owns(made) && made.from !== made.to).length;
  const closed = transitions.filter((made) => made.machine === 'route' && juliet.owns(made) && made.to === 'closed').length;
  transcript.conclude(`Shown: of an invisible Juliet her contact saw ${seen} stanzas of presence; ${delivered} of ${chats.length} messages were delivered.`);
  transcript.conclude(`Shown: the room said goodbye ${own} time; presence moved ${moved} times in one session, whose route closed ${closed} time, at its end.`);
  return own === 1 && seen === 0 && chats.length === 2 && delivered === 2 && moved === 4 && closed === 1;
}
