/** The form in which a room is configured: every option of XEP-0045 §16.5.3, how it is shown, and which of its
 *  values make sense. Spec: XEP-0045 §10.1.3, §10.2. Not here: what a change leads to (owner.ts). @module */
import type { RoomLimits } from '../config.ts';
import { StanzaError } from '../stanza-error.ts';
import { presentRoles } from './configuration.ts';
import type { Configuration } from './configuration.ts';
import { booleanOf } from './forms.ts';
import type { FormField, Submitted } from './forms.ts';

/** One option: how it is shown, and what becomes of the configuration when it is submitted; undefined when the values
 *  make no sense. */
interface Option {
  readonly var: string;
  readonly type: string;
  readonly label: string;
  options?(limits: RoomLimits): readonly (readonly [value: string, label: string])[];
  values(configuration: Configuration): readonly string[];
  set(configuration: Configuration, values: readonly string[], limits: RoomLimits): Configuration | undefined;
}

type KeyOf<T> = { readonly [K in keyof Configuration]: Configuration[K] extends T ? T extends Configuration[K] ? K : never : never }[keyof Configuration];

function toggle(name: string, label: string, key: KeyOf<boolean>): Option {
  return {
    var: name, type: 'boolean', label,
    values: (configuration) => [configuration[key] ? '1' : '0'],
    set(configuration, [value]) {
      const is = booleanOf(value);
      return is === undefined ? undefined : { ...configuration, [key]: is };
    },
  };
}

function text(name: string, type: string, label: string, key: KeyOf<string>): Option {
  return {
    var: name, type, label,
    values: (configuration) => (configuration[key] === '' ? [] : [configuration[key]]),
    set: (configuration, values) => (values.length > 1 ? undefined : { ...configuration, [key]: values[0] ?? '' }),
  };
}

function choice(name: string, label: string, key: 'privateMessages' | 'whois', options: readonly (readonly [string, string])[]): Option {
  return {
    var: name, type: 'list-single', label,
    options: () => options,
    values: (configuration) => [configuration[key]],
    set: (configuration, values) => (values.length === 1 && options.some(([value]) => value === values[0]) ? { ...configuration, [key]: values[0] } : undefined),
  };
}

function roles(name: string, label: string, key: 'memberList' | 'presenceBroadcast'): Option {
  return {
    var: name, type: 'list-multi', label,
    options: () => presentRoles.map((role) => [role, role]),
    values: (configuration) => configuration[key],
    set: (configuration, values) => (values.every((value) => (presentRoles as readonly string[]).includes(value)) ? { ...configuration, [key]: presentRoles.filter((role) => values.includes(role)) } : undefined),
  };
}

function count(name: string, type: string, label: string, key: 'maxUsers' | 'maxHistory', least: number, mostOf: (limits: RoomLimits) => number): Option {
  return {
    var: name, type, label,
    ...(type === 'list-single' ? { options: (limits) => sizes.filter((size) => size < mostOf(limits)).concat(mostOf(limits)).map((size) => [String(size), String(size)] as const) } : {}),
    values: (configuration) => [String(configuration[key])],
    set(configuration, [value = ''], limits) {
      const number = /^\d{1,9}$/.test(value) ? Number(value) : -1;
      return number < least || number > mostOf(limits) ? undefined : { ...configuration, [key]: number };
    },
  };
}

const sizes = [10, 20, 50, 100, 200, 500, 1_000];

/** In the order in which they are shown. */
const options: readonly Option[] = [
  text('muc#roomconfig_roomname', 'text-single', 'Natural-language room name', 'name'),
  text('muc#roomconfig_roomdesc', 'text-single', 'Short description of the room', 'description'),
  text('muc#roomconfig_lang', 'text-single', 'Natural language of the discussions', 'language'),
  toggle('muc#roomconfig_persistentroom', 'Keep the room when everybody has left?', 'isPersistent'),
  toggle('muc#roomconfig_publicroom', 'List the room in public?', 'isPublic'),
  toggle('muc#roomconfig_moderatedroom', 'Is voice granted by moderators only?', 'isModerated'),
  toggle('muc#roomconfig_membersonly', 'May only members enter?', 'isMembersOnly'),
  toggle('muc#roomconfig_allowinvites', 'May members invite others to a members-only room?', 'mayInvite'),
  toggle('muc#roomconfig_passwordprotectedroom', 'Does it take a password to enter?', 'isPasswordProtected'),
  text('muc#roomconfig_roomsecret', 'text-private', 'The password', 'password'),
  choice('muc#roomconfig_whois', 'Who may see the addresses of occupants', 'whois', [['moderators', 'Moderators only'], ['anyone', 'Everybody']]),
  toggle('muc#roomconfig_changesubject', 'May participants change the subject?', 'mayChangeSubject'),
  choice('muc#roomconfig_allowpm', 'Who may send private messages', 'privateMessages', [['anyone', 'Everybody'], ['participants', 'Who has voice'], ['moderators', 'Moderators only'], ['none', 'Nobody']]),
  roles('muc#roomconfig_presencebroadcast', 'Roles whose presence is broadcast', 'presenceBroadcast'),
  roles('muc#roomconfig_getmemberlist', 'Roles that may retrieve the member list', 'memberList'),
  count('muc#roomconfig_maxusers', 'list-single', 'Maximum number of occupants', 'maxUsers', 1, ({ occupants }) => occupants),
  count('muc#maxhistoryfetch', 'text-single', 'Maximum number of history messages', 'maxHistory', 0, ({ history }) => history),
  toggle('muc#roomconfig_enablelogging', 'Are the discussions logged in public?', 'isLogged'),
  text('muc#roomconfig_pubsub', 'text-single', 'XMPP URI of an associated publish-subscribe node', 'pubsub'),
];

/** The fields of the form, with what is configured. */
export function fieldsOf(configuration: Configuration, limits: RoomLimits): readonly FormField[] {
  return options.map((option) => ({
    var: option.var, type: option.type, label: option.label, values: option.values(configuration),
    ...(option.options === undefined ? {} : { options: option.options(limits) }),
  }));
}

/** The options as they are kept, by name. */
export function optionsOf(configuration: Configuration): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(options.map((option) => [option.var, option.values(configuration)]));
}

/** The configuration after a form was submitted; what it does not mention stays (XEP-0045 §10.2), and so does what
 *  nobody knows (XEP-0004 §3.2).
 *  @returns `not-acceptable` where the options make no sense, alone or together (XEP-0045 §10.1.3) */
export function configured(before: Configuration, submitted: Submitted, limits: RoomLimits): Configuration | StanzaError {
  let configuration = before;
  for (const option of options) {
    const values = submitted.get(option.var);
    const next = values === undefined ? configuration : option.set(configuration, values, limits);
    if (next === undefined) return new StanzaError('not-acceptable', `The value of ${option.var} makes no sense.`);
    configuration = next;
  }
  if (configuration.isPasswordProtected && configuration.password === '') return new StanzaError('not-acceptable', 'A password is needed.');
  return configuration;
}

/** The configuration that was kept; what makes no sense under the present limits stays at its default. */
export function restored(initial: Configuration, kept: Readonly<Record<string, readonly string[]>>, limits: RoomLimits): Configuration {
  return options.reduce((configuration, option) => option.set(configuration, kept[option.var] ?? option.values(configuration), limits) ?? configuration, initial);
}
