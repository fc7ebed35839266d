/** Rooms that are no part of this project, as a component (XEP-0114): the second opinion on what a room says and in which
 *  order. They answer one stanza at a time, when their turn comes. Spec: XEP-0045 §7.2, §7.14. @module */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { parse } from 'ltx';
import { NS } from '../../../src/core/namespaces.ts';

/** What shows the server that the component knows the secret (XEP-0114 §3). */
export const handshakeOf = (id: string, secret: string): string => bytesToHex(sha1(utf8ToBytes(id + secret)));

/** Rooms, and who is in them. */
export class ModelRooms {
  /** Full JIDs with their nicks, by room. */
  readonly #occupants = new Map<string, Map<string, string>>();
  readonly #waiting: string[] = [];
  isSilent = false;

  /** Takes a stanza. */
  hear(xml: string): void {
    this.#waiting.push(xml);
  }

  get mayAnswer(): boolean {
    return this.#waiting.length > 0;
  }

  /** Answers the oldest stanza.
   *  @returns what it says, in order */
  answer(): string[] {
    const xml = this.#waiting.shift();
    return xml === undefined || this.isSilent ? [] : this.#answerTo(xml);
  }

  #answerTo(xml: string): string[] {
    const { name, attrs: { from = '', to = '', type, id } } = parse(xml);
    const [room = '', nick = ''] = to.split('/');
    const idText = id === undefined ? '' : ` id="${id}"`;
    if (name === 'iq') return type === 'get' || type === 'set' ? [`<iq${idText} from="${to}" to="${from}" type="result"/>`] : [];
    if (name !== 'presence') return [];
    const occupants = this.#occupants.get(room) ?? new Map<string, string>();
    this.#occupants.set(room, occupants);
    const others = [...occupants].filter(([jid]) => jid !== from);
    if (type === undefined) {
      occupants.set(from, nick);
      const shown = others.map(([, other]) => presence(`${room}/${other}`, from, '', false));
      return [...shown, ...others.map(([jid]) => presence(`${room}/${nick}`, jid, '', false)), presence(`${room}/${nick}`, from, idText, true)];
    }
    const known = occupants.get(from);
    if ((type !== 'unavailable' && type !== 'error') || known === undefined) return [];
    occupants.delete(from);
    const gone = ' type="unavailable"';
    return [...others.map(([jid]) => presence(`${room}/${known}`, jid, gone, false)), ...(type === 'error' ? [] : [presence(`${room}/${known}`, from, `${idText}${gone}`, true)])];
  }
}

/** Status 110: it is the occupant itself (XEP-0045 §7.2.2). */
const presence = (from: string, to: string, attributes: string, isSelf: boolean): string =>
  `<presence from="${from}" to="${to}"${attributes}><x xmlns="${NS.mucUser}">${isSelf ? '<status code="110"/>' : ''}</x></presence>`;
