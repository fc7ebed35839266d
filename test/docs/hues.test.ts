/** The hues of the machines can be seen, and be told apart by colour-blind eyes too. @module */
import { describe, expect, test } from 'vitest';
import { hueOf, hues, paper } from '../../docs/diagram/style.ts';
import type { Hue } from '../../docs/diagram/style.ts';
import { catalogue } from '../../machines/catalogue.ts';

type Triple = readonly [number, number, number];

test('docs: every machine has its hue, and no other has', () => {
  expect(Object.keys(hueOf).sort()).toEqual(catalogue.map(({ name }) => name).sort());
});

/** How dichromats see a colour, in linear light (Viénot, Brettel and Mollon 1999). */
const eyes: Readonly<Record<string, readonly [Triple, Triple, Triple]>> = {
  trichromat: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanope: [[0.1124, 0.8876, 0], [0.1124, 0.8876, 0], [0.004, -0.004, 1]],
  deuteranope: [[0.2928, 0.7072, 0], [0.2928, 0.7072, 0], [-0.0223, 0.0223, 1]],
};

describe.each(['light', 'dark'] as const)('docs: on %s paper', (mode) => {
  test.each(Object.entries<Hue>(hues))('%s stands out as a graphical object must (WCAG 2.2 §1.4.11: 3 to 1)', (_, hue) => {
    expect(contrast(hue[mode], paper[mode])).toBeGreaterThanOrEqual(3);
  });

  test.each(Object.keys(eyes))('a %s tells each two hues apart', (eye) => {
    const seen = Object.entries<Hue>(hues).map(([name, hue]) => ({ name, lab: labOf(seenBy(eyes[eye] ?? [[0, 0, 0], [0, 0, 0], [0, 0, 0]], linear(hue[mode]))) }));
    const near = seen.flatMap((a, index) => seen.slice(index + 1).map((b) => ({ pair: `${a.name}, ${b.name}`, apart: Math.round(Math.hypot(...a.lab.map((value, at) => value - (b.lab[at] ?? 0)))) })));
    expect(near.filter(({ apart }) => apart < 11)).toEqual([]);
  });
});

function linear(hex: string): Triple {
  const [r = 0, g = 0, b = 0] = (hex.match(/[0-9a-f]{2}/g) ?? []).map((pair) => parseInt(pair, 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return [r, g, b];
}

const dot = (a: Triple, b: Triple): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const seenBy = ([r, g, b]: readonly [Triple, Triple, Triple], colour: Triple): Triple => [dot(r, colour), dot(g, colour), dot(b, colour)];
const luminance = (hex: string): number => dot(linear(hex), [0.2126, 0.7152, 0.0722]);

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

/** CIE L*a*b*, under D65. */
function labOf(colour: Triple): Triple {
  const f = (value: number): number => (value > 216 / 24389 ? Math.cbrt(value) : (value * 24389 / 27 + 16) / 116);
  const x = f(dot(colour, [0.4124, 0.3576, 0.1805]) / 0.9505);
  const y = f(dot(colour, [0.2126, 0.7152, 0.0722]));
  const z = f(dot(colour, [0.0193, 0.1192, 0.9505]) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
