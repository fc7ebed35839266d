/** The core never finds itself broken. Spec: DESIGN §2; src/core/invariant.ts. @module */
import type { Observer } from '../observer.ts';

export const invariants: Observer = {
  name: 'no invariant of the core is broken',
  statement: 'Whatever comes in, the core never reports that what can\'t be is.',
  exempt: 'nothing',
  spec: ['DESIGN D7'],
  watch: () => {
    const watch = {
      premises: 0,
      step: ({ effects }: { readonly effects: readonly { readonly type: string; readonly error?: unknown }[] }): string | undefined => {
        watch.premises += 1;
        const report = effects.find(({ type }) => type === 'report');
        return report === undefined ? undefined : `the core reports ${String(report.error)}`;
      },
    };
    return watch;
  },
};
