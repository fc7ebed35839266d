/** Who is in the programmes, and how they begin. @module */
import { available, connect, roster, subscription } from './programme.ts';
import type { Client } from './programme.ts';

/** Whose presence others want to know. */
export const juliet = 'juliet@localhost';
/** One of Juliet's resources. */
export const balcony = `${juliet}/balcony`;
/** Another of hers. */
export const chamber = `${juliet}/chamber`;
/** To whom messages go. */
export const romeo = 'romeo@localhost';
/** One of Romeo's resources. */
export const orchard = `${romeo}/orchard`;
/** Another of his. */
export const street = `${romeo}/street`;
/** Of a user whom nobody subscribes to. */
export const hall = 'nurse@localhost/hall';

/** Resources that are connected and never were available. */
export const connected = (...jids: string[]): Client[] => jids.map((jid) => ({ jid, does: [connect] }));

/** Resources that are available, and interested in their roster. */
export const present = (...jids: string[]): Client[] => jids.map((jid) => ({ jid, does: [connect, roster, available()] }));

/** Romeo is subscribed to Juliet, once `balcony` and `orchard` are present. */
export const subscribed: readonly Client[] = [
  { jid: balcony, does: [subscription('subscribed', romeo)] },
  { jid: orchard, does: [subscription('subscribe', juliet)] },
];

/** Both are subscribed to each other. */
export const mutual: readonly Client[] = [
  ...subscribed,
  { jid: orchard, does: [subscription('subscribed', juliet)] },
  { jid: balcony, does: [subscription('subscribe', romeo)] },
];
