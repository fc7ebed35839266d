/** The tables of who may change what: every cell. @module */
import { describe, expect, test } from 'vitest';
import type { Affiliation, Role } from '../../../machines/vocabulary.ts';
import { mayChangeAffiliation, mayChangeRole } from '../../../src/core/rooms/affiliations.ts';

const affiliations: readonly Affiliation[] = ['outcast', 'none', 'member', 'admin', 'owner'];

/** One row for each affiliation that a user has, one column for each that it is to get: Yes, Forbidden, Not allowed. */
const tables: Readonly<Record<Affiliation, readonly string[]>> = {
  owner: ['YYYYY', 'YYYYY', 'YYYYY', 'YYYYY', 'YYYYY'],
  admin: ['YYYFF', 'YYYFF', 'YYYFF', 'NFFFF', 'NFFFF'],
  member: ['FFFFF', 'FFFFF', 'FFFFF', 'FFFFF', 'FFFFF'],
  none: ['FFFFF', 'FFFFF', 'FFFFF', 'FFFFF', 'FFFFF'],
  outcast: ['FFFFF', 'FFFFF', 'FFFFF', 'FFFFF', 'FFFFF'],
};
const meaning: Readonly<Record<string, string>> = { Y: 'permitted', F: 'forbidden', N: 'not-allowed' };

describe('rooms: affiliations', () => {
  const cells = affiliations.flatMap((actor) => affiliations.flatMap((from, row) => affiliations.map((to, column) => ({ actor, from, to, expected: meaning[tables[actor][row]?.[column] ?? ''] }))));
  test.each(cells)('$actor changes $from to $to: $expected (XEP-0045 §5.2.2, §9.1, §10.3-§10.7)', ({ actor, from, to, expected }) => {
    expect(mayChangeAffiliation(actor, from, to)).toBe(expected);
  });
});

/** Who asks, as role and affiliation; whose role; then to moderator, participant, visitor, none. */
const rows: readonly (readonly [actor: string, target: string, answers: string])[] = [
  ['moderator owner', 'moderator owner', 'YNNY'], ['moderator owner', 'moderator admin', 'YNNY'], ['moderator owner', 'moderator member', 'YYYY'],
  ['moderator owner', 'participant none', 'YYYY'], ['moderator owner', 'visitor none', 'YYYY'],
  ['moderator admin', 'moderator owner', 'YNNN'], ['moderator admin', 'moderator admin', 'YNNY'], ['moderator admin', 'moderator none', 'YYYY'],
  ['moderator admin', 'participant member', 'YYYY'], ['moderator admin', 'visitor member', 'YYYY'],
  ['moderator member', 'moderator owner', 'FNNN'], ['moderator member', 'moderator member', 'FNNN'], ['moderator member', 'participant member', 'FYNY'],
  ['moderator member', 'participant none', 'FYYY'], ['moderator member', 'visitor member', 'FYYY'],
  ['moderator none', 'moderator none', 'FNNN'], ['moderator none', 'participant member', 'FNNN'], ['moderator none', 'participant none', 'FYYY'], ['moderator none', 'visitor none', 'FYYY'],
  ['participant none', 'visitor none', 'FFFF'], ['participant member', 'participant none', 'FFFF'], ['visitor none', 'visitor none', 'FFFF'],
  // An admin or owner who is not in the room is no moderator (§8), but may make one (§9.6).
  ['none owner', 'participant none', 'YFFF'], ['none admin', 'moderator none', 'YFFF'], ['none none', 'participant none', 'FFFF'],
];

describe('rooms: roles', () => {
  const roles: readonly Role[] = ['moderator', 'participant', 'visitor', 'none'];
  const standing = (text: string): { role: Role; affiliation: Affiliation } => {
    const [role = '', affiliation = ''] = text.split(' ');
    return { role: role as Role, affiliation: affiliation as Affiliation };
  };
  const cells = rows.flatMap(([actor, target, answers]) => roles.map((to, index) => ({ actor, target, to, expected: meaning[answers[index] ?? ''] })));
  test.each(cells)('$actor makes $target a $to: $expected (XEP-0045 §5.1.3, §8.2-§8.5, §9.6, §9.7)', ({ actor, target, to, expected }) => {
    expect(mayChangeRole(standing(actor), standing(target), to)).toBe(expected);
  });
});
