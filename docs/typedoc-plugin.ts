/** A plugin of TypeDoc for the API pages: examples stand there as they are meant, and a list of the exports goes with the pages,
 *  for the search of the site. @module */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Converter, ReflectionKind, RendererEvent } from 'typedoc';
import type { Application, DeclarationReflection } from 'typedoc';

/** One export, as the site lists it. */
export interface ApiExport {
  /** The address of its page, from the first page on. */
  readonly address: string;
  /** The entry point, such as `waystate/core`. */
  readonly from: string;
  readonly name: string;
  /** What it is, and its first sentence. */
  readonly text: string;
}

/** The name of the list, beside the first page. */
export const listOfExports = 'exports.json';

/** TypeDoc calls it. */
export function load({ converter, renderer }: Application): void {
  // Of the two spaces between a comment's `*` and its text TypeDoc takes one away, so that every line of an example but its first
  // would begin with the other.
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const { comment } of Object.values(project.reflections)) {
      for (const part of (comment?.blockTags ?? []).filter(({ tag }) => tag === '@example').flatMap(({ content }) => content)) part.text = part.text.replaceAll('\n ', '\n');
    }
  });
  renderer.on(RendererEvent.END, ({ project, outputDirectory }) => {
    const exports: ApiExport[] = (project.children ?? []).flatMap((entry) => (entry.children ?? []).map((each) =>
      ({ address: renderer.router?.getFullUrl(each) ?? '', from: entry.name, name: each.name, text: `${ReflectionKind.singularString(each.kind)}. ${sentenceOf(each)}` })));
    writeFileSync(join(outputDirectory, listOfExports), JSON.stringify(exports));
  });
}

/** The first sentence of what is said of an export; of a function it is said of its signature. */
function sentenceOf({ comment, signatures }: DeclarationReflection): string {
  const summary = (comment ?? signatures?.[0]?.comment)?.summary.map(({ text }) => text).join('') ?? '';
  return (/^[\s\S]*?\.(?=\s|$)/.exec(summary)?.[0] ?? summary).replaceAll(/\s+/g, ' ');
}
