/** The options of a room: what is shown is what was submitted, and what makes no sense is refused. @module */
import { Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { defaultRoomLimits as limits } from '../../../src/core/config.ts';
import { configured, fieldsOf, optionsOf, restored } from '../../../src/core/rooms/configuration-form.ts';
import { defaultConfiguration, statusesOfChange } from '../../../src/core/rooms/configuration.ts';
import type { Configuration } from '../../../src/core/rooms/configuration.ts';
import { readForm } from '../../../src/core/rooms/forms.ts';
import { StanzaError } from '../../../src/core/stanza-error.ts';

const initial = defaultConfiguration(limits.occupants, limits.history);
const submit = (fields: Record<string, readonly string[]>): Configuration | StanzaError => configured(initial, new Map(Object.entries(fields)), limits);

/** Every option with a value of its own. */
const another: Readonly<Record<string, readonly string[]>> = {
  'muc#roomconfig_roomname': ['Verona'], 'muc#roomconfig_roomdesc': ['Fair'], 'muc#roomconfig_lang': ['it'], 'muc#roomconfig_persistentroom': ['1'],
  'muc#roomconfig_publicroom': ['0'], 'muc#roomconfig_moderatedroom': ['1'], 'muc#roomconfig_membersonly': ['1'], 'muc#roomconfig_allowinvites': ['1'],
  'muc#roomconfig_passwordprotectedroom': ['1'], 'muc#roomconfig_roomsecret': ['mantua'], 'muc#roomconfig_whois': ['anyone'], 'muc#roomconfig_changesubject': ['1'],
  'muc#roomconfig_allowpm': ['participants'], 'muc#roomconfig_presencebroadcast': ['moderator'], 'muc#roomconfig_getmemberlist': [], 'muc#roomconfig_maxusers': ['7'],
  'muc#maxhistoryfetch': ['3'], 'muc#roomconfig_enablelogging': ['1'], 'muc#roomconfig_pubsub': ['xmpp:pubsub.localhost?;node=verona'],
};

describe('rooms: options (XEP-0045 §16.5.3)', () => {
  test('each is shown, can be changed, and is kept', () => {
    expect(fieldsOf(initial, limits).map((field) => field.var).sort()).toEqual(Object.keys(another).sort());
    const changed = submit(another);
    if (changed instanceof StanzaError) throw new Error(changed.text);
    expect(optionsOf(changed)).toEqual(another);
    for (const [name, values] of Object.entries(optionsOf(initial))) expect([name, another[name]]).not.toEqual([name, values]);
    expect(restored(initial, optionsOf(changed), limits)).toEqual(changed);
  });

  test('what a form does not mention stays, and what nobody knows is passed over (XEP-0004 §3.2)', () => {
    expect(submit({})).toEqual(initial);
    expect(submit({ 'muc#roomconfig_clearance': ['high'] })).toEqual(initial);
  });

  test.each([
    ['muc#roomconfig_publicroom', 'perhaps'], ['muc#roomconfig_whois', 'nobody'], ['muc#roomconfig_allowpm', 'everyone'], ['muc#roomconfig_maxusers', '0'],
    ['muc#roomconfig_maxusers', String(limits.occupants + 1)], ['muc#roomconfig_maxusers', 'none'], ['muc#maxhistoryfetch', '-1'], ['muc#maxhistoryfetch', String(limits.history + 1)],
    ['muc#roomconfig_presencebroadcast', 'owner'], ['muc#roomconfig_passwordprotectedroom', '1'],
  ])('%s = %s is not acceptable (§10.1.3)', (name, value) => {
    expect(submit({ [name]: [value] })).toMatchObject({ condition: 'not-acceptable' });
  });

  test('what was kept under other limits comes back as far as it may', () => {
    expect(restored(initial, { 'muc#roomconfig_maxusers': ['999999'], 'muc#roomconfig_roomname': ['Verona'] }, limits)).toEqual({ ...initial, name: 'Verona' });
  });

  test.each<[Partial<Configuration>, number[]]>([
    [{}, []], [{ isLogged: true }, [170]], [{ whois: 'anyone' }, [172]], [{ name: 'Verona' }, [104]], [{ presenceBroadcast: [] }, [104]], [{ isLogged: true, whois: 'anyone', isModerated: true }, [170, 172, 104]],
  ])('a change of %o is announced with %o (§10.2.1)', (change, statuses) => {
    expect(statusesOfChange(initial, { ...initial, ...change })).toEqual(statuses);
  });

  test('privacy that comes back is announced with 171 and 173 (§10.2.1)', () => {
    expect(statusesOfChange({ ...initial, isLogged: true, whois: 'anyone' }, initial)).toEqual([171, 173]);
  });
});

describe('rooms: forms (XEP-0004)', () => {
  const form = (fields: readonly (readonly [name: string, ...values: string[]])[]): Element => {
    const x = new Element('x', { xmlns: 'jabber:x:data', type: 'submit' });
    for (const [name, ...values] of fields) {
      const field = x.c('field', { var: name });
      for (const value of values) field.c('value').t(value);
    }
    return x;
  };

  test('a form without fields needs no FORM_TYPE (XEP-0045 §10.1.2); any other needs the right one', () => {
    expect(readForm(form([]), 'a', limits)).toEqual(new Map());
    expect(readForm(form([['FORM_TYPE', 'a'], ['x', '1', '2']]), 'a', limits)).toEqual(new Map([['FORM_TYPE', ['a']], ['x', ['1', '2']]]));
    expect(readForm(form([['x', '1']]), 'a', limits)).toMatchObject({ condition: 'bad-request' });
    expect(readForm(form([['FORM_TYPE', 'b']]), 'a', limits)).toMatchObject({ condition: 'bad-request' });
  });

  test('a form too big is refused', () => {
    const many = Array.from({ length: limits.fields }, (_, n) => [`x${n}`, '1'] as const);
    expect(readForm(form([['FORM_TYPE', 'a'], ...many]), 'a', limits)).toMatchObject({ condition: 'resource-constraint' });
    expect(readForm(form([['FORM_TYPE', 'a'], ['x', 'y'.repeat(limits.fieldCharacters + 1)]]), 'a', limits)).toMatchObject({ condition: 'resource-constraint' });
  });
});
