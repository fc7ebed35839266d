/** Identifiers that a room gives: to its occupants (XEP-0421), to what is said in it (XEP-0359). @module */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { Element } from 'ltx';
import type { BareJid } from '../../../machines/vocabulary.ts';
import { NS } from '../namespaces.ts';

/** The key of one room, so that a user's identifier in one says nothing of that in another (XEP-0421 §4.1). */
export function keyOf(secret: string, room: BareJid): Uint8Array {
  return hmac(sha256, utf8ToBytes(secret), utf8ToBytes(`occupants of ${room}`));
}

/** The identifier of a user in the room with this key: the same at each visit and under each nick. */
export function occupantIdOf(key: Uint8Array, user: BareJid): string {
  return bytesToHex(hmac(sha256, key, utf8ToBytes(user))).slice(0, 40);
}

/** The element that carries one. */
export function occupantIdElement(id: string): Element {
  return new Element('occupant-id', { xmlns: NS.occupantIds, id });
}

/** The `id` of a message whose sender has given it none: it comes once only, and is no secret (XEP-0045 §7.4). */
export const messageIdOf = (at: number, number: number): string => `${at.toString(36)}-${number.toString(36)}`;

/** An identifier that comes once only, and that nobody can guess (XEP-0359 §3).
 *  @param number how many the room has given */
export function stanzaIdOf(key: Uint8Array, at: number, number: number): string {
  return bytesToHex(sha256(concatBytes(key, utf8ToBytes(`${at} ${number}`)))).slice(0, 32);
}
