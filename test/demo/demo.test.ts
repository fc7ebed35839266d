/** The demonstration, run as `npm run demo` runs it: that each act holds, and shows its steps in their order. @module */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';

const script = new URL('demo.ts', import.meta.url).pathname;

/** The acts, each by its steps; the first part of an act is what stands before them. */
let acts: readonly (readonly string[])[];
let output: string;
let errors: string;

beforeAll(async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script]);
  output = stdout;
  acts = stdout.split(/\n\n\n/).map((act) => act.split(/\n(?=\d\. )/));
  errors = stderr;
}, 30_000);

describe('demo', () => {
  test('it ends in order, with nothing to complain of and no colours for a file', () => {
    expect(errors).toBe('');
    expect(acts.map(([title = '']) => title.split('\n')[0])).toEqual(['FIRST CASE: NOBODY SENDS PRESENCE.', 'SECOND CASE: A ROOM ON ANOTHER SERVER.', 'THIRD CASE: INVISIBLE.']);
    expect(output).not.toContain('\u001b');
  });

  test('README.md shows a part of it, word for word', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const [, excerpt = 'no excerpt'] = /^```text\n([\s\S]*?)^```$/m.exec(readme) ?? [];
    expect(output).toContain(excerpt);
  });
});

describe('demo: nobody sends presence', () => {
  const part = (step: number): string => acts[0]?.[step] ?? '';

  test('before anybody sends presence, messages go both ways (RFC 6121 §8.5.2, DESIGN D3)', () => {
    expect(part(1) + part(2)).not.toMatch(/<presence|^ +presence /m);
    expect(wordsOf(part(2))).toEqual([
      'Romeo sends', 'message delivered', 'Juliet receives', 'Juliet sends', 'message delivered', 'Romeo receives',
    ]);
  });

  test('presence moves its machine and no route (DESIGN D1)', () => {
    for (const [step, moved] of [[3, 'connected → available'], [4, 'available → connected']] as const) {
      expect(wordsOf(part(step))).toEqual(['Juliet sends', 'presence Juliet:', 'Juliet receives']);
      expect(part(step)).toContain(`Juliet: ${moved}`);
      expect(part(step)).toContain('route of Juliet: open');
    }
  });

  test('who has become unavailable is told so, and gets its message (RFC 6121 §4.5.2, DESIGN D4)', () => {
    expect(part(4)).toMatch(/Juliet +receives +<presence [^>]*type="unavailable"/);
    expect(wordsOf(part(5)).slice(0, 3)).toEqual(['Romeo sends', 'message delivered', 'Juliet receives']);
  });

  test('a route closes when its stream ends (DESIGN D1, D5)', () => {
    const turns = (name: string): string[] => [`${name} sends`, `session ${name}:`, `presence ${name}:`, `route ${name}:`, `${name} receives`];
    expect(wordsOf(part(6))).toEqual([...turns('Juliet'), ...turns('Romeo')]);
  });

  test('the last two lines say what was shown', () => {
    expect(shownIn(0)).toEqual([
      expect.stringMatching(/^Shown: 4 of 4 messages were delivered at once/),
      expect.stringMatching(/^Shown: presence moved 2 times and no route with it; 2 of 2 routes closed because a stream ended\.$/),
    ]);
  });
});

describe('demo: a room on another server', () => {
  const part = (step: number): string => acts[1]?.[step] ?? '';
  const goodbye = /Juliet +receives +<presence from="garden@rooms\.mantua\.test\/jules" type="unavailable"><status code="110"\/>/;

  test('the link between the servers comes up with TLS and a proof (RFC 6120 §5, XEP-0220)', () => {
    expect(part(1)).toContain('idle → connecting → opened → requesting → securing → opened → proving → up');
    expect(part(1)).toContain('Juliet: asked → present');
  });

  test('unavailable presence: both hear it from the room, and the route stays (XEP-0045 §7.14, DESIGN D1)', () => {
    expect(part(2)).toMatch(goodbye);
    expect(part(2)).toMatch(/Romeo +receives +<presence from="garden@rooms\.mantua\.test\/jules" type="unavailable"\/>/);
    expect(part(2)).toContain('route of Juliet: open, presence of Juliet: connected');
    expect(wordsOf(part(3))).toEqual(['Romeo sends', 'message routed', 'message delivered', 'Juliet receives']);
  });

  test.each([4, 5])('step %i: the route drains until the goodbye has come, and the closing tag is the last (DESIGN D5, THEOREMS T2)', (step) => {
    const said = part(step);
    const places = ['Juliet: open → draining', 'Juliet: present → none', 'Juliet: draining → closed', goodbye, /Juliet +receives +<close\/>/].map((what) => said.search(what));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });

  test('the last two lines say what was shown', () => {
    expect(shownIn(1)).toEqual([
      'Shown: Juliet has left the room 3 times, and 3 times the room has told her so; 1 message reached her unavailable.',
      "Shown: 2 of 2 routes drained before they closed, and 2 times the room's goodbye was the last that came before the closing tag.",
    ]);
  });
});

describe('demo: invisible', () => {
  const part = (step: number): string => acts[2]?.[step] ?? '';

  test('unavailable presence: the contact, the room and she herself are told (RFC 6121 §4.5.2, XEP-0045 §7.14)', () => {
    expect(part(2)).toMatch(/Romeo +receives +<presence type="unavailable" from="juliet@verona\.test\/balcony"\/>/);
    expect(part(2)).toMatch(/Juliet +receives +<presence from="garden@rooms\.mantua\.test\/jules" type="unavailable"><status code="110"\/>/);
  });

  test('presence behind the list: she is available, and her contact sees nothing until the end (XEP-0126 §3.1, THEOREMS T5)', () => {
    expect(part(3)).toContain('Juliet: connected → available');
    for (const step of [3, 4, 5]) expect(part(step)).not.toMatch(/Romeo +receives +<presence/);
  });

  test('messages go both ways (DESIGN D1)', () => {
    expect(wordsOf(part(4))).toEqual([
      'Juliet sends', 'message routed', 'message delivered', 'Romeo receives', 'Romeo sends', 'message routed', 'message delivered', 'Juliet receives',
    ]);
  });

  test('the last two lines say what was shown', () => {
    expect(shownIn(2)).toEqual([
      'Shown: of an invisible Juliet her contact saw 0 stanzas of presence; 2 of 2 messages were delivered.',
      'Shown: the room said goodbye 1 time; presence moved 4 times in one session, whose route closed 1 time, at its end.',
    ]);
  });
});

/** The last two lines of an act. */
function shownIn(act: number): readonly string[] {
  return acts[act]?.at(-1)?.trimEnd().split('\n').slice(-2) ?? [];
}

/** Who does what in a part, a line each; standings, orders and contents left out. */
function wordsOf(part: string): readonly string[] {
  return [...part.matchAll(/^ {2}(\w+ +\w+|\s{6,}(?:message|session|presence|route) +\S+)/gm)].map(([, words = '']) => words.trim().replace(/ +/, ' '));
}
