/** The shape of the files that the page has of each document: its sections, as far as they are cited. Not here: who
 *  writes them (docs/sections.ts). @module */

/** What a section is made of: a paragraph, an item of a list, what stands as it was printed, a table with its head. */
export type Block =
  | { readonly p: string }
  | { readonly item: string; readonly mark: string; readonly depth: number }
  | { readonly pre: string; readonly caption?: string }
  | { readonly table: readonly (readonly string[])[] };

export interface Section {
  readonly title: string;
  /** Where it begins on the document's own page. */
  readonly anchor: string;
  readonly text: readonly Block[];
  /** Sections inside of it, where they are too long to stand here: numbers and titles. */
  readonly parts?: readonly (readonly [number: string, title: string])[];
}

export interface SectionFile {
  readonly document: string;
  readonly title: string;
  readonly authors: string;
  /** An address of the web, or a file of this repository. */
  readonly source: string;
  /** The document's own notice, which goes where its text goes. */
  readonly notice: readonly string[];
  /** By their numbers; the whole document, under the empty one, has its abstract. */
  readonly sections: Readonly<Record<string, Section>>;
}
