/** Presence fan-out: one user changes presence again and again, and all contacts are told
 *  (RFC 6121 §4.4). @module */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import { CONTACTS, localparts } from './job.ts';
import type { Job, Measure } from './job.ts';
import { Measurement } from './measurement.ts';
import { fanOut } from './fan-out.ts';
import { numbered } from './sequence.ts';
import { closeAll, online, quiet } from './sessions.ts';

const BEFRIEND_TRIES = 60;

/** Measures deliveries of presence to all contacts. */
export async function presence(job: Job): Promise<Measure> {
  const clients = await online(job, localparts('ros', 0, CONTACTS + 1));
  const [user, ...contacts] = clients;
  if (user === undefined) throw new Error('presence needs a user');
  await quiet(clients);
  await befriend(user, contacts);
  await quiet(clients);
  const measurement = new Measurement(job.pid, job.seconds);
  fanOut(user, contacts, measurement, (n) => `<presence>${n % 2 === 1 ? '' : '<show>away</show>'}<status>${numbered(n)}</status></presence>`);
  const measure = await measurement.done;
  await sleep(200);
  measurement.assertComplete();
  await closeAll(clients);
  return measure;
}

/** Makes every subscription mutual (RFC 6121 §3.1), unless it is already. */
async function befriend(user: Client, contacts: readonly Client[]): Promise<void> {
  const known = await mutual(user);
  const strangers = contacts.filter((contact) => !known.has(contact.bareJid));
  for (const contact of strangers) contact.onStanza = (xml) => approve(contact, xml, true);
  user.onStanza = (xml) => approve(user, xml, false);
  for (const contact of strangers) user.send(`<presence to='${contact.bareJid}' type='subscribe'/>`);
  for (let tries = 0; strangers.length > 0; tries++) {
    await sleep(500);
    const now = await mutual(user);
    if (contacts.every((contact) => now.has(contact.bareJid))) break;
    if (tries === BEFRIEND_TRIES) throw new Error(`only ${now.size} of ${contacts.length} subscriptions became mutual`);
  }
  // Both sides must have been told before the measured presence is sent.
  await quiet([user, ...contacts]);
}

function approve(client: Client, xml: string, reciprocate: boolean): void {
  if (!/^<presence\b[^>]*\stype=['"]subscribe['"]/.test(xml)) return;
  const from = /\sfrom=['"]([^'"/]*)/.exec(xml)?.[1] ?? '';
  client.send(`<presence to='${from}' type='subscribed'/>`);
  if (reciprocate) client.send(`<presence to='${from}' type='subscribe'/>`);
}

async function mutual(user: Client): Promise<Set<string>> {
  const roster = await user.iq('get', "<query xmlns='jabber:iq:roster'/>");
  const items = roster.match(/<item\b[^>]*>/g) ?? [];
  return new Set(items.filter((item) => /\ssubscription=['"]both['"]/.test(item)).map((item) => /\sjid=['"]([^'"]*)['"]/.exec(item)?.[1] ?? ''));
}
