/** How the search ranks: every word asked for must begin a word of the heading, of its page, or of the text below it. A heading
 *  counts most, then what is emphasized because it is explained there, then the page, a name in code, mere text; a heading that
 *  says nothing else counts more. Each entry has a weight (entries.ts). Not here: the list and its keys (search.js). @module */
(() => {
  /** What is typed, and what is looked through, as words; the number of a section such as 8.5.2.1 is one. */
  const tokensOf = (text) => text.match(/\p{N}+(?:\.\p{N}+)+|[\p{L}\p{N}]+/gu) ?? [];
  /** The words of a text; of a name such as createCore also its parts. */
  const wordsOf = (text) => tokensOf(text).flatMap((word) => {
    const parts = word.split(/(?<=\p{Ll})(?=\p{Lu})/u);
    return (parts.length > 1 ? [word, ...parts] : [word]).map((each) => each.toLowerCase());
  });
  /** Asked in the plural or in the singular, it is the same. */
  const stemOf = (word) => (word.length > 3 && /[^s]s$/.test(word) ? word.slice(0, -1) : word);
  const isAlike = (word, stem) => word === stem || word === `${stem}s`;

  /** Makes the search of an index.
   *  @returns gives the entries for what was typed, best first, of one page at most three */
  globalThis.searchIn = (index) => {
    const entries = index.map(([address, page, title, text, names, terms, weight]) =>
      ({ address, page, title, text, weight, inTitle: wordsOf(title), inPage: wordsOf(page), inTerms: terms.flatMap(wordsOf), inNames: names.map(wordsOf), inText: wordsOf(text) }));
    const worthOf = ({ address, inTitle, inPage, inNames, inTerms, inText }, stem) => {
      const begins = (word) => word.startsWith(stem);
      const of = (words, whole, beginning) => (words.some((word) => isAlike(word, stem)) ? whole : words.some(begins) ? beginning : 0);
      const title = of(inTitle, 30, 18);
      return title + (title > 0 && !address.includes('#') ? 12 : 0) + of(inTerms, 20, 12) + of(inPage, 12, 8)
        + 2 * Math.min(inNames.filter((words) => words.some(begins)).length, 3) + Math.min(inText.filter(begins).length, 5);
    };
    return (typed) => {
      const asked = tokensOf(typed.toLowerCase());
      if (asked.length === 0) return [];
      const [phrase, stems] = [asked.join(' '), asked.map(stemOf)];
      const found = entries.flatMap((entry) => {
        const worths = stems.map((stem) => worthOf(entry, stem));
        if (worths.includes(0)) return [];
        // What one word has is not to make up for what another lacks.
        const apart = (Math.min(...worths) * asked.length + worths.reduce((sum, each) => sum + each, 0)) / 2;
        const together = asked.length > 1 && [entry.inTitle, entry.inText].some((words) => words.join(' ').includes(phrase)) ? 10 : 0;
        const meant = entry.inTitle.filter((word) => stems.some((stem) => isAlike(word, stem))).length / entry.inTitle.length;
        const named = entry.title === typed.trim() ? 30 : 0;
        return [{ entry, worth: (apart + together + 20 * meant + named) * entry.weight }];
      }).sort((a, b) => b.worth - a.worth);
      const times = new Map();
      return found.map(({ entry }) => entry).filter(({ address }) => {
        const page = address.split('#')[0];
        times.set(page, (times.get(page) ?? 0) + 1);
        return times.get(page) <= 3;
      });
    };
  };
})();
