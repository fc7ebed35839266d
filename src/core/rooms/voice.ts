/** A visitor asks for voice, and a moderator says yes or no. Spec: XEP-0045 §7.13, §8.6. Not here: voice that a moderator
 *  grants or revokes unasked (admin.ts). @module */
import { Element } from 'ltx';
import { NS } from '../namespaces.ts';
import { StanzaError } from '../stanza-error.ts';
import { refuse } from './answer.ts';
import { booleanOf, formElement, readForm } from './forms.ts';
import { occupantOf } from './nick.ts';
import { advanceOccupant } from './occupants.ts';
import { addressesOf, occupantAt, roleOf } from './room.ts';
import type { Occupant, Received, Room, Sent } from './room.ts';

/** A form of the type muc#request, sent to the room. */
export function receiveVoiceForm(room: Room, received: Received, form: Element): readonly Sent[] {
  const occupant = occupantAt(room, received.from);
  if (occupant === undefined) return refuse(received, 'not-acceptable');
  if (form.attrs.type === 'cancel') return [];
  const submitted = readForm(form, NS.mucRequest, room.surroundings.limits);
  if (submitted instanceof StanzaError) return refuse(received, submitted);
  if (submitted.get('muc#role')?.[0] !== 'participant') return refuse(received, 'bad-request');
  if (!submitted.has('muc#request_allow')) return ask(room, occupant, received);
  if (roleOf(occupant) !== 'moderator') return refuse(received, 'forbidden');
  const visitor = occupantOf(room, submitted.get('muc#roomnick')?.[0]);
  if (visitor === undefined) return refuse(received, 'item-not-found');
  const isGranted = booleanOf(submitted.get('muc#request_allow')?.[0]) === true && roleOf(visitor) === 'visitor';
  return isGranted ? advanceOccupant(room, visitor, { type: 'role.changed', role: 'participant' }, { actor: occupant.nick }) : [];
}

/** The moderators are asked; who has voice needs none. */
function ask(room: Room, visitor: Occupant, received: Received): readonly Sent[] {
  if (roleOf(visitor) !== 'visitor') return refuse(received, new StanzaError('not-allowed', 'You have voice.'));
  const message = new Element('message', { from: room.jid.bare });
  message.cnode(formElement('form', NS.mucRequest, [
    { var: 'muc#role', type: 'list-single', label: 'Requested role', values: ['participant'], options: [['participant', 'Participant']] },
    { var: 'muc#jid', type: 'jid-single', label: 'User', values: [received.from.full ?? received.from.bare] },
    { var: 'muc#roomnick', type: 'text-single', label: 'Nick in the room', values: [visitor.nick] },
    { var: 'muc#request_allow', type: 'boolean', label: 'Grant voice to this person?', values: ['false'] },
  ], { title: 'Voice request', instructions: 'Submit the form to grant voice; to leave it at that, cancel.' }));
  const moderators = addressesOf([...room.occupants.values()].filter((each) => roleOf(each) === 'moderator'));
  return moderators.length === 0 ? [] : [{ stanza: message, to: moderators }];
}
