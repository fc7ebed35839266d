/** Which theorems are about a machine. @module */

/** @type {Promise<Readonly<Record<string, readonly string[]>>> | undefined} */
let loading;

/** The names of the theorems about a machine; none where the page has no list of them.
 *  @param {string} machine
 *  @returns {Promise<readonly string[]>} */
export async function theoremsOf(machine) {
  loading ??= load();
  const all = await loading;
  return Object.hasOwn(all, machine) ? all[machine] ?? [] : [];
}

async function load() {
  try {
    const answer = await fetch('/theorems.json');
    return answer.ok ? (await answer.json()).machines ?? {} : {};
  } catch {
    return {};
  }
}
