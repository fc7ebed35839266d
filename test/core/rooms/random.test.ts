/** Random visits to a room against a naive reference: what each session has been told adds up to who is in the room.
 *  The room is driven as data, without a server. @module */
import { Element, parse } from 'ltx';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BareJid } from '../../../machines/vocabulary.ts';
import { defaultRoomLimits } from '../../../src/core/config.ts';
import { parseJid } from '../../../src/core/jid.ts';
import type { Jid } from '../../../src/core/jid.ts';
import { receive } from '../../../src/core/rooms/receive.ts';
import { restoreRoom } from '../../../src/core/rooms/record.ts';
import { addressOf } from '../../../src/core/rooms/room.ts';
import type { Room, Sent } from '../../../src/core/rooms/room.ts';

const limits = { ...defaultRoomLimits, sessions: 3 };
const owner = 'juliet@capulet.example/balcony';
const sessions = [owner, 'juliet@capulet.example/chamber', 'romeo@montague.example/orchard', 'romeo@montague.example/tomb', 'nurse@capulet.example/hall'];
const nicks = ['A', 'a', 'B', 'C'];

type Deed =
  | { readonly deed: 'present' | 'join'; readonly who: string; readonly nick: string }
  | { readonly deed: 'leave' | 'fail'; readonly who: string }
  | { readonly deed: 'kick'; readonly nick: string }
  | { readonly deed: 'ban' | 'pardon'; readonly who: string };

const who = fc.constantFrom(...sessions);
const nick = fc.constantFrom(...nicks);
const deeds: fc.Arbitrary<readonly Deed[]> = fc.array(fc.oneof<fc.Arbitrary<Deed>[]>(
  fc.record({ deed: fc.constant('join'), who, nick }), fc.record({ deed: fc.constant('join'), who, nick }), fc.record({ deed: fc.constant('present'), who, nick }),
  fc.record({ deed: fc.constantFrom('leave', 'fail'), who }), fc.record({ deed: fc.constant('kick'), nick }), fc.record({ deed: fc.constantFrom('ban', 'pardon'), who }),
), { maxLength: 40, size: 'max' });

const jidOf = (text: string): Jid => {
  const jid = parseJid(text);
  if (jid === undefined) throw new Error(text);
  return jid;
};
const userOf = (who: string): string => jidOf(who).bare;

function newRoom(): Room {
  const room = restoreRoom({ room: 'verona@rooms.example' as BareJid, creator: userOf(owner) as BareJid, options: { 'muc#roomconfig_persistentroom': ['1'] }, affiliations: [{ jid: userOf(owner) as BareJid, affiliation: 'owner' }] }, {
    limits, secret: 'a secret', transit: (_machine, _of, step, state, event) => step(state, event),
  });
  if (room === undefined) throw new Error('no room');
  return room;
}

/** Who is in, the naive way: by nick without case, the nick as it is shown, the user, the sessions. */
class Reference {
  readonly occupants = new Map<string, { nick: string; readonly user: string; readonly sessions: Set<string> }>();
  readonly banned = new Set<string>();

  apply(deed: Deed): void {
    switch (deed.deed) {
      case 'join':
      case 'present':
        return this.#available(deed.who, deed.nick, deed.deed === 'join');
      case 'leave':
      case 'fail':
        return this.#remove((session) => session === deed.who);
      case 'kick': {
        const target = this.occupants.get(deed.nick.toLowerCase());
        // Nobody kicks himself, and only who is in the room kicks.
        if (target !== undefined && target.user !== userOf(owner) && this.#isIn(userOf(owner))) this.#remove((session) => target.sessions.has(session));
        return;
      }
      case 'ban':
        if (userOf(deed.who) === userOf(owner)) return;
        this.banned.add(userOf(deed.who));
        return this.#remove((session) => userOf(session) === userOf(deed.who));
      case 'pardon':
        this.banned.delete(userOf(deed.who));
    }
  }

  #isIn(user: string): boolean {
    return [...this.occupants.values()].some((each) => each.user === user);
  }

  #available(session: string, wanted: string, isJoin: boolean): void {
    const user = userOf(session);
    const key = wanted.toLowerCase();
    const former = [...this.occupants.values()].find((each) => each.sessions.has(session));
    const there = this.occupants.get(key);
    if ((former === undefined && !isJoin) || this.banned.has(user) || (there !== undefined && there.user !== user)) return;
    if (former !== undefined && (there === former || (there === undefined && former.sessions.size === 1))) {
      for (const [each, occupant] of this.occupants) if (occupant === former) this.occupants.delete(each);
      former.nick = wanted;
      this.occupants.set(key, former);
      return;
    }
    if (former !== undefined) this.#remove((each) => each === session);
    const occupant = this.occupants.get(key) ?? { nick: wanted, user, sessions: new Set<string>() };
    occupant.sessions.add(session);
    this.occupants.set(key, occupant);
  }

  #remove(isGone: (session: string) => boolean): void {
    for (const [key, occupant] of this.occupants) {
      for (const session of [...occupant.sessions]) if (isGone(session)) occupant.sessions.delete(session);
      if (occupant.sessions.size === 0) this.occupants.delete(key);
    }
  }
}

