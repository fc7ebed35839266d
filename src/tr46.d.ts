/** What this project uses of tr46, which ships no types of its own. */
declare module 'tr46' {
  export interface ToUnicodeOptions {
    readonly checkBidi?: boolean;
    readonly checkHyphens?: boolean;
    readonly checkJoiners?: boolean;
    readonly useSTD3ASCIIRules?: boolean;
  }
  export function toUnicode(domainName: string, options?: ToUnicodeOptions): { domain: string; error: boolean };
}

declare module 'tr46/lib/regexes.js' {
  /** Tests of Unicode properties that ECMAScript's regular expressions lack: the numbered
   *  conditions of the Bidi Rule (RFC 5893 §2) and the joiner rules (RFC 5892 §A). */
  const regexes: Readonly<Record<
    'combiningClassVirama' | 'validZWNJ' | 'bidiDomain' | 'bidiS1LTR' | 'bidiS1RTL'
    | 'bidiS2' | 'bidiS3' | 'bidiS4EN' | 'bidiS4AN' | 'bidiS5' | 'bidiS6', RegExp>>;
  export default regexes;
}
