/** The demonstration, run as `npm run demo` runs it: that its transcript holds, in its order. @module */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';

const script = new URL('demo.ts', import.meta.url).pathname;

/** A transcript, by its steps; the first part is what stands before them. */
let parts: readonly string[];
let errors: string;

beforeAll(async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script]);
  parts = stdout.split(/\n(?=\d\. )/);
  errors = stderr;
});

describe('demo', () => {
  test('it ends in order, with nothing to complain of and no colours for a file', () => {
    expect(errors).toBe('');
    expect(parts).toHaveLength(7);
    expect(parts.join('')).not.toContain('\u001b');
  });

  test('before anybody sends presence, messages go both ways (RFC 6121 §8.5.2, DESIGN D3)', () => {
    const steps = parts.slice(1, 3).join('\n');
    expect(steps).not.toMatch(/<presence|^ +presence /m);
    expect(wordsOf(parts[2])).toEqual([
      'Romeo sends', 'message delivered', 'Juliet receives', 'Juliet sends', 'message delivered', 'Romeo receives',
    ]);
  });

  test('presence moves its machine and no route (DESIGN D1)', () => {
    for (const [part, moved] of [[parts[3], 'connected → available'], [parts[4], 'available → connected']] as const) {
      expect(wordsOf(part)).toEqual(['Juliet sends', 'presence Juliet:', 'Juliet receives']);
      expect(part).toContain(`Juliet: ${moved}`);
      expect(part).toContain('route of Juliet: open');
    }
  });

  test('who has become unavailable is told so, and gets its message (RFC 6121 §4.5.2, DESIGN D4)', () => {
    expect(parts[4]).toMatch(/Juliet +receives +<presence [^>]*type="unavailable"/);
    expect(wordsOf(parts[5]).slice(0, 3)).toEqual(['Romeo sends', 'message delivered', 'Juliet receives']);
  });

  test('a route closes when its stream ends (DESIGN D1, D5)', () => {
    const turns = wordsOf(parts[6]);
    expect(turns.slice(0, 4)).toEqual(['Juliet sends', 'session Juliet:', 'presence Juliet:', 'route Juliet:']);
    expect(turns.slice(4)).toEqual(['Romeo sends', 'session Romeo:', 'presence Romeo:', 'route Romeo:']);
  });

  test('the last two lines say what was shown', () => {
    expect(parts[6]?.trimEnd().split('\n').slice(-2)).toEqual([
      expect.stringMatching(/^Shown: 4 of 4 messages were delivered at once/),
      expect.stringMatching(/^Shown: presence moved 2 times and no route with it; 2 of 2 routes closed because a stream ended\.$/),
    ]);
  });
});

/** Who does what in a part, a line each; standings, orders and contents left out. */
function wordsOf(part = ''): readonly string[] {
  return [...part.matchAll(/^ {2}(\w+ +\w+|\s{6,}(?:message|session|presence|route) +\S+)/gm)].map(([, words = '']) => words.trim().replace(/ +/, ' '));
}
