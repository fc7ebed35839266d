/** A plugin of TypeDoc: examples stand in the API pages as they are meant. Of the two spaces between a comment's `*` and its
 *  text TypeDoc takes one away, so that every line of an example but its first would begin with the other. @module */
import { Converter } from 'typedoc';
import type { Application } from 'typedoc';

/** TypeDoc calls it. */
export function load({ converter }: Application): void {
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const { comment } of Object.values(project.reflections)) {
      for (const part of (comment?.blockTags ?? []).filter(({ tag }) => tag === '@example').flatMap(({ content }) => content)) part.text = part.text.replaceAll('\n ', '\n');
    }
  });
}
