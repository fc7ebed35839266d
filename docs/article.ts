/** The article's case as a trace: messages to people without presence, unavailable presence that closes no route, and
 *  a stream that ends while its user is in a room. Played on a real core with streams that are called like who opens
 *  them; a room on a component answers when it is told to, so that the drain can be seen. Not here: the other
 *  examples (examples.ts). @module */
import { createHash } from 'node:crypto';
import { defaultConfig } from '../src/core/config.ts';
import type { CoreConfig } from '../src/core/config.ts';
import type { Channel } from '../src/core/input.ts';
import { standardFeatures } from '../src/core/features/all.ts';
import { recorded } from '../src/core/recording.ts';
import { sessionHeader } from '../src/core/session-trace.ts';
import type { Trace, TraceStep } from '../src/core/trace.ts';
import { InProcess } from '../test/world/in-process.ts';

const secret = 'sixteen tons';
const rooms = 'rooms.localhost';
const config: CoreConfig = { ...defaultConfig, domain: 'localhost', secret: 'fixed, for an example', components: [{ domain: rooms, secret }] };
const channel: Channel = { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] };
const header = '<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="localhost" version="1.0">';
const garden = `garden@${rooms}`;
const user = '<x xmlns="http://jabber.org/protocol/muc#user"><status code="110"/></x>';

/** Plays it.
 *  @returns the whole trace, the same each time */
export async function articleTrace(): Promise<Trace> {
  const steps: TraceStep[] = [];
  const making = { config, features: standardFeatures, keepBodies: true };
  let note: string | undefined;
  /** Of the step that comes next. */
  const noted = (text: string): void => void (note = text);
  const keep = (step: TraceStep): boolean => {
    steps.push(note === undefined ? step : { ...step, note });
    note = undefined;
    return true;
  };
  const world = new InProcess({ ...making, around: (core) => recorded(core, keep, making) });
  const says = async (who: string, xml: string): Promise<void> => {
    world.now += 250;
    world.hear(who, xml);
    await world.settle();
  };
  const service = await connectRooms(world);
  for (const name of ['romeo', 'juliet']) await logIn(world, name, says);
  // Nobody has sent presence.
  noted("Juliet has sent no presence. Whether she gets a message is asked of her routes, and never of her presence: her route is open, so it is delivered. (DESIGN D2)");
  await says('romeo', '<message to="juliet@localhost" type="chat"><body>What light through yonder window breaks?</body></message>');
  noted('Now she is available. Presence may choose which of her resources gets a message; her route was open before. (RFC 6121 §4.2)');
  await says('juliet', '<presence/>');
  noted('She is told that she is unavailable, and stays connected: presence is no event of the route, which stays open. (RFC 6121 §4.5.2, DESIGN D1)');
  await says('juliet', '<presence type="unavailable"/>');
  noted('Unavailable, and connected: the message is delivered all the same. (DESIGN D2)');
  await says('romeo', '<message to="juliet@localhost" type="chat"><body>O, wilt thou leave me so unsatisfied?</body></message>');
  noted('She enters a room. The server notes that the room will owe her a last word. (XEP-0045 §7.2, DESIGN D5)');
  await says('juliet', `<presence to="${garden}/jules"><x xmlns="http://jabber.org/protocol/muc"/></presence>`);
  await says(service, `<presence from="${garden}/jules" to="juliet@localhost/balcony">${user}</presence>`);
  noted('She closes her stream. Her session ends, the room is told, and her route drains: nothing new goes there, and it stays until the room has said that she left. (RFC 6120 §4.4, DESIGN D5)');
  await says('juliet', '</stream:stream>');
  noted('A route that drains takes no new message: this one is stored for her. (DESIGN D5)');
  await says('romeo', '<message to="juliet@localhost" type="chat"><body>A thousand times the worse, to want thy light.</body></message>');
  noted('The room says that she left. That settles what was owed: she hears it, and only then her route closes, and her stream. (XEP-0045 §7.14, DESIGN D5)');
  await says(service, `<presence from="${garden}/jules" to="juliet@localhost/balcony" type="unavailable">${user}</presence>`);
  await world.dispose();
  const title = 'Who has sent no presence gets messages; unavailable presence closes no route; a route waits for its room';
  return { header: { ...sessionHeader(making), title }, steps };
}

/** The service of the room: it says nothing that it is not told to say. */
async function connectRooms(world: InProcess): Promise<string> {
  let id = '';
  const other = { write: (text: string) => void (id ||= / id="([^"]*)"/.exec(text)?.[1] ?? ''), startTls: () => {}, disconnect: () => {} };
  const service = world.join(other, { ...channel, secure: false, tlsRequired: false, mechanisms: [] }, 'component');
  world.hear(service, `<stream:stream xmlns="jabber:component:accept" xmlns:stream="http://etherx.jabber.org/streams" to="${rooms}">`);
  world.hear(service, `<handshake>${createHash('sha1').update(id + secret).digest('hex')}</handshake>`);
  await world.settle();
  return service;
}

async function logIn(world: InProcess, name: string, says: (who: string, xml: string) => Promise<void>): Promise<void> {
  await world.account(name);
  world.open(channel, name);
  await says(name, header);
  await says(name, `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${btoa(`\0${name}\0secret`)}</auth>`);
  await says(name, header);
  await says(name, `<iq id="bind" type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>${name === 'juliet' ? 'balcony' : 'orchard'}</resource></bind></iq>`);
}
