/** The peers with each other, through nothing of ours: what a test with Waystate on one side then finds is
 *  Waystate's. @module */
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
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

const { missing } = installedPeers();
const reason = missing.length > 0 ? ` (not tested, for want of ${missing.join(', ')})` : '';

test.runIf(process.env['WAYSTATE_REQUIRE_ALL'])('every peer is installed (WAYSTATE_REQUIRE_ALL)', () => {
  expect(missing).toEqual([]);
});

describe.skipIf(missing.length > 0).each(['external', 'dialback'] as const)(`Prosody and ejabberd, by %s${reason}`, (auth) => {
  const started: { stop(): Promise<void> }[] = [];
  const keep = <T extends { stop(): Promise<void> }>(each: T): T => (started.push(each), each);
  let prosody: Peer;
  let ejabberd: Peer;
  let link: Link;
  let romeo: Person;
  let juliet: Person;

  beforeAll(async () => {
    const authority = await createAuthority();
    // Prosody finds ejabberd at the link.
    const seenByProsody = { ...hosts, ...both('ejabberd.test', loopback.link) };
    [prosody, ejabberd] = await Promise.all([
      startProsody({ address: loopback.prosody, hosts: seenByProsody, auth, authority }).then(keep),
      startEjabberd({ address: loopback.ejabberd, hosts, auth, authority }).then(keep),
    ]);
    link = keep(await startLink(loopback.link, ejabberd.s2s));
    [romeo, juliet] = await Promise.all([settle(prosody, 'romeo'), settle(ejabberd, 'juliet')]);
  }, 60_000);

  afterAll(async () => {
    for (const person of [romeo, juliet]) person?.leave();
    await Promise.all(started.map((each) => each.stop()));
  }, 60_000);

  const directions = [
    { title: 'from Prosody to ejabberd', here: () => romeo, there: () => juliet, far: () => ejabberd },
    { title: 'from ejabberd to Prosody', here: () => juliet, there: () => romeo, far: () => prosody },
  ];
  /** Shows the logs of a failure. */
  const logs = (): void => onTestFailed(() => console.log(prosody.log(), ejabberd.log()));

  test.each(directions)('a message goes $title (RFC 6121 §5)', async ({ title, here, there }) => {
    logs();
    here().send(`<message to="${there().bareJid}" type="chat"><body>${title}</body></message>`);
    expect((await there().see(messageOf(title))).attrs['from']).toBe(here().jid);
  });

  test.each(directions)('a subscription is asked for $title, and presence comes back (RFC 6121 §3.1)', async ({ here, there }) => {
    logs();
    here().send(`<presence to="${there().bareJid}" type="subscribe"/>`);
    await there().see(presenceOf(here().bareJid, 'subscribe'));
    there().send(`<presence to="${here().bareJid}" type="subscribed"/>`);
    await here().see(presenceOf(there().bareJid, 'subscribed'));
    await here().see(presenceOf(there().jid));
  });

  test.each(directions)('a room is joined $title (XEP-0045 §7.2)', async ({ here, far }) => {
    logs();
    const room = `balcony@${far().rooms}`;
    here().send(`<presence to="${room}/lark"><x xmlns="http://jabber.org/protocol/muc"/></presence>`);
    await here().see(presenceOf(`${room}/lark`));
    here().send(`<message to="${room}" type="groupchat"><body>the herald of the morn</body></message>`);
    expect((await here().see(messageOf('the herald of the morn'))).attrs['from']).toBe(`${room}/lark`);
  });

  test(`each has let the other in by ${auth === 'external' ? 'SASL EXTERNAL (RFC 6120 §6)' : 'dialback (XEP-0220)'}, both within TLS`, () => {
    logs();
    const way = auth === 'external' ? 'EXTERNAL' : 'dialback';
    expect(ejabberd.log()).toMatch(new RegExp(`\\(tls\\|.*Accepted inbound s2s ${way} authentication prosody\\.test -> ejabberd\\.test`));
    expect(ejabberd.log()).toMatch(new RegExp(`\\(tls\\|.*Accepted outbound s2s ${way} authentication ejabberd\\.test -> prosody\\.test`));
  });

  test('after the link is cut the next message makes a new one', async () => {
    logs();
    const before = link.connections;
    expect(before).toBeGreaterThan(0);
    const logged = prosody.log().length;
    link.cut();
    // What is sent before Prosody has noticed is lost.
    await expect.poll(() => prosody.log().slice(logged)).toContain('s2s disconnected: prosody.test->ejabberd.test');
    romeo.send(`<message to="${juliet.bareJid}" type="chat"><body>Parting is such sweet sorrow.</body></message>`);
    await juliet.see(messageOf('Parting is such sweet sorrow.'));
    expect(link.connections).toBeGreaterThan(before);
  });

  test('a peer that has been away is found again, and has the accounts that it had', async () => {
    logs();
    await ejabberd.restart();
    juliet = await come(ejabberd, 'juliet');
    romeo.send(`<message to="${juliet.bareJid}" type="chat"><body>Adieu.</body></message>`);
    await juliet.see(messageOf('Adieu.'));
  });
});
