/** Nobody speaks for a domain that is not its own. Spec: RFC 6120 §8.1.2.2, §13.7.2, XEP-0220 §2.2. @module */
import type { Seen } from '../knowledge.ts';
import type { Observer, WatchAll } from '../observer.ts';

export const impostors: Observer = {
  name: 'nobody speaks for a domain that is not theirs',
  statement: 'What comes over a stream of somebody who claims to be another server, without its certificate and without its keys, is decided about by no rule, and heard by nobody.',
  exempt: 'nothing',
  spec: ['RFC 6120 §8.1.2.2', 'RFC 6120 §13.7.2', 'XEP-0220 §2.2'],
  watchAll: () => new ImpostorsWatch(),
};

const isImpostors = (id: string | undefined): boolean => id?.startsWith('impostor-') === true;

class ImpostorsWatch implements WatchAll {
  premises = 0;

  step({ site, input, fates, sent }: Seen): string | undefined {
    if (input.type === 'stream.element' && isImpostors(input.element.attrs.id)) this.premises += 1;
    const fate = fates.find(({ id }) => isImpostors(id));
    if (fate !== undefined) return `${site} takes message ${fate.id ?? ''} from somebody who is not ${fate.from ?? ''}: ${fate.fate}`;
    const heard = [...sent.values()].find(({ element }) => isImpostors(element.attrs.id));
    return heard === undefined ? undefined : `${heard.to.jid ?? heard.to.stream} hears ${heard.element.toString()}`;
  }
}
