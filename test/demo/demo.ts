/** `npm run demo`: the case that this server began with, on the real thing. Two users log in and send no
 *  presence; where presence opens the route to a user, none of their messages would arrive. Everything
 *  that is shown comes from the clients and the machines as it happens; the last two lines are counted,
 *  and where they don't hold the demonstration fails. @module */
import type { XmppClient } from '@xmpp/client';
import { xml } from '@xmpp/client';
import type { Element } from 'ltx';
import { stepPresence } from '../../machines/presence.ts';
import { stepRoute } from '../../machines/route.ts';
import type { Fate, Transition } from '../../src/core/kernel.ts';
import { clientOf, openStage, register } from './stage.ts';
import type { Stage } from './stage.ts';
import { stateOf, Transcript } from './transcript.ts';

const transcript = new Transcript({ colours: process.stdout.isTTY, write: (line) => void process.stdout.write(`${line}\n`) });
const transitions: Transition[] = [];
/** What became of each message, and whether its recipient was available at that moment. */
const fates: (Fate & { readonly available: boolean })[] = [];
const patienceMs = 3_000;

/** Somebody who plays with a real client. */
class Player {
  readonly name: string;
  readonly #client: XmppClient;
  #jid = '';
  #seen = 0;

  constructor(name: string, client: XmppClient) {
    this.name = name;
    this.#client = client;
    client.on('stanza', (stanza: Element) => {
      if (stanza.is('iq')) return;
      this.#seen += 1;
      transcript.receives(name, short(stanza));
    });
  }

  /** Logs in; of all that is said meanwhile only the path is told. */
  async enter(): Promise<void> {
    const before = transitions.length;
    this.#jid = String(await this.#client.start());
    const states = transitions.slice(before).flatMap(({ from, to }) => [stateOf(from), stateOf(to)]);
    transcript.path(this.name, 'stream', states.filter((state, index) => state !== states[index - 1]));
    transcript.standing(this.name, this.#states());
  }

  /** Sends a stanza and waits until somebody, maybe the sender itself, has received what comes of it. */
  async sends(stanza: Element, { reaches }: { readonly reaches: Player }): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const seen = reaches.#seen;
    const late = setTimeout(() => reject(new Error(`${reaches.name} has received nothing`)), patienceMs);
    reaches.#client.on('stanza', () => reaches.#seen > seen && resolve());
    transcript.sends(this.name, short(stanza));
    await this.#client.send(stanza);
    await promise.finally(() => clearTimeout(late));
  }

  /** Tells where the machines of a player stand. */
  stands(): void {
    transcript.standing(this.name, this.#states());
  }

  async leaves(): Promise<void> {
    transcript.sends(this.name, '<close/>');
    await this.#client.stop();
  }

  owns({ of }: Transition): boolean {
    return of === this.#jid;
  }

  /** Whether this is one of the addresses that lead here. */
  isAt(address: string): boolean {
    return address === this.#jid || this.#jid.startsWith(`${address}/`);
  }

  get available(): boolean {
    return this.#states()['presence'] === 'available';
  }

  #states(): Readonly<Record<string, string>> {
    const last = (machine: string): unknown => transitions.findLast((made) => made.machine === machine && this.owns(made))?.to;
    return { route: stateOf(last('route') ?? stepRoute.initial.value), presence: stateOf(last('presence') ?? stepPresence.initial.value) };
  }
}

const short = (stanza: Element): string => stanza.toString().replace(' xmlns="jabber:client"', '');
const message = (to: string, body: string): Element => xml('message', { to: `${to}@localhost`, type: 'chat' }, xml('body', {}, body));

async function play(stage: Stage): Promise<void> {
  const romeo = new Player('Romeo', clientOf(stage.service, 'romeo', 'orchard'));
  const juliet = new Player('Juliet', clientOf(stage.service, 'juliet', 'balcony'));
  stage.watch({
    onTransition(made) {
      transitions.push(made);
      const player = [romeo, juliet].find((candidate) => candidate.owns(made));
      if (player !== undefined && !made.ignored) transcript.transition(player.name, made);
    },
    onFate(fate) {
      fates.push({ ...fate, available: [romeo, juliet].some((player) => player.isAt(fate.to) && player.available) });
      transcript.fate(fate);
    },
  });

  transcript.step('Romeo and Juliet log in. Neither of them sends presence.');
  await romeo.enter();
  await juliet.enter();

  transcript.step('They write to each other all the same.');
  await romeo.sends(message('juliet', 'What light through yonder window breaks?'), { reaches: juliet });
  await juliet.sends(message('romeo', 'Wherefore art thou Romeo?'), { reaches: romeo });

  transcript.step('Juliet sends presence: now she is an available resource.');
  await juliet.sends(xml('presence'), { reaches: juliet });
  juliet.stands();

  transcript.step('Juliet goes unavailable. She is told so herself, and stays connected.');
  await juliet.sends(xml('presence', { type: 'unavailable' }), { reaches: juliet });
  juliet.stands();

  transcript.step('She still gets her messages, and so does Romeo, who never sent presence.');
  await romeo.sends(message('juliet', 'O, wilt thou leave me so unsatisfied?'), { reaches: juliet });
  await juliet.sends(message('romeo', 'Good night, good night!'), { reaches: romeo });

  transcript.step('They leave. It is the end of the stream that closes a route.');
  await juliet.leaves();
  await romeo.leaves();
}

/** Counts what was shown.
 *  @returns whether it is what was to be shown */
function conclude(): boolean {
  const all = fates.length;
  const delivered = fates.filter(({ fate, available }) => fate === 'delivered' && !available).length;
  const presences = transitions.filter(({ machine, event }) => machine === 'presence' && event.type.startsWith('presence.')).length;
  const ends = transitions.filter(({ machine, to }) => machine === 'route' && to === 'closed').map(causeOf);
  const orderly = ends.filter((cause) => cause === 'stream.ended').length;
  transcript.note('');
  transcript.conclude(`Shown: ${delivered} of ${all} messages were delivered at once, to a recipient who had sent no presence or taken it back.`);
  transcript.conclude(`Shown: presence moved ${presences} times and no route with it; ${orderly} of ${ends.length} routes closed because a stream ended.`);
  return all === 4 && delivered === 4 && presences === 2 && ends.length === 2 && orderly === 2;
}

/** Why a route closed: the event that its session, or failing that its presence, took last before. */
function causeOf(closed: Transition): string | undefined {
  const before = transitions.slice(0, transitions.indexOf(closed));
  return before.findLast(({ machine, of, event }) => of === closed.of && machine !== 'route' && event.type !== 'session.ended')?.event.type;
}

transcript.note('A server that opens the route to a user when presence arrives, and closes it when presence');
transcript.note('goes, loses or delays every message below. Here the route belongs to the session.');
const stage = await openStage();
try {
  await register(stage.service, 'romeo');
  await register(stage.service, 'juliet');
  await play(stage);
  if (!conclude()) process.exitCode = 1;
} finally {
  await stage.close();
}
