/** What the page asks its server for; where the page is one file, the answers are in it. Not here: the feed (live.js).
 *  @module */

/** In a file that was made to be shared (src/inspector/bundle.ts), by path; `null` where there is a server.
 *  @type {Readonly<Record<string, string>> | null | undefined} */
let kept;

/** Asks for what stands under a path.
 *  @param {string} path
 *  @returns {Promise<Response>} */
export async function ask(path) {
  kept ??= JSON.parse(document.getElementById('answers')?.textContent ?? 'null');
  if (kept === null || kept === undefined) return fetch(`.${path}`); // Under whatever path the page is.
  return Object.hasOwn(kept, path) ? new Response(kept[path]) : new Response(null, { status: 404 });
}
