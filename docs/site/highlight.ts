/** Colours code at build time: comments, strings, numbers and keywords of the languages that the pages use. It
 *  is a reader's aid and no parser: what it does not know stays plain. @module */

const keywords = /^(?:import|export|from|const|let|function|return|if|else|for|of|in|new|class|extends|interface|type|readonly|async|await|yield|throw|try|catch|finally|switch|case|default|true|false|null|undefined|void|while|as|satisfies)$/;
const script = /(?<comment>\/\/.*|\/\*[\s\S]*?\*\/)|(?<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|(?<number>\b\d[\d_.]*\b)|(?<word>\b[A-Za-z_]\w*\b)/g;
const shell = /(?<comment>(?<=^|\s)#.*)|(?<string>'[^']*'|"[^"]*")|(?<word>(?<=\s)--?[a-z][\w-]*)/gm;
const grammars: Readonly<Record<string, RegExp>> = { ts: script, js: script, json: script, jsonc: script, sh: shell, ini: /(?<comment>^[#;].*)|(?<word>^[\w-]+(?==)|^\[.*\])/gm };

/** Text as HTML shows it. */
export const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The code as HTML, its parts in spans of class `h-comment`, `h-string`, `h-number` and `h-word`. */
export function highlight(code: string, language: string): string {
  const grammar = grammars[language];
  if (grammar === undefined) return escape(code);
  let html = '';
  let end = 0;
  for (const { 0: text, index, groups = {} } of code.matchAll(grammar)) {
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined) ?? '';
    const isPlain = kind === 'word' && grammar === script && !keywords.test(text);
    html += escape(code.slice(end, index)) + (isPlain ? escape(text) : `<span class="h-${kind}">${escape(text)}</span>`);
    end = index + text.length;
  }
  return html + escape(code.slice(end));
}
