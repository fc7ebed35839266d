/** Waystate with real servers of other makes, each as the other side: messages, subscriptions, rooms, and the last word that
 *  a room has (RFC 6120 §10, RFC 6121 §3, XEP-0045 §7, DESIGN D5, THEOREMS T2). @module */
import type { Element } from 'ltx';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { Connection } from '../world/connection.ts';
import { createAuthority } from './authority.ts';
import { startEjabberd } from './ejabberd.ts';
import { installedPeers } from './installed.ts';
import { startLink } from './link.ts';
import type { Link } from './link.ts';
import { both, hosts, loopback } from './loopback.ts';
import type { Peer } from './peer.ts';
import { come, messageOf, presenceOf, settle } from './person.ts';
import type { Person } from './person.ts';
import { startProsody } from './prosody.ts';
import { startWaystate } from './waystate.ts';
import type { Waystate } from './waystate.ts';

const installed = installedPeers();
const others = [
  { name: 'Prosody', start: startProsody, address: loopback.prosody, domain: 'prosody.test', lacks: installed.prosody },
  { name: 'ejabberd', start: startEjabberd, address: loopback.ejabberd, domain: 'ejabberd.test', lacks: installed.ejabberd },
];
const cases = others.flatMap((other) => (['external', 'dialback'] as const).map((auth) => ({ ...other, auth })));

test.runIf(process.env['WAYSTATE_REQUIRE_ALL'])('every peer is installed (WAYSTATE_REQUIRE_ALL)', () => {
  expect(installed.missing).toEqual([]);
});