function stanzaOf(deed: Deed): { readonly stanza: Element; readonly from: Jid; readonly to: Jid } {
  const room = 'verona@rooms.example';
  const admin = (item: string): ReturnType<typeof stanzaOf> => ({ stanza: parse(`<iq id="1" type="set"><query xmlns="http://jabber.org/protocol/muc#admin">${item}</query></iq>`), from: jidOf(owner), to: jidOf(room) });
  switch (deed.deed) {
    case 'join':
      return { stanza: parse('<presence><x xmlns="http://jabber.org/protocol/muc"/></presence>'), from: jidOf(deed.who), to: jidOf(`${room}/${deed.nick}`) };
    case 'present':
      return { stanza: parse('<presence><show>away</show></presence>'), from: jidOf(deed.who), to: jidOf(`${room}/${deed.nick}`) };
    case 'leave':
      return { stanza: parse('<presence type="unavailable"/>'), from: jidOf(deed.who), to: jidOf(`${room}/whatever`) };
    case 'fail':
      return { stanza: parse('<message type="error"><error><gone xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>'), from: jidOf(deed.who), to: jidOf(`${room}/A`) };
    case 'kick':
      return admin(`<item nick="${deed.nick}" role="none"/>`);
    case 'ban':
      return admin(`<item jid="${userOf(deed.who)}" affiliation="outcast"/>`);
    case 'pardon':
      return admin(`<item jid="${userOf(deed.who)}" affiliation="${userOf(deed.who) === userOf(owner) ? 'owner' : 'none'}"/>`);
  }
}

/** What one session believes. */
class View {
  readonly there = new Set<string>();
  /** The nick under which it is in itself. */
  self: string | undefined;

  hear(presence: Element): string | undefined {
    const nick = (presence.attrs.from ?? '').split('/')[1] ?? '';
    const codes = presence.getChild('x')?.getChildren('status').map(({ attrs }) => attrs.code) ?? [];
    const isSelf = codes.includes('110');
    if (presence.attrs.type === 'error' || codes.includes('307') && codes.includes('333')) return undefined;
    if (presence.attrs.type !== 'unavailable') {
      this.there.add(nick);
      if (isSelf) this.self = nick;
      return undefined;
    }
    if (!this.there.delete(nick)) return `is told that ${nick} is gone, which was not there`;
    if (!isSelf) return undefined;
    if (this.self !== nick) return `is told that it has left as ${nick}, and was there as ${String(this.self)}`;
    this.self = undefined;
    // Who leaves hears of nobody any more; who is renamed stays.
    if (!codes.includes('303')) this.there.clear();
    return undefined;
  }
}

function deliver(sent: readonly Sent[], views: ReadonlyMap<string, View>): readonly string[] {
  const faults: string[] = [];
  for (const { stanza, to } of sent) {
    for (const jid of to) {
      const view = views.get(addressOf(jid));
      if (view === undefined) faults.push(`${addressOf(jid)} is nobody`);
      else if (stanza.name === 'presence') {
        const fault = view.hear(stanza);
        if (fault !== undefined) faults.push(`${addressOf(jid)} ${fault}`);
      }
    }
  }
  return faults;
}

test('rooms: what each occupant has been told is who is there; each departure is told once, and to the leaver last (XEP-0045 §7.2.2, §7.6, §7.14)', () => {
  let premises = 0;
  fc.assert(fc.property(deeds, (all) => {
    const room = newRoom();
    const reference = new Reference();
    const views = new Map(sessions.map((session) => [session, new View()]));
    for (const deed of all) {
      reference.apply(deed);
      const { stanza, from, to } = stanzaOf(deed);
      stanza.attrs.from = addressOf(from);
      const sent = receive(room, { stanza, from, to, at: 1 });
      expect(deliver(sent, views)).toEqual([]);
      expect(afterFarewell(sent)).toEqual([]);
      expect([...room.occupants.values()].map(({ nick: each, user, sessions: own }) => [each, user, [...own.keys()].sort()]).sort())
        .toEqual([...reference.occupants.values()].map(({ nick: each, user, sessions: own }) => [each, user, [...own].sort()]).sort());
      const present = [...reference.occupants.values()].map((each) => each.nick).sort();
      for (const [session, { there, self }] of views) {
        const own = [...reference.occupants.values()].find((each) => each.sessions.has(session));
        expect([session, self, [...there].sort()]).toEqual([session, own?.nick, own === undefined ? [] : present]);
      }
      premises += present.length > 1 ? 1 : 0;
    }
  }), { seed: 45, numRuns: 500 });
  expect(premises).toBeGreaterThan(500);
});

/** What comes to a session after the word that it has left. */
function afterFarewell(sent: readonly Sent[]): readonly string[] {
  const gone = new Set<string>();
  const late: string[] = [];
  for (const { stanza, to } of sent) {
    const codes = stanza.getChild('x')?.getChildren('status').map(({ attrs }) => attrs.code) ?? [];
    for (const jid of to) {
      if (gone.has(addressOf(jid))) late.push(`${addressOf(jid)} ${stanza.toString()}`);
      if (stanza.attrs.type === 'unavailable' && codes.includes('110') && !codes.includes('303')) gone.add(addressOf(jid));
    }
  }
  return late;
}
