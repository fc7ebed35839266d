/** How much of the history a newcomer is sent. @module */
import { parse } from 'ltx';
import { describe, expect, test } from 'vitest';
import { History, historyLimitsOf, stampOf } from '../../../src/core/rooms/history.ts';

const at = Date.UTC(2026, 10, 23, 12);
const minute = 60_000;

/** Five messages of ten characters each, one a minute, the last one just now. */
function five(most = 100, characters = 1_000): History {
  const history = new History(most, characters);
  for (let n = 1; n <= 5; n += 1) history.add({ at: at - (5 - n) * minute, xml: `<m n="${n}" />` });
  return history;
}
const numbers = (history: History, wanted: string, most = 100): string =>
  history.select(historyLimitsOf(parse(wanted), at), most).map(({ xml }) => /\d/.exec(xml)?.[0]).join('');

describe('rooms: history (XEP-0045 §7.2.14)', () => {
  test.each([
    ['<history/>', '12345'], ['<history maxstanzas="0"/>', ''], ['<history maxstanzas="2"/>', '45'], ['<history maxstanzas="9"/>', '12345'],
    ['<history maxchars="0"/>', ''], ['<history maxchars="10"/>', ''], ['<history maxchars="11"/>', '5'], ['<history maxchars="32"/>', '45'],
    ['<history seconds="0"/>', '5'], ['<history seconds="59"/>', '5'], ['<history seconds="120"/>', '345'],
    [`<history since="${stampOf(at - minute)}"/>`, '45'], ['<history since="2026-11-23T13:58:00+02:00"/>', '345'], ['<history since="2026-11-23T12:00:01Z"/>', ''],
    ['<history maxstanzas="4" maxchars="22" seconds="3600"/>', '45'], ['<history seconds="60" since="2020-01-01T00:00:00Z"/>', '45'],
    ['<history maxstanzas="-1" maxchars="x" seconds="" since="yesterday"/>', '12345'], ['<history since="2026-11-23"/>', '12345'],
    ['<history since="Mon, 23 Nov 2026 11:59:30 GMT"/>', '12345'], ['<history since="2026-11-23T11:59:30Z"/>', '5'],
  ])('%s gets %s', (wanted, expected) => {
    expect(numbers(five(), wanted)).toBe(expected);
  });

  test('nobody asks for limits: the room\'s own hold, and so they do for who asks for more', () => {
    expect(five().select(historyLimitsOf(undefined, at), 2)).toHaveLength(2);
    expect(numbers(five(), '<history maxstanzas="4"/>', 3)).toBe('345');
  });

  test('a room keeps so many messages, and so many characters, and forgets the oldest', () => {
    expect(numbers(five(3), '<history/>')).toBe('345');
    expect(numbers(five(100, 25), '<history/>')).toBe('45');
    expect(numbers(five(100, 5), '<history/>')).toBe('');
  });
});