describe.each(cases)('Waystate and $name, by $auth', ({ start, address, domain, auth, lacks }) => {
  describe.skipIf(lacks !== undefined)(lacks === undefined ? 'both sides' : `not tested, for want of ${lacks}`, () => {
    const started: { stop(): Promise<void> }[] = [];
    const keep = <T extends { stop(): Promise<void> }>(each: T): T => (started.push(each), each);
    let waystate: Waystate;
    let peer: Peer;
    let link: Link;
    let juliet: Person;
    let romeo: Person;

    beforeAll(async () => {
      const authority = await createAuthority();
      peer = keep(await start({ address, hosts, auth, authority }));
      link = keep(await startLink(loopback.link, peer.s2s));
      // Waystate finds the peer behind a wire that can be cut.
      waystate = keep(await startWaystate('waystate.test', { address: loopback.waystate, hosts: { ...hosts, ...both(domain, loopback.link) }, auth, authority }));
      [juliet, romeo] = await Promise.all([settle(waystate, 'juliet'), settle(peer, 'romeo')]);
    }, 60_000);

    afterAll(async () => {
      for (const person of [juliet, romeo]) person?.leave();
      for (const each of started.reverse()) await each.stop();
    }, 60_000);

    const directions = [
      { title: 'from Waystate', from: () => juliet, to: () => romeo },
      { title: 'to Waystate', from: () => romeo, to: () => juliet },
    ];
    const logs = (): void => onTestFailed(() => console.log(peer.log()));

    test.each(directions)('a message $title (RFC 6121 §5)', async ({ title, from, to }) => {
      logs();
      from().send(`<message to="${to().bareJid}" type="chat"><body>${title}</body></message>`);
      expect((await to().see(messageOf(title))).attrs['from']).toBe(from().jid);
    });

    test.each(directions)('a subscription $title, and presence the other way (RFC 6121 §3.1, §4.2)', async ({ from, to }) => {
      logs();
      from().send(`<presence to="${to().bareJid}" type="subscribe"/>`);
      await to().see(presenceOf(from().bareJid, 'subscribe'));
      to().send(`<presence to="${from().bareJid}" type="subscribed"/>`);
      await from().see(presenceOf(to().bareJid, 'subscribed'));
      await from().see(presenceOf(to().jid));
    });

    test('a request, and its answer (RFC 6120 §8.2.3)', async () => {
      logs();
      juliet.send(`<iq type="get" id="version" to="${domain}"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`);
      expect((await juliet.see(({ attrs }) => attrs['id'] === 'version')).attrs['type']).toBe('result');
      romeo.send(`<iq type="get" id="version" to="${waystate.domain}"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`);
      expect((await romeo.see(({ attrs }) => attrs['id'] === 'version')).attrs['type']).toBe('result');
    });

    describe('a room on the other server', () => {
      let resource = 0;
      /** Somebody who is in a room of the peer. */
      const enter = async (): Promise<{ connection: Connection; occupant: string; jid: string }> => {
        resource += 1;
        const connection = await Connection.open(`${waystate.c2s.host}:${waystate.c2s.port}`, 'plain', waystate.domain);
        const jid = await connection.logIn('juliet', 'o happy dagger', `room-${resource}`);
        const occupant = `balcony-${resource}@${peer.rooms}/jules`;
        connection.send(`<presence to="${occupant}"><x xmlns="http://jabber.org/protocol/muc"/></presence>`);
        for (;;) if ((await connection.element()).attrs['from'] === occupant) return { connection, occupant, jid };
      };
      /** What comes until the closing tag, rooms' messages left out. */
      const rest = async (connection: Connection): Promise<readonly string[]> => {
        const heard: string[] = [];
        for (;;) {
          const next = await connection.next();
          if (next === 'closed') return heard;
          if (next.getName() === 'presence') heard.push(`${String(next.attrs['type'])} from ${String(next.attrs['from'])}`);
        }
      };

      test('unavailable presence: the room\'s goodbye comes, and the route stays (the article\'s second case)', async () => {
        logs();
        const { connection, occupant } = await enter();
        connection.send('<presence type="unavailable"/>');
        for (;;) {
          const { attrs } = await connection.element();
          if (attrs['type'] === 'unavailable' && attrs['from'] === occupant) break;
        }
        connection.send(`<iq type="get" id="still" to="${waystate.domain}"><ping xmlns="urn:xmpp:ping"/></iq>`);
        for (;;) if ((await connection.element()).attrs['id'] === 'still') break;
        connection.drop();
      });

      test.each([
        { how: 'the closing tag alone', text: '</stream:stream>' },
        { how: 'unavailable presence and the closing tag in one write', text: '<presence type="unavailable"/></stream:stream>' },
        { how: 'a goodbye to the room and the closing tag in one write', text: '<presence type="unavailable" to="OCCUPANT"/></stream:stream>' },
      ])('$how: the room\'s goodbye comes before the server\'s closing tag (XEP-0045 §7.14, RFC 6120 §4.4)', async ({ text }) => {
        logs();
        const { connection, occupant } = await enter();
        connection.send(text.replace('OCCUPANT', occupant));
        expect(await rest(connection)).toContain(`unavailable from ${occupant}`);
        connection.drop();
      });

      test('the other server has gone for good: the room\'s goodbye comes all the same, in its name (status 333)', async () => {
        logs();
        const { connection, occupant } = await enter();
        link.block();
        connection.send('</stream:stream>');
        expect((await rest(connection)).filter((line) => line.endsWith(occupant))).toEqual([expect.stringMatching(/^(unavailable|error)/)]);
        connection.drop();
        link.unblock();
      }, 20_000);
    });

    test('nobody sends presence, and a message from the other server arrives all the same (the article\'s first case)', async () => {
      logs();
      const silent = await Connection.open(`${waystate.c2s.host}:${waystate.c2s.port}`, 'plain', waystate.domain);
      await waystate.addAccount('nurse', 'o happy dagger');
      await silent.logIn('nurse', 'o happy dagger');
      romeo.send(`<message to="nurse@${waystate.domain}" type="chat"><body>Commend me to thy lady.</body></message>`);
      expect((await silent.element()).getChildText('body')).toBe('Commend me to thy lady.');
      silent.drop();
    });

    describe('a room on Waystate', () => {
      const garden = (): string => `garden@${waystate.rooms}`;
      const join = (nick: string): string => `<presence to="${garden()}/${nick}"><x xmlns="http://jabber.org/protocol/muc"/></presence>`;
      const isOwn = (jid: string, type?: string) => (stanza: Element): boolean => presenceOf(jid, type)(stanza) && stanza.toString().includes('110');

      test('both come in, and hear each other (XEP-0045 §7.2, §7.4)', async () => {
        logs();
        juliet.send(join('juliet'));
        await juliet.see(isOwn(`${garden()}/juliet`));
        juliet.send(`<iq type="set" id="instant" to="${garden()}"><query xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data" type="submit"/></query></iq>`);
        await juliet.see(({ attrs }) => attrs['id'] === 'instant');
        romeo.send(join('romeo'));
        await romeo.see(isOwn(`${garden()}/romeo`));
        await juliet.see(presenceOf(`${garden()}/romeo`));
        for (const [from, to, body] of [[romeo, juliet, 'By yonder blessed moon I vow'], [juliet, romeo, 'O, swear not by the moon']] as const) {
          from.send(`<message to="${garden()}" type="groupchat"><body>${body}</body></message>`);
          await Promise.all([from, to].map((person) => person.see(messageOf(body))));
        }
      });

      test('who goes unavailable on the other server is told by the room (XEP-0045 §7.14)', async () => {
        logs();
        romeo.send('<presence type="unavailable"/>');
        await romeo.see(isOwn(`${garden()}/romeo`, 'unavailable'));
        await juliet.see(presenceOf(`${garden()}/romeo`, 'unavailable'));
      });

      test('who vanishes on the other server is out, and leaves no ghost (XEP-0045 §7.14)', async () => {
        logs();
        romeo.send(`<presence/>${join('romeo')}`);
        await juliet.see(presenceOf(`${garden()}/romeo`));
        romeo.leave();
        await juliet.see(presenceOf(`${garden()}/romeo`, 'unavailable'));
        romeo = await come(peer, 'romeo');
        juliet.send(`<presence to="${garden()}/juliet" type="unavailable"/>`);
        await juliet.see(isOwn(`${garden()}/juliet`, 'unavailable'));
      });
    });

    test('the link is cut: the next message has it set up anew', async () => {
      logs();
      const before = link.connections;
      link.cut();
      // What is sent before the cut is noticed is lost; a request comes back with an error, or with its answer.
      for (let tries = 0; ; tries += 1) {
        juliet.send(`<iq type="get" id="cut-${tries}" to="${domain}"><query xmlns="http://jabber.org/protocol/disco#info"/></iq><iq type="get" id="here-${tries}" to="${waystate.domain}"><ping xmlns="urn:xmpp:ping"/></iq>`);
        if ((await juliet.see(({ attrs }) => attrs['id'] === `here-${tries}` || attrs['id'] === `cut-${tries}`)).attrs['id'] === `cut-${tries}` || link.connections > before) break;
      }
      juliet.send(`<message to="${romeo.bareJid}" type="chat"><body>after the cut</body></message>`);
      await romeo.see(messageOf('after the cut'));
      expect(link.connections).toBeGreaterThan(before);
    });

    test('the other server is started again, and is found', async () => {
      logs();
      await peer.restart();
      romeo = await come(peer, 'romeo');
      juliet.send(`<message to="${romeo.bareJid}" type="chat"><body>welcome back</body></message>`);
      await romeo.see(messageOf('welcome back'));
      romeo.send(`<message to="${juliet.bareJid}" type="chat"><body>here again</body></message>`);
      await juliet.see(messageOf('here again'));
    });
  });
});
