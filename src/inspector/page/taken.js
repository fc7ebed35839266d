/** Which transition of a machine's definition was taken, as its diagram names it. A trace of the explorer names moves,
 *  not events; then the states before and after have to tell. The server does the same (src/inspector/sheets.ts). @module */

/** @import { MachineSheet, TransitionSheet } from '../sheets.ts' */

/** @param {MachineSheet | undefined} sheet
 *  @param {{ readonly event: string, readonly from: string, readonly to: string }} taken states as paths
 *  @returns {TransitionSheet | undefined} undefined when the definition has none such */
export function takenOf(sheet, { event, from, to }) {
  const possible = sheet?.transitions.filter(({ source }) => isWithin(from, source)) ?? [];
  const known = possible.filter((each) => each.event === event);
  // The innermost state that knows the event answers it; of several answers, the one that leads to where the machine is.
  const innermost = Math.max(...known.map(({ source }) => source.length));
  const own = known.filter(({ source }) => source.length === innermost);
  const leads = (/** @type {TransitionSheet} */ { target }) => (target === undefined ? from === to : isWithin(to, target));
  return own.find(leads) ?? own[0] ?? (from === to ? undefined : possible.find(leads));
}

/** @param {string} path
 *  @param {string} outer */
const isWithin = (path, outer) => path === outer || path.startsWith(`${outer}.`);
