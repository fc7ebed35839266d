/** What the page asks its server for; where the page is one file, the answers are in it. Not here: the feed (live.js).
 *  @module */

/** In a file that was made to be shared (src/inspector/bundle.ts): by path. @type {Readonly<Record<string, string>> | undefined} */
const kept = ((text) => (text ? JSON.parse(text) : undefined))(document.getElementById('answers')?.textContent);

/** Asks for what stands under a path.
 *  @param {string} path
 *  @returns {Promise<Response>} */
export async function ask(path) {
  if (kept === undefined) return fetch(path);
  return Object.hasOwn(kept, path) ? new Response(kept[path]) : new Response(null, { status: 404 });
}
