/** Measures what a server tells somebody who leaves a room, here or elsewhere, before it closes the stream. The table in README.md is
 *  what it has printed: `npx node test/peers/last-word.ts`. XEP-0045 §7.14, RFC 6120 §4.4. @module */
import type { Element } from 'ltx';
import { Connection } from '../world/connection.ts';
import { createAuthority } from './authority.ts';
import { startEjabberd } from './ejabberd.ts';
import { hosts, loopback } from './loopback.ts';
import type { Home } from './person.ts';
import { startProsody } from './prosody.ts';
import { startWaystate } from './waystate.ts';

const password = 'o happy dagger';
const runs = 3;
const leaving = ['<presence type="unavailable"/>', '</stream:stream>', '<presence type="unavailable"/></stream:stream>'];

/** Enters a room, leaves, and tells what came of it. */
async function leave(home: Home, occupant: string, text: string): Promise<string> {
  const connection = await Connection.open(`${home.c2s.host}:${home.c2s.port}`, 'plain', home.domain);
  await connection.logIn('mab', password);
  connection.send(`<presence/><presence to="${occupant}"><x xmlns="http://jabber.org/protocol/muc"/></presence>`);
  while ((await connection.element()).attrs['from'] !== occupant);
  const start = performance.now();
  connection.send(text);
  const heard: string[] = [];
  for (;;) {
    const next = await connection.next();
    const at = `${(performance.now() - start).toFixed(0)} ms`;
    if (next === 'closed') return [...heard, `the closing tag ${at}`].join(', ');
    if (!isGoodbye(next)) continue;
    heard.push(`${next.attrs['from'] === occupant ? 'the room' : 'itself'} ${at}`);
    if (!text.endsWith('stream>') && next.attrs['from'] === occupant) return heard.join(', ');
  }
}

/** Of a resource or an occupant, not of a room as such. */
const isGoodbye = (stanza: Element): boolean => stanza.getName() === 'presence' && stanza.attrs['type'] === 'unavailable' && String(stanza.attrs['from']).includes('/');

const authority = await createAuthority();
const auth = 'external';
const servers = await Promise.all([
  startWaystate('waystate.test', { address: loopback.waystate, hosts, auth, authority }),
  startProsody({ address: loopback.prosody, hosts, auth, authority }),
  startEjabberd({ address: loopback.ejabberd, hosts, auth, authority }),
]);
try {
  for (const home of servers) await home.addAccount('mab', password);
  for (const home of servers) for (const { rooms } of servers) for (const text of leaving) for (let run = 1; run <= runs; run += 1) {
    const occupant = `den-${home.domain}-${leaving.indexOf(text)}-${run}@${rooms}/mab`;
    console.log(`${home.domain}, a room at ${rooms}, ${text}: ${await leave(home, occupant, text).catch(() => 'nothing')}`);
  }
} finally {
  await Promise.all(servers.map((server) => server.stop()));
}
