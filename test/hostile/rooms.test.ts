/** Occupants who claim to be others, and crowds at the door of a room: each gets the right error, and the room
 *  and everybody else go on. Spec: XEP-0045 §13.6, §17, RFC 8266 §5. @module */
import { afterEach, describe, expect, it } from 'vitest';
import { NS } from '../../src/core/namespaces.ts';
import { answersTo, bound } from './dialogue.ts';
import type { RawClient } from './raw-client.ts';
import { besiege } from './siege.ts';

const siege = besiege();
const clients: RawClient[] = [];
let rooms = 0;

/** A room with its owner, and an attacker at its door. */
async function atTheDoor(): Promise<{ readonly room: string; readonly owner: RawClient; readonly mallory: RawClient }> {
  rooms += 1;
  const room = `r${rooms}@rooms.localhost`;
  const owner = await bound(await siege.tcp(), 'tybalt', `owner-${rooms}`);
  const mallory = await bound(await siege.tcp(), 'mallory', `door-${rooms}`);
  clients.push(owner, mallory);
  // The first of all has to wait for the list of rooms.
  await owner.send(`${join(room, 'Tybalt')}<iq type='set' id='c' to='${room}'><query xmlns='${NS.mucOwner}'><x xmlns='${NS.dataForms}' type='submit'/></query></iq>`).hears('id="c"');
  await answersTo(owner, '');
  return { room, owner, mallory };
}
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

const join = (room: string, nick: string, inside = ''): string => `<presence id='j' to='${room}/${nick}'><x xmlns='${NS.muc}'>${inside}</x></presence>`;
const admin = (room: string, items: string, id = 'a'): string => `<iq type='set' id='${id}' to='${room}'><query xmlns='${NS.mucAdmin}'>${items}</query></iq>`;
const statuses = (heard: string): string[] => [...heard.matchAll(/<status code="(\d+)"/g)].map(([, code = '']) => code);

