/** Fan-out in a room: one occupant speaks, and all are told, the speaker included (XEP-0045 §7.4). @module */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import { fanOut } from './fan-out.ts';
import { localparts, OCCUPANTS } from './job.ts';
import type { Job, Measure } from './job.ts';
import { Measurement } from './measurement.ts';
import { numbered } from './sequence.ts';
import { closeAll, online, quiet } from './sessions.ts';

/** The room's service, under this name on every server. */
const roomsOf = (domain: string): string => `rooms.${domain}`;

/** Measures deliveries of messages to all occupants. */
export async function room(job: Job): Promise<Measure> {
  const clients = await online(job, localparts('user', 0, OCCUPANTS));
  const [owner] = clients;
  if (owner === undefined) throw new Error('a room needs an owner');
  await quiet(clients);
  const jid = `bench${job.pid}@${roomsOf(job.domain)}`;
  owner.onStanza = () => {};
  enter(owner, jid, 0);
  await quiet([owner]);
  const answer = await owner.iq('set', "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>", jid);
  if (!/\stype=['"]result['"]/.test(answer)) throw new Error(`the room stays locked: ${answer}`);
  for (const [index, client] of clients.entries()) {
    client.onStanza = () => {};
    if (index > 0) enter(client, jid, index);
  }
  await quiet(clients);
  const measurement = new Measurement(job.pid, job.seconds);
  fanOut(owner, clients, measurement, (n) => `<message to='${jid}' type='groupchat' id='g${n}'><body>${numbered(n)} ${'x'.repeat(60)}</body></message>`);
  const measure = await measurement.done;
  await sleep(200);
  measurement.assertComplete();
  await closeAll(clients);
  return measure;
}

function enter(client: Client, jid: string, index: number): void {
  client.send(`<presence to='${jid}/n${index}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
}
