/** Who is in the programmes of two servers, and how they begin. @module */
import { available, chat, connect, join, leave, roster, subscription } from '../schedules/programme.ts';
import type { Client } from '../schedules/programme.ts';
import { before } from './programme.ts';

/** Of the first server. */
export const juliet = 'juliet@verona.test';
/** One of Juliet's resources. */
export const balcony = `${juliet}/balcony`;
/** Another of hers. */
export const chamber = `${juliet}/chamber`;
/** Of the other server. */
export const romeo = 'romeo@mantua.test';
/** One of Romeo's resources. */
export const orchard = `${romeo}/orchard`;
/** Another of his. */
export const street = `${romeo}/street`;
/** Of the first server too. */
export const tybalt = 'tybalt@verona.test';
/** His resource. */
export const tomb = `${tybalt}/tomb`;
/** Of the other server, and a stranger to everybody. */
export const hall = 'nurse@mantua.test/hall';

/** Of the first server, and nobody's business. */
export const square = 'benvolio@verona.test/square';

/** Juliet in a room of the other server. */
export const garden = 'garden@rooms.mantua.test/jules';
/** Juliet in another. */
export const vault = 'vault@rooms.mantua.test/jules';
/** Juliet in a room of her own server. */
export const chapel = 'chapel@rooms.verona.test/jules';
/** Juliet in another. */
export const crypt = 'crypt@rooms.verona.test/jules';

/** Resources that are connected and never were available. */
export const connected = (...jids: string[]): Client[] => before(...jids.map((jid) => [jid, connect] as const));

/** Resources that are available, and interested in their roster. */
export const present = (...jids: string[]): Client[] => before(...jids.map((jid) => [jid, connect, roster, available()] as const));

/** The link from one user's server to the other's is up, and so is the way back. */
export const linked = (from: string, to: string): Client[] => before([from, chat(to)], [to, chat(from)]);

/** Juliet has been in a room and left it, so that there is a link to it. */
export const visited = (occupant: string): Client[] => before([balcony, join(occupant), leave(occupant)]);

/** Romeo is subscribed to Juliet. */
export const subscribed: readonly Client[] = before([orchard, subscription('subscribe', juliet)], [balcony, subscription('subscribed', romeo)]);
