/** T6, at rest: what everyone believes of everyone's presence is the truth. Spec: RFC 6121 §4. Seen by the
 *  clients, through all the bytes that they were sent. @module */
import type { Client } from '../client.ts';
import { bareOf, domainOf } from '../knowledge.ts';
import type { Knowledge } from '../knowledge.ts';
import type { Observer, Rest, WatchAll } from '../observer.ts';

export const beliefs: Observer = {
  name: 'what is believed of presence is the truth',
  statement: 'Once the world is healed, and all have said again that they are available, and when some of them have left after that, each client believes in exactly those available resources that are its own account\'s or whose account lists it as a subscriber.',
  exempt: 'one that was told directly may believe in the resource that told it',
  spec: ['RFC 6121 §4.2.2', 'RFC 6121 §4.5.2', 'RFC 6121 §4.6.3'],
  watchAll: (knowledge) => new BeliefsWatch(knowledge),
};

class BeliefsWatch implements WatchAll {
  premises = 0;
  readonly #knowledge: ReadonlyMap<string, Knowledge>;

  constructor(knowledge: ReadonlyMap<string, Knowledge>) {
    this.#knowledge = knowledge;
  }

  rested(when: Rest['when'], everyone: readonly Client[]): string | undefined {
    if (when === 'alone') return undefined;
    const available = everyone.filter(({ session }) => session?.priority !== undefined);
    for (const client of available) {
      const fault = this.#judge(client, available);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #judge(client: Client, available: readonly Client[]): string | undefined {
    const believed = client.view.believed(client.jid);
    for (const other of available) {
      if (other === client) continue;
      const isShown = bareOf(other.jid) === bareOf(client.jid) || this.#knowledge.get(domainOf(other.jid))?.isAuthorised(bareOf(other.jid), bareOf(client.jid)) === true;
      this.premises += 1;
      if (isShown && !believed.has(other.jid)) return `${client.jid} does not know that ${other.jid} is available`;
      const isTold = this.#knowledge.get(domainOf(other.jid))?.directed(other.jid, client.jid) === 'available';
      if (!isShown && !isTold && believed.has(other.jid)) return `${client.jid} believes in ${other.jid}, and is not to know of it`;
    }
    const ghost = [...believed].find((jid) => !available.some((other) => other.jid === jid));
    return ghost === undefined ? undefined : `${client.jid} believes in ${ghost}, who is not available`;
  }
}
