/** How a diagram looks: one style sheet of classes and custom properties. A drawing carries it, so that it
 *  is good alone, in light and dark. A page that has drawings inline takes the style element out and links
 *  `machines.css`, the same with every machine's hue; it may set the properties anew. The class `lit` on a
 *  state or a transition lights it, and the edge with it. @module */

/** A colour on light paper, and on dark. */
export interface Hue {
  readonly light: string;
  readonly dark: string;
}

/** After Okabe and Ito's colours, moved as far as each must be to stand out from its paper, and from the others for
 *  colour-blind eyes; `test/docs/hues.test.ts` computes both. */
export const hues = {
  blue: { light: '#0072b2', dark: '#3a9ad9' },
  orange: { light: '#c98700', dark: '#eba80a' },
  green: { light: '#009e73', dark: '#12b886' },
  purple: { light: '#c2629a', dark: '#d98bb8' },
  vermilion: { light: '#b54400', dark: '#e8622a' },
  sky: { light: '#2e96d3', dark: '#7cc7f2' },
  grey: { light: '#4a535c', dark: '#c9d1d9' },
} as const satisfies Readonly<Record<string, Hue>>;

/** Each machine's hue, which is that of what it is about, since eyes tell seven apart and not fourteen: streams,
 *  the session, presence, subscriptions, the route, rooms, requests. The name says the rest. */
export const hueOf: Readonly<Record<string, keyof typeof hues>> = {
  stream: 'blue', link: 'blue', peer: 'blue', component: 'blue',
  session: 'orange',
  presence: 'green', 'directed-presence': 'green',
  subscription: 'purple', roster: 'purple',
  route: 'vermilion',
  room: 'sky', occupant: 'sky', farewell: 'sky',
  iq: 'grey',
};

/** The paper, which the hues must stand out from. */
export const paper: Hue = { light: '#ffffff', dark: '#0d1117' };

const ink = {
  light: `--paper:${paper.light};--ink:#1f2328;--muted:#59636e;--line:#818b98;--box:#ffffff`,
  dark: `--paper:${paper.dark};--ink:#e6edf3;--muted:#9198a1;--line:#7d8590;--box:#151b23`,
};

const rules = `
.machine text{font-family:"Helvetica Neue",Helvetica,Arial,"Liberation Sans",Arimo,"Nimbus Sans",sans-serif;fill:var(--ink)}
.machine .paper{fill:var(--paper)}
.machine .box{fill:var(--box);stroke:var(--hue);stroke-width:1.5}
.machine .tint{fill:var(--hue);fill-opacity:.1}
.machine .compound>.box{fill:var(--hue);fill-opacity:.05;stroke-opacity:.7}
.machine .inner{fill:none;stroke:var(--hue);stroke-width:1}
.machine .rule{stroke:var(--hue);stroke-opacity:.35}
.machine .name{font-size:15px;font-weight:700}
.machine .event{font-size:12px;font-weight:700}
.machine .guard{font-size:12px;font-weight:400}
.machine text.spec{font-size:10.5px;fill:var(--muted)}
.machine text.effect{font-size:11px;fill:var(--muted)}
.machine .way{fill:none;stroke:var(--line);stroke-width:1.4}
.machine .head{fill:var(--line)}
.machine .dot{fill:var(--ink)}
.machine .clock{fill:none;stroke:var(--hue);stroke-width:1.4;stroke-linecap:round}
.machine .plate{fill:var(--paper);stroke:var(--line);stroke-opacity:.45}
.machine .state.lit>.box{stroke-width:3}
.machine .state.lit>.tint{fill-opacity:.32}
.machine .edge:has(.lit)>.way{stroke:var(--hue);stroke-width:3}
.machine .edge:has(.lit)>.head{fill:var(--hue)}
.machine .row{fill:var(--hue);fill-opacity:0}
.machine .transition:hover>.row{fill-opacity:.1}
.machine .transition.lit>.row{fill-opacity:.28}
`;

const sheet = (lightHues: string, darkHues: string): string =>
  `.machine{${ink.light}}${lightHues}\n@media (prefers-color-scheme:dark){.machine{${ink.dark}}${darkHues}}${rules}`;

/** The style that a machine's drawing carries. */
export function styleOf(name: string): string {
  const { light, dark } = hues[hueOf[name] ?? 'grey'];
  return sheet(`\n.machine{--hue:${light}}`, `.machine{--hue:${dark}}`);
}

/** The style for a page that has several drawings inline. */
export function styleSheet(): string {
  const each = (mode: keyof Hue): string => Object.entries(hueOf).map(([name, hue]) => `\n.machine[data-machine="${name}"]{--hue:${hues[hue][mode]}}`).join('');
  return sheet(each('light'), each('dark'));
}
