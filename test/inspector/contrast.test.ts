/** That what is written on the page can be read: the contrast of each colour with what it stands on, from the tokens of style.css
 *  as they are mixed there, is at least 4.5 : 1 (WCAG 2.2, success criterion 1.4.3), in the light and in the dark. @module */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Colour = readonly number[];
type Tokens = ReadonlyMap<string, string>;

const style = readFileSync(new URL('../../src/inspector/page/style.css', import.meta.url), 'utf8');
const lines = style.split('\n');
const isHue = (line: string): boolean => line.includes('--hue:') && line.includes('.m-stream');
const starts = lines.flatMap((line, n) => (isHue(line) ? [n] : []));
/** The two lines that give the hues of the light page, and those of the dark one. */
const hueLines = starts.map((n) => lines.slice(n, n + 2).join('\n'));
const [lightRoot = '', darkRoot = ''] = [...style.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => body ?? '');
const darkInk = /m-farewell\) \{ --lit: (#[0-9a-f]{6}); \}/.exec(style)?.[1] ?? '';

const tokensOf = (text: string): [string, string][] => [...text.matchAll(/--([a-z]+): (#[0-9a-f]{6}|\d+%)/g)].map(([, name = '', value = '']) => [name, value]);
const light: Tokens = new Map(tokensOf(lightRoot));
const dark: Tokens = new Map([...light, ...tokensOf(darkRoot)]);
const colour = (text: string): Colour => [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16));
const mix = (a: Colour, b: Colour, part: number): Colour => a.map((value, n) => value * part + (b[n] ?? 0) * (1 - part));

function luminance(parts: Colour): number {
  const [red = 0, green = 0, blue = 0] = parts.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: Colour, b: Colour): number {
  const [more = 0, less = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (more + 0.05) / (less + 0.05);
}

describe.each([['light', light, hueLines[0]], ['dark', dark, hueLines[1]]] as const)('what is written can be read, %s', (_name, tokens, hueText = '') => {
  const of = (name: string): Colour => colour(tokens.get(name) ?? '');
  const part = (name: string): number => Number.parseInt(tokens.get(name) ?? '', 10) / 100;
  const grounds = ['paper', 'raised', 'wash'].map(of);
  const hues = [...hueText.matchAll(/(\.m-[a-z]+)[^{]*\{ --hue: (#[0-9a-f]{6})/g)].map(([, machine = '', value = '']) => ({ machine, hue: colour(value) }));

  test.each(['ink', 'soft', 'focus', 'good', 'warn', 'bad'])('%s on every ground', (name) => {
    for (const ground of grounds) expect(contrast(of(name), ground)).toBeGreaterThanOrEqual(4.5);
  });

  test('the name and the state on a chip, and a lit state, in the hue of each lifecycle', () => {
    expect(hues.length).toBe(7);
    for (const { machine, hue } of hues) {
      for (const ground of grounds) {
        const chip = mix(hue, ground, part('tint'));
        expect(contrast(mix(of('soft'), of('ink'), 0.5), chip), `${machine}, its name`).toBeGreaterThanOrEqual(4.5);
        expect(contrast(mix(hue, of('ink'), part('tone')), chip), `${machine}, its state`).toBeGreaterThanOrEqual(4.5);
      }
      const isDarkInk = !['.m-stream', '.m-route', '.m-iq'].includes(machine);
      expect(contrast(isDarkInk ? colour(darkInk) : of('lit'), hue), `${machine}, lit`).toBeGreaterThanOrEqual(4.5);
    }
  });
});
