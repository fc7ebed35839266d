/** The machines, as the server describes them, and their diagrams where it has them. @module */

let loading;

/** Every machine, by name. */
export function machines() {
  loading ??= fetch('/machines.json').then((answer) => answer.json()).then((list) => new Map(list.map((sheet) => [sheet.name, sheet])));
  return loading;
}

const diagrams = new Map();

/** The diagram of a machine: a new copy; undefined where there is none. */
export async function diagramOf(name) {
  if (!diagrams.has(name)) diagrams.set(name, loadDiagram(name));
  return (await diagrams.get(name))?.cloneNode(true);
}

async function loadDiagram(name) {
  const answer = await fetch(`/machines/${encodeURIComponent(name)}.svg`);
  if (!answer.ok) return undefined;
  // What is inline is forbidden here, even unread; the same rules are in a file beside the diagrams.
  const text = (await answer.text()).replace(/<style>[^<]*<\/style>/g, '');
  const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  if (root.localName !== 'svg') return undefined;
  if (document.querySelector('link[href="/machines/machines.css"]') === null) {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: '/machines/machines.css' }));
  }
  return document.importNode(root, true);
}

/** Lights a transition for a moment. */
export function flashTransition(diagram, id) {
  const drawn = diagram.querySelector(`[data-transition="${CSS.escape(id)}"]`);
  drawn?.classList.add('lit');
  setTimeout(() => drawn?.classList.remove('lit'), 1500);
}

/** Lights one state of a diagram, and those that it is inside of. */
export function light(diagram, path) {
  for (const state of diagram.querySelectorAll('[data-state]')) {
    const own = state.getAttribute('data-state');
    state.classList.toggle('lit', path === own);
    state.classList.toggle('around', path !== own && path.startsWith(`${own}.`));
  }
}
