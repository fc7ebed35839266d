/** Programmes about blocking and privacy lists: who is blocked is told once that the user is gone, and what is under way meanwhile
 *  reaches nobody it should not. @module */
import { available, bareOf, block, chat, close, conceal, connect, cut, directed, join, leave, roster, subscription, unavailable, unblock } from '../schedules/programme.ts';
import { balcony, chamber, connected, garden, juliet, orchard, present, romeo, subscribed, tomb, tybalt, visited } from './cast.ts';
import { before } from './programme.ts';
import type { FederatedProgramme } from './programme.ts';

/** Tybalt, of the same server, is subscribed to Juliet. */
const subscribedHere = before([tomb, subscription('subscribe', juliet)], [balcony, subscription('subscribed', tybalt)]);

/** The smaller ones run with the tests. */
export const privacyProgrammes: readonly FederatedProgramme[] = [
  {
    name: 'a block across',
    about: 'Romeo, of another server, is subscribed to Juliet; she blocks him and goes, while he comes anew.',
    bounds: '2 servers, 2 users, 4 stanzas; the store answers at once',
    run: 'test',
    before: [...present(balcony, orchard), ...subscribed],
    clients: [{ jid: balcony, does: [block(romeo), unavailable] }, { jid: orchard, does: [unavailable, available()] }],
    isStoreQuick: true,
    pinned: [7, 386],
  },
  {
    name: 'a block across, and messages',
    about: 'Romeo, of another server, sends two messages to Juliet, while she blocks him.',
    bounds: '2 servers, 2 users, 3 stanzas',
    run: 'test',
    before: [...present(balcony), ...connected(orchard), ...before([balcony, chat(romeo)])],
    clients: [{ jid: balcony, does: [block(romeo)] }, { jid: orchard, does: [chat(juliet), chat(balcony)] }],
    pinned: [9, 410],
  },
  {
    name: 'a block, and what is under way',
    about: 'Tybalt, of the same server, writes to Juliet and shows himself, while she blocks him and lets him through again.',
    bounds: '1 server, 2 users, 4 stanzas',
    run: 'test',
    before: [...present(balcony, tomb)],
    clients: [{ jid: balcony, does: [block(tybalt), unblock(tybalt)] }, { jid: tomb, does: [chat(juliet), directed(balcony)] }],
    pinned: [30, 840],
  },
  {
    name: 'a block while presence changes',
    about: 'Tybalt, of the same server, is subscribed to Juliet; she blocks him and closes, while another resource of hers comes and goes.',
    bounds: '1 server, 2 users, 3 resources, 4 stanzas',
    run: 'full',
    before: [...present(balcony, tomb), ...subscribedHere, ...connected(chamber)],
    clients: [{ jid: balcony, does: [block(tybalt), close] }, { jid: chamber, does: [available(), unavailable] }],
    pinned: [20, 780],
  },
  {
    name: 'a block of who was told directly, and a dead transport',
    about: 'Juliet shows herself to Romeo, of another server and no contact, blocks him, and her transport dies; she comes again.',
    bounds: '2 servers, 2 users, 4 stanzas; the store answers at once',
    run: 'test',
    before: [...connected(balcony, orchard), ...before([balcony, directed(orchard)])],
    clients: [{ jid: balcony, does: [available(), block(romeo), cut, connect, available()] }, { jid: orchard, does: [available(), unavailable] }],
    isStoreQuick: true,
    pinned: [3, 162],
  },
  {
    name: 'a privacy list, and the end of the stream',
    about: 'Tybalt and Romeo, of two servers, are subscribed to Juliet; she hides from Romeo by an active privacy list, and closes.',
    bounds: '2 servers, 3 users, 4 stanzas; the store answers at once',
    run: 'test',
    before: [...present(balcony, tomb, orchard), ...subscribed, ...subscribedHere],
    clients: [{ jid: balcony, does: [conceal(romeo), available(1), close] }, { jid: orchard, does: [unavailable, available()] }],
    isStoreQuick: true,
    pinned: [10, 749],
  },
  {
    name: 'a privacy list before anybody is told',
    about: 'Romeo, of another server, is subscribed to Juliet; she connects, hides from him, becomes available and closes: he hears nothing of it.',
    bounds: '2 servers, 2 users, 3 stanzas; the store answers at once',
    run: 'test',
    before: [...present(balcony, orchard), ...subscribed, ...before([balcony, close])],
    clients: [{ jid: balcony, does: [connect, roster, conceal(romeo), available(), close] }, { jid: orchard, does: [unavailable, available()] }],
    isStoreQuick: true,
    pinned: [6, 407],
  },
  {
    name: 'a block of a room that has been left',
    about: 'Juliet, in a remote room, leaves it and closes, while another resource of hers blocks the room: its goodbye is heard no more.',
    bounds: '2 servers, 2 resources, 1 room, 3 stanzas; the store answers at once',
    run: 'test',
    rooms: 'rooms.mantua.test',
    before: [...connected(balcony, chamber), ...visited(garden), ...before([balcony, join(garden)])],
    clients: [{ jid: balcony, does: [leave(garden), close] }, { jid: chamber, does: [block(bareOf(garden))] }],
    isStoreQuick: true,
    pinned: [9, 486],
  },
  {
    name: 'a block of the room that somebody is in',
    about: 'Juliet, in a remote room, becomes available, blocks the room, goes unavailable and closes.',
    bounds: '2 servers, 1 room, 4 stanzas',
    run: 'full',
    rooms: 'rooms.mantua.test',
    before: [...connected(balcony), ...before([balcony, join(garden)])],
    clients: [{ jid: balcony, does: [available(), block(bareOf(garden)), unavailable, close] }],
    pinned: [32, 1_280],
  },
];
