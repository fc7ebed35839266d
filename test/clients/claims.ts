/** What must hold for every real client, whatever its library and transport. The other side is always
 *  the same: Juliet, by another client process over STARTTLS. Each claim goes on where the one before
 *  it has ended. @module */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startClient } from './client.ts';
import type { Client, Login, Session } from './client.ts';
import { password } from './server.ts';
import type { Services, TestServer } from './server.ts';

/** One client over one transport. */
export interface Row {
  readonly client: string;
  readonly command: readonly string[];
  readonly over: keyof Services;
  /** What the client has to choose from what is offered: the strongest that it knows. */
  readonly mechanism: string;
  /** The package that is missing here, so that nothing can be tested. */
  readonly lacks?: string | undefined;
}

/** The program that plays Juliet. */
export const referenceProgram = [process.execPath, new URL('programs/xmpp-client.ts', import.meta.url).pathname];

const transports = { starttls: 'TCP with STARTTLS', tls: 'TCP with direct TLS', ws: 'WebSocket', wss: 'WebSocket over TLS' };

/** What the title of a test that may be skipped ends with. */
export const reasonOf = (lacks: string | undefined): string => (lacks === undefined ? '' : ` (skipped: ${lacks} is not installed)`);

/** The localparts of a row's two accounts. */
export const accountsOf = ({ client, over }: Pick<Row, 'client' | 'over'>): { readonly romeo: string; readonly juliet: string } => {
  const suffix = `${client}-${over}`.replaceAll(/[^a-z-]/g, '');
  return { romeo: `romeo-${suffix}`, juliet: `juliet-${suffix}` };
};

/** Declares the claims about a row.
 *  @param server gives the server once the tests run */
export function claims(row: Row, server: () => TestServer): void {
  const { client, command, over, mechanism, lacks } = row;
  const accounts = accountsOf(row);
  const juliet = `${accounts.juliet}@localhost`;
  const romeo = `${accounts.romeo}@localhost`;
  const romeoFull = `${romeo}/orchard`;
  const julietFull = `${juliet}/balcony`;

  describe.skipIf(lacks)(`${client} over ${transports[over]}${reasonOf(lacks)}`, () => {
    let his: Client;
    let hers: Client;
    let session: Session;
    const login = (): Login => ({ service: server().services[over], username: accounts.romeo, password, resource: 'orchard' });

    beforeAll(async () => {
      const { trust, services } = server();
      his = startClient(command, trust);
      hers = startClient(referenceProgram, trust);
      await hers.connect({ service: services.starttls, username: accounts.juliet, password, resource: 'balcony' });
      session = await his.connect(login());
    });

    afterAll(() => Promise.all([his.end(), hers.end()]));

    test(`it logs in with ${mechanism} and binds the resource that it wants (RFC 6120 §6, §7.7)`, () => {
      expect(session).toEqual({ jid: romeoFull, mechanism });
    });

    test('two clients that have sent no presence hear each other (RFC 6121 §8.5.2, DESIGN D3)', async () => {
      await his.message(juliet, 'She speaks.');
      await hers.see({ kind: 'message', from: romeoFull, body: 'She speaks.' });
      await hers.message(romeo, 'O Romeo, Romeo & <thou> ☾');
      await his.see({ kind: 'message', from: julietFull, body: 'O Romeo, Romeo & <thou> ☾' });
      await hers.message(romeoFull, 'To the full JID.');
      expect(await his.see({ kind: 'message' })).toEqual({ kind: 'message', from: julietFull, body: 'To the full JID.' });
    });

    test('a contact that is set is pushed, and stands in the roster (RFC 6121 §2.1.5, §2.1.6)', async () => {
      expect(await his.roster()).toEqual([]);
      await his.setContact(juliet, 'Juliet');
      await his.see({ kind: 'push', jid: juliet, name: 'Juliet', subscription: 'none' });
      expect(await his.roster()).toEqual([expect.objectContaining({ jid: juliet, name: 'Juliet', subscription: 'none' })]);
    });

    test('two requests and two approvals make a subscription mutual (RFC 6121 §3.1)', async () => {
      await hers.roster();
      await Promise.all([his.presence(), hers.presence()]);
      await his.presence('subscribe', juliet);
      await hers.see({ kind: 'presence', from: romeo, type: 'subscribe' });
      await hers.presence('subscribed', romeo);
      await his.see({ kind: 'push', jid: juliet, subscription: 'to' });
      await his.see({ kind: 'presence', from: julietFull, type: 'available' });
      await hers.presence('subscribe', romeo);
      await his.see({ kind: 'presence', from: juliet, type: 'subscribe' });
      await his.presence('subscribed', juliet);
      await hers.see({ kind: 'presence', from: romeoFull, type: 'available' });
      await Promise.all([his.see({ kind: 'push', jid: juliet, subscription: 'both' }), hers.see({ kind: 'push', jid: romeo, subscription: 'both' })]);
      expect(await his.roster()).toEqual([expect.objectContaining({ jid: juliet, subscription: 'both' })]);
    });

    test('who is unavailable is still reached, and its contact knows that it is (RFC 6121 §4.5.2, DESIGN D4)', async () => {
      await his.presence('unavailable');
      await hers.see({ kind: 'presence', from: romeoFull, type: 'unavailable' });
      await hers.message(romeo, 'Art thou there?');
      expect(await his.see({ kind: 'message' })).toEqual({ kind: 'message', from: julietFull, body: 'Art thou there?' });
    });

    test('what comes while nobody is connected waits, and bears its time (XEP-0160, XEP-0203)', async () => {
      const since = Date.now();
      await his.disconnect();
      for (const body of ['Good night.', 'Good night again.']) await hers.message(romeo, body);
      // An answer to her shows that the server is done with what she has sent before.
      await hers.roster();
      expect(await his.connect(login())).toEqual(session);
      await his.presence();
      for (const body of ['Good night.', 'Good night again.']) {
        const { delay, ...message } = await his.see({ kind: 'message' });
        expect(message).toEqual({ kind: 'message', from: julietFull, body });
        expect(Date.parse(delay ?? '')).toBeGreaterThanOrEqual(Math.floor(since / 1000) * 1000);
      }
      await hers.see({ kind: 'presence', from: romeoFull, type: 'available' });
      // By the time it answers, the server knows that they have left; until then it would deliver them again.
      await his.roster();
    });

    test('a client that loses its transport comes back with its resource, and is reached (RFC 6120 §4.6, §7.7.2.2)', async () => {
      expect(await his.relapse()).toEqual(session);
      await hers.see({ kind: 'presence', from: romeoFull, type: 'unavailable' });
      await hers.message(romeoFull, 'Wilt thou be gone?');
      expect(await his.see({ kind: 'message' })).toEqual({ kind: 'message', from: julietFull, body: 'Wilt thou be gone?' });
      await his.disconnect();
    });
  });
}
