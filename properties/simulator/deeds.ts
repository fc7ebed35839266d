/** What a client does by itself: one thing at a time, drawn at random. Presence that is sent to somebody
 *  carries an `id`, so that it can be told from presence that is broadcast; nobody sends it to the own
 *  bare JID, where it would look like the own echo. Not here: when (client.ts). @module */
import { NS } from '../../src/core/namespaces.ts';
import type { Options } from './options.ts';
import type { Random } from './random.ts';
import type { Session } from './session.ts';

/** Who there is, and the numbers of what they send. */
export interface Cast {
  /** Bare JIDs, of all servers. */
  readonly accounts: readonly string[];
  readonly domains: readonly string[];
  /** Bare JIDs of rooms, of all servers. */
  readonly rooms: readonly string[];
  readonly resourceparts: readonly string[];
  /** A number that was never used before. */
  next(): number;
}

/** Draws what a session does next.
 *  @returns what does it */
export function deedOf(random: Random, options: Options, cast: Cast, session: Session): () => void {
  const say = (xml: () => string): (() => void) => () => session.write(xml());
  return random.weighted<() => void>([
    [options.clients.rooms, () => roomDeed(random, cast, session)],
    [30, say(() => messageOf(random, options, cast))],
    [8, () => {
      session.priority = random.chance(options.clients.negative) ? -1 : random.below(3);
      session.write(`<presence><priority>${session.priority}</priority></presence>`);
    }],
    [5, () => {
      session.priority = undefined;
      session.write('<presence type="unavailable"/>');
    }],
    [7, say(() => directedOf(random, cast, session))],
    [12, say(() => `<presence to="${contactOf(random, cast)}" type="${random.pick(['subscribe', 'subscribe', 'subscribed', 'subscribed', 'unsubscribe', 'unsubscribed'])}"/>`)],
    [2, say(() => `<presence to="${strangerTo(random, cast, session, false)}" type="probe" id="probe-${cast.next()}"/>`)],
    [4, say(() => rosterSetOf(random, cast))],
    [2, () => session.requestRoster(random.chance(0.5))],
    [12, say(() => requestOf(random, cast, session))],
    [2, () => session.close()],
    [2, () => session.abandon()],
  ]);
}

function roomDeed(random: Random, cast: Cast, session: Session): void {
  const room = random.pick(cast.rooms);
  const nick = session.nickIn(room);
  if (nick === undefined || random.chance(0.05)) return session.enter(room, cast.next());
  random.weighted<() => void>([
    [10, () => session.write(`<message to="${room}" type="groupchat" id="g${cast.next()}"><body>x</body></message>`)],
    [4, () => session.write(`<presence to="${room}/${nick}" type="unavailable" id="directed-${cast.next()}"/>`)],
    [2, () => session.enter(room, cast.next(), `${random.text(2)}-${session.resourcepart}`)],
    [1, () => session.write(`<presence to="${room}/${nick}" id="directed-${cast.next()}"><show>away</show></presence>`)],
  ])();
}

const contactOf = (random: Random, cast: Cast): string => random.pick(cast.accounts);
const fullOf = (random: Random, cast: Cast): string => `${contactOf(random, cast)}/${random.pick(cast.resourceparts)}`;

function messageOf(random: Random, options: Options, cast: Cast): string {
  const to = random.weighted<string>([
    [10, contactOf(random, cast)], [6, fullOf(random, cast)],
    [0.3, `nobody@${random.pick(cast.domains)}`], [0.2, random.pick(cast.domains)], [0.2, 'somebody@elsewhere.example'],
  ]);
  const type = random.weighted<string>([[8, 'chat'], [5, 'normal'], [2, 'headline'], [1, 'groupchat'], [1, 'error']]);
  const content = random.chance(0.05) ? '<active xmlns="http://jabber.org/protocol/chatstates"/>' : `<body>${random.chance(options.clients.long) ? 'x'.repeat(60_000) : 'x'}</body>`;
  return `<message to="${to}" type="${type}" id="${type === 'error' ? 'e' : 'm'}${cast.next()}">${content}</message>`;
}

function directedOf(random: Random, cast: Cast, session: Session): string {
  const type = random.chance(0.4) ? ' type="unavailable"' : '';
  return `<presence to="${strangerTo(random, cast, session, random.chance(0.5))}"${type} id="directed-${cast.next()}"/>`;
}

/** An address of another account, or of another resource. */
function strangerTo(random: Random, cast: Cast, session: Session, isFull: boolean): string {
  const bare = session.jid.slice(0, session.jid.indexOf('/'));
  const others = isFull
    ? cast.accounts.flatMap((account) => cast.resourceparts.map((resourcepart) => `${account}/${resourcepart}`)).filter((jid) => jid !== session.jid)
    : cast.accounts.filter((jid) => jid !== bare);
  return random.pick(others);
}

function rosterSetOf(random: Random, cast: Cast): string {
  const item = random.chance(0.3)
    ? `<item jid="${contactOf(random, cast)}" subscription="remove"/>`
    : `<item jid="${contactOf(random, cast)}" name="${random.text(3)}"><group>${random.pick(['a', 'b'])}</group></item>`;
  return `<iq type="set" id="q${cast.next()}"><query xmlns="${NS.roster}">${item}</query></iq>`;
}

function requestOf(random: Random, cast: Cast, session: Session): string {
  const note = `<note xmlns="urn:simulator:note"${random.chance(0.5) ? '' : ` text="${random.text(5)}"`}/>`;
  const [type, payload, to] = random.weighted<readonly [type: 'get' | 'set', payload: string, to: string | undefined]>([
    [1, ['get', `<ping xmlns="${NS.ping}"/>`, random.pick(cast.domains)]],
    [3, ['get', `<ping xmlns="${NS.ping}"/>`, strangerTo(random, cast, session, true)]],
    [1, ['get', `<query xmlns="${NS.version}"/>`, random.pick(cast.domains)]],
    [2, ['get', `<query xmlns="${NS.version}"/>`, strangerTo(random, cast, session, true)]],
    [1, ['set', `<query xmlns="${NS.private}">${note}</query>`, undefined]],
    [1, ['get', `<query xmlns="${NS.private}"><note xmlns="urn:simulator:note"/></query>`, undefined]],
    [1, ['set', `<vCard xmlns="${NS.vcardTemp}"><FN>${random.text(4)}</FN></vCard>`, undefined]],
    [1, ['get', `<vCard xmlns="${NS.vcardTemp}"/>`, contactOf(random, cast)]],
  ]);
  return `<iq type="${type}" id="q${cast.next()}"${to === undefined ? '' : ` to="${to}"`}>${payload}</iq>`;
}
