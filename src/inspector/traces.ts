/** Where the traces come from that a page asks for by their ids: a table of sources, by the part of the id before the
 *  first colon. Not here: what a trace is (src/core/trace.ts), who reads it for the page (page/trace.js). @module */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The text of a trace by the rest of its id; undefined when there is none of that name. */
export type TraceSource = (name: string) => Promise<string | undefined>;

/** By the part of an id before the first colon. */
export type TraceSources = Readonly<Record<string, TraceSource>>;

const folder = join(import.meta.dirname, 'page', 'traces');

/** The examples that the page offers; a name is looked for among the files, and no path is made of it. */
export const exampleTrace: TraceSource = async (name) => {
  const file = (await readdir(folder)).find((each) => each === `${name}.jsonl`);
  return file === undefined ? undefined : readFile(join(folder, file), 'utf8');
};

/** The text of a trace.
 *  @param segment the id, encoded as a part of a path
 *  @example
 *  await textOfTrace({ example: exampleTrace }, 'example%3Aarticle'); */
export async function textOfTrace(sources: TraceSources, segment: string): Promise<string | undefined> {
  const id = decoded(segment);
  const [prefix = ''] = id.split(':', 1);
  return Object.hasOwn(sources, prefix) ? sources[prefix]?.(id.slice(prefix.length + 1)) : undefined;
}

/** What is no encoding stands for itself. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
