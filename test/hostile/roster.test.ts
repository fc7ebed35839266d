/** Roster sets that break a rule, or claim what a client can't. Spec: RFC 6121 §2.
 *  Not here: requests that are none at all (stanza.test.ts). @module */
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
import type { StanzaErrorCondition } from '../../machines/vocabulary.ts';
import { NS } from '../../src/core/namespaces.ts';
import { answersTo, bound } from './dialogue.ts';
import { besiege } from './siege.ts';

const siege = besiege();

const set = (items: string, attributes = ''): string => `<iq type='set' id='r1'${attributes}><query xmlns='${NS.roster}'>${items}</query></iq>`;
const item = (inside = '', attributes = ''): string => `<item jid='nurse@localhost'${attributes}>${inside}</item>`;
const get = `<iq type='get' id='r2'><query xmlns='${NS.roster}'/></iq>`;
const groups = (...names: string[]): string => names.map((name) => `<group>${name}</group>`).join('');

describe.concurrent('roster: a set that is refused', () => {
  it.each<readonly [string, string, string, StanzaErrorCondition, string]>([
    ['two items', '§2.3.3', set(item() + "<item jid='friar@localhost'/>"), 'bad-request', 'modify'],
    ['no item', '§2.1.5', set(''), 'bad-request', 'modify'],
    ['something beside its item', '§2.1.5', set(`${item()}<x xmlns='urn:x'/>`), 'bad-request', 'modify'],
    ['an item without a JID', '§2.1.2.3', set("<item name='Nurse'/>"), 'bad-request', 'modify'],
    ['an item with a malformed JID', '§2.1.2.3', set("<item jid='@'/>"), 'bad-request', 'modify'],
    ['one group twice', '§2.3.3', set(item(groups('Servants', 'Servants'))), 'bad-request', 'modify'],
    ['a group without a name', '§2.3.3', set(item(groups(''))), 'not-acceptable', 'modify'],
    ['a group with too long a name', '§2.3.3', set(item(groups('g'.repeat(1_024)))), 'not-acceptable', 'modify'],
    ['too many groups', '§2.3.3', set(item(groups(...Array.from({ length: 51 }, (_, n) => `g${n}`)))), 'not-acceptable', 'modify'],
    ['too long a name', '§2.3.3', set(item('', ` name='${'n'.repeat(1_024)}'`)), 'not-acceptable', 'modify'],
    ['the removal of who is not in it', '§2.5.3', set(item('', " subscription='remove'")), 'item-not-found', 'cancel'],
    ['the roster of somebody else', '§2.3.3', set(item(), " to='juliet@localhost'"), 'forbidden', 'auth'],
    ['the roster of nobody', '§2.3.3', set(item(), " to='nobody@localhost'"), 'forbidden', 'auth'],
  ])('roster: %s (RFC 6121 %s)', async (_attack, _section, stanza, condition, type) => {
    const client = await bound(await siege.tcp(), 'mallory');
    const answer = parse(await answersTo(client, stanza));
    expect(answer.attrs).toMatchObject({ type: 'error', id: 'r1' });
    expect(answer.getChild('error')?.attrs['type']).toBe(type);
    expect(answer.getChild('error')?.getChild(condition, NS.stanzas)).toBeDefined();
    // Nothing of it was kept.
    expect(await answersTo(client, get)).not.toContain('nurse');
    client.destroy();
  });

  it('roster: that of somebody else is not read either (RFC 6121 §2, §2.1.3)', async () => {
    const client = await bound(await siege.tcp(), 'mallory');
    expect(await answersTo(client, get.replace('>', " to='juliet@localhost'>"))).toContain('<error type="auth"><forbidden');
    client.destroy();
  });
});

describe('roster: a set that claims too much', () => {
  it.each([
    ['a subscription', " subscription='both'"],
    ['a request', " ask='subscribe'"],
    ['an approval', " approved='true'"],
    ['what the RFC doesn\'t know', " subscription='everything' admin='true'"],
  ])('roster: %s that the client gives itself is passed over (RFC 6121 §2.1.2)', async (_attack, claim) => {
    const client = await bound(await siege.tcp(), 'tybalt');
    await answersTo(client, get);
    await answersTo(client, set(item('', claim)));
    const kept = parse(await answersTo(client, get)).getChild('query')?.getChildElements();
    expect(kept?.map((element) => element.attrs)).toEqual([{ jid: 'nurse@localhost', subscription: 'none' }]);
    await answersTo(client, set(item('', " subscription='remove'")));
    client.destroy();
  });

  it('roster: a push that the client makes up reaches nobody (RFC 6121 §2.1.6)', async () => {
    const client = await bound(await siege.tcp(), 'mallory');
    expect(await answersTo(client, set(item('', " subscription='both'"), " to='juliet@localhost/balcony'"))).toContain('<service-unavailable');
    client.destroy();
  });
});
