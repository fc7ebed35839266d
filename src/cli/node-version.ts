/** Whether this Node can run the commands. Machines and core need less; a checkout brings its own. @module */

/** The first that has `tls.getCACertificates`; `node:sqlite` is there without a flag since 22.13. */
const needed = [22, 15] as const;

/** What is wrong with a version of Node; undefined when nothing is.
 *  @param version as `process.versions.node` has it
 *  @example
 *  nodeFault('20.20.2'); // 'Waystate needs Node 22.15 or later; this is 20.20.2.' */
export function nodeFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > needed[0] || (major === needed[0] && minor >= needed[1]);
  return isNew ? undefined : `Waystate needs Node ${needed.join('.')} or later; this is ${version}.`;
}
