/** Every request is answered, once. Spec: RFC 6120 §8.2.3, §10.3. @module */
import type { Knowledge, Seen } from '../knowledge.ts';
import type { Observer, Watch } from '../observer.ts';

export const answers: Observer = {
  name: 'every request is answered once',
  statement: 'An iq of type get or set to the server or to an account is answered over the stream that it came by; no request of any kind is answered twice.',
  exempt: 'a request whose stream has ended since, or that came from another server or goes to one, or to another client, who may be silent or gone, and whose answer goes to whoever has the full JID by then; what was asked before a crash',
  spec: ['RFC 6120 §8.2.3', 'RFC 6120 §10.3'],
  watch: (knowledge) => new AnswersWatch(knowledge),
};

interface Asked {
  readonly stream: string;
  /** Whether another client is to answer it. */
  readonly isOthers: boolean;
  isAnswered: boolean;
}

class AnswersWatch implements Watch {
  premises = 0;
  readonly #knowledge: Knowledge;
  #asked = new Map<string, Asked>();

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  step({ input, sent }: Seen): string | undefined {
    if (input.type === 'stream.element' && input.element.name === 'iq') {
      const { id = '', type, to = '' } = input.element.attrs;
      if (id.startsWith('q') && (type === 'get' || type === 'set')) this.#asked.set(id, { stream: input.stream, isOthers: to.includes('/') || this.#isElsewhere(input.stream, to), isAnswered: false });
    }
    for (const { to, element: { name, attrs: { id = '', type } } } of sent.values()) {
      if (name !== 'iq' || !id.startsWith('q') || (type !== 'result' && type !== 'error')) continue;
      const asked = this.#asked.get(id);
      this.premises += 1;
      if (asked?.isOthers === false && asked.stream !== to.stream) return `${to.jid ?? to.stream} has an answer to ${id}, which it has not asked`;
      if (asked === undefined) continue;
      if (asked.isAnswered) return `${to.jid ?? to.stream} has a second answer to ${id}`;
      asked.isAnswered = true;
    }
    return undefined;
  }

  /** Whether the request goes to another server, or comes from one: its answer may take another way, or be lost. */
  #isElsewhere(stream: string, to: string): boolean {
    return this.#knowledge.streams.get(stream)?.isPeer === true || (to !== '' && !this.#knowledge.isHome(to));
  }

  crashed(): void {
    this.#asked = new Map();
  }

  rested(): string | undefined {
    const [id] = [...this.#asked].find(([, { stream, isOthers, isAnswered }]) => !isAnswered && !isOthers && this.#knowledge.streams.get(stream)?.isEnding === false) ?? [];
    return id === undefined ? undefined : `request ${id} has no answer`;
  }
}
