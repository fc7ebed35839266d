/** A diagram that is walked through: one stop for Tab, from state to transition by the arrows as they lie, and Enter or
 *  a click to choose. @module */

const parts = '[data-state], [data-transition]';

/** @param {Element} part */
const idOf = (part) => part.getAttribute('data-transition') ?? part.getAttribute('data-state') ?? '';

/** Makes a diagram so.
 *  @param {SVGElement} diagram
 *  @param {(id: string) => void} choose told what was chosen */
export function walkable(diagram, choose) {
  const all = /** @type {SVGElement[]} */ ([...diagram.querySelectorAll(parts)]);
  for (const part of all) {
    part.setAttribute('aria-label', part.querySelector(':scope > title')?.textContent ?? idOf(part));
    part.setAttribute('role', part.hasAttribute('data-transition') ? 'button' : 'group');
    part.setAttribute('tabindex', '-1');
  }
  all[0]?.setAttribute('tabindex', '0');

  /** @param {SVGElement | undefined} part */
  const stopAt = (part) => {
    if (part === undefined) return;
    for (const each of all) each.setAttribute('tabindex', each === part ? '0' : '-1');
  };
  diagram.addEventListener('click', ({ target }) => {
    const part = target instanceof Element ? target.closest(parts) : null;
    if (part !== null) choose(idOf(part));
  });
  diagram.addEventListener('focusin', ({ target }) => stopAt(all.find((part) => part === target)));
  diagram.addEventListener('keydown', (event) => {
    const from = all.find((part) => part === document.activeElement);
    if (from === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' || event.key === ' ') choose(idOf(from));
    else if (event.key.startsWith('Arrow')) nearest(from, all, event.key)?.focus();
    else return;
    event.preventDefault();
  });

  return {
    /** Lights what is chosen.
     *  @param {string} id
     *  @param {boolean} isShown whether the diagram is to be scrolled to it */
    light(id, isShown) {
      for (const part of all) part.classList.toggle('lit', idOf(part) === id);
      const part = all.find((each) => idOf(each) === id);
      stopAt(part);
      if (isShown) part?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    },
  };
}

/** What lies nearest in a direction; what lies aside counts as farther.
 *  @param {SVGElement} from
 *  @param {readonly SVGElement[]} all
 *  @param {string} key */
function nearest(from, all, key) {
  const [x, y] = middleOf(from);
  const isAcross = key === 'ArrowLeft' || key === 'ArrowRight';
  const sign = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1;
  let best = Infinity;
  /** @type {SVGElement | undefined} */
  let found;
  for (const part of all) {
    const [otherX, otherY] = middleOf(part);
    const along = sign * (isAcross ? otherX - x : otherY - y);
    const far = along + 2 * Math.abs(isAcross ? otherY - y : otherX - x);
    if (part === from || along <= 1 || far >= best) continue;
    best = far;
    found = part;
  }
  return found;
}

/** Where a part is: a state by its name, since others may lie inside of it.
 *  @param {SVGElement} part
 *  @returns {readonly [number, number]} */
function middleOf(part) {
  const { left, top, width, height } = (part.querySelector(':scope > .name') ?? part).getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}