describe('rooms: who looks like somebody else', () => {
  it.each([
    ['in other cases', 'TYBALT'], ['in wide letters', 'Ｔｙｂａｌｔ'], ['in letters of mathematics', '𝐓ybalt'], ['with a space at its end', 'Tybalt '],
  ])('rooms: a nick %s is taken (RFC 8266 §2.4)', async (_attack, nick) => {
    const { room, owner, mallory } = await atTheDoor();
    expect(await answersTo(mallory, join(room, nick))).toContain('<conflict');
    expect(await answersTo(owner, '')).not.toContain('<presence');
  });

  it.each([
    ['what can\'t be seen in it', 'Tyb\u200balt'], ['another direction', '\u202eTybalt'], ['only spaces', '\u3000'], ['a control', 'Tybalt\u0085'],
  ])('rooms: a nick with %s is malformed (RFC 8266 §2.2)', async (_attack, nick) => {
    const { room, owner, mallory } = await atTheDoor();
    expect(await answersTo(mallory, join(room, nick))).toContain('<jid-malformed');
    expect(await answersTo(owner, '')).not.toContain('<presence');
  });

  it('rooms: letters of another script make another nick, and the occupant identifier tells them apart (XEP-0421 §4.1)', async () => {
    const { room, owner, mallory } = await atTheDoor();
    const heard = await answersTo(mallory, join(room, 'Tуbalt'));
    const ids = [...heard.matchAll(/<occupant-id [^>]*id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(2);
    expect(await answersTo(owner, '')).toContain(`id="${String(ids[1])}"`);
  });

  it('rooms: roles, identifiers and stamps that an occupant gives itself reach nobody (XEP-0045 §17.3, XEP-0421 §4, XEP-0359 §5)', async () => {
    const { room, owner, mallory } = await atTheDoor();
    const claims = `<x xmlns='${NS.mucUser}'><item affiliation='owner' role='moderator' jid='forged@localhost'/><status code='110'/></x><occupant-id xmlns='${NS.occupantIds}' id='forged'/>`;
    await answersTo(mallory, join(room, 'Mallory').replace('</presence>', `${claims}</presence>`));
    await answersTo(mallory, `<message id='m' type='groupchat' to='${room}'><body>!</body>${claims}<stanza-id xmlns='${NS.stanzaIds}' by='${room.toUpperCase()}' id='forged'/><delay xmlns='${NS.delay}' from='${room}' stamp='2002-01-01T00:00:00Z'/></message>`);
    const heard = await answersTo(owner, '');
    expect(heard).toContain('<body>!</body>');
    expect(heard).not.toContain('forged');
    expect(heard).not.toContain('2002-01-01');
    expect(statuses(heard)).toEqual([]);
  });
});

describe('rooms: who claims a right', () => {
  it('rooms: a stranger changes nothing, and learns nothing (XEP-0045 §8, §9, §10)', async () => {
    const { room, owner, mallory } = await atTheDoor();
    const attempts = [
      admin(room, "<item nick='Tybalt' role='none'/>"), admin(room, "<item jid='tybalt@localhost' affiliation='outcast'/>"), admin(room, "<item jid='mallory@localhost' affiliation='owner'/>"),
      `<iq type='get' id='a' to='${room}'><query xmlns='${NS.mucAdmin}'><item affiliation='owner'/></query></iq>`,
      `<iq type='get' id='a' to='${room}'><query xmlns='${NS.mucOwner}'/></iq>`,
      `<iq type='set' id='a' to='${room}'><query xmlns='${NS.mucOwner}'><destroy/></query></iq>`,
    ];
    for (const attempt of attempts) expect(await answersTo(mallory, attempt)).toContain('<forbidden');
    expect(await answersTo(owner, '')).not.toContain('<presence');
  });

  it('rooms: an error or an answer in the name of another moves nobody (XEP-0045 §18.1.2)', async () => {
    const { room, owner, mallory } = await atTheDoor();
    const error = "type='error' id='x'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    await answersTo(mallory, `<message to='${room}/Tybalt' ${error}</message><presence to='${room}/Tybalt' ${error}</presence><iq to='${room}/Tybalt' type='result' id='x'/><presence type='unavailable' to='${room}/Tybalt'/>`);
    expect(await answersTo(owner, `<iq type='get' id='p' to='${room}/Tybalt'><ping xmlns='${NS.ping}'/></iq>`)).toMatch(/^[^<]*<iq [^>]*type="result"[^>]*\/>$/);
  });

  it('rooms: an invitation can\'t be declined by who was not invited, nor used to write to strangers (XEP-0045 §7.8.2)', async () => {
    const { room, owner, mallory } = await atTheDoor();
    const heard = await answersTo(mallory, `<message id='d' to='${room}'><x xmlns='${NS.mucUser}'><decline to='tybalt@localhost'><reason>Buy!</reason></decline></x></message><message id='i' to='${room}'><x xmlns='${NS.mucUser}'><invite to='tybalt@localhost'><reason>Buy!</reason></invite></x></message>`);
    expect(heard).toMatch(/<item-not-found.*<not-acceptable/);
    expect(await answersTo(owner, '')).not.toContain('Buy!');
  });
});

describe('rooms: crowds', () => {
  it('rooms: who enters and leaves without end is told each time, and so are the others, once', async () => {
    const { room, owner, mallory } = await atTheDoor();
    const times = 200;
    const heard = await answersTo(mallory, (join(room, 'Mallory') + `<presence type='unavailable' to='${room}/Mallory'/>`).repeat(times));
    expect(statuses(heard).filter((code) => code === '110')).toHaveLength(2 * times);
    const seen = await answersTo(owner, '');
    expect(seen.match(/<presence /g)).toHaveLength(2 * times);
    expect(seen.match(/type="unavailable"/g)).toHaveLength(times);
  });

  it('rooms: one creator makes only so many of them, and others still make theirs', async () => {
    const { mallory, owner } = await atTheDoor();
    const heard = await answersTo(mallory, Array.from({ length: 60 }, (_, n) => join(`flood${n}@rooms.localhost`, 'Mallory')).join(''));
    expect(heard.match(/<status code="201"/g)).toHaveLength(50);
    expect(heard.match(/<resource-constraint/g)).toHaveLength(10);
    expect(await answersTo(owner, join('another@rooms.localhost', 'Tybalt'))).toContain('<status code="201"');
  });

  it.each([
    ['a list that is too long', (room: string) => admin(room, Array.from({ length: 201 }, (_, n) => `<item jid='u${n}@localhost' affiliation='member'/>`).join('')), 'resource-constraint'],
    ['a form with too many fields', (room: string) => `<iq type='set' id='a' to='${room}'><query xmlns='${NS.mucOwner}'><x xmlns='${NS.dataForms}' type='submit'>${"<field var='x'/>".repeat(65)}</x></query></iq>`, 'resource-constraint'],
    ['a form with too long a value', (room: string) => `<iq type='set' id='a' to='${room}'><query xmlns='${NS.mucOwner}'><x xmlns='${NS.dataForms}' type='submit'><field var='muc#roomconfig_roomname'><value>${'x'.repeat(5_000)}</value></field></x></query></iq>`, 'resource-constraint'],
    ['a nick that is too long', (room: string) => `<presence id='j' to='${room}/${'n'.repeat(129)}'/>`, 'not-acceptable'],
    ['presence that is too long', (room: string) => `<presence id='j' to='${room}/Tybalt'><status>${'x'.repeat(17_000)}</status></presence>`, 'policy-violation'],
    ['a subject that is too long', (room: string) => `<message id='s' type='groupchat' to='${room}'><subject>${'x'.repeat(5_000)}</subject></message>`, 'policy-violation'],
  ])('rooms: %s is refused', async (_attack, stanzaFor, condition) => {
    const { room, owner } = await atTheDoor();
    expect(await answersTo(owner, stanzaFor(room))).toContain(`<${condition}`);
  });
});
