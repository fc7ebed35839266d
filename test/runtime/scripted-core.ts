/** A core that follows a script: it records what it is fed and, where the script says nothing, behaves
 *  like a very small server that sends every element back. @module */
import type { Effect } from '../../src/core/effect.ts';
import type { Input } from '../../src/core/input.ts';
import type { Core } from '../../src/core/server.ts';

/** What the core answers to an input; undefined leaves it to the small server. */
export type Script = (input: Input) => readonly Effect[] | undefined;

export class ScriptedCore implements Pick<Core, 'step'> {
  readonly inputs: Input[] = [];
  readonly #script: Script;
  readonly #streams = new Set<string>();
  #waiting: { readonly matches: (input: Input) => boolean; readonly found: (input: Input) => void }[] = [];

  constructor(script: Script = () => undefined) {
    this.#script = script;
  }

  step(input: Input): readonly Effect[] {
    this.inputs.push(input);
    for (const waiting of this.#waiting) if (waiting.matches(input)) waiting.found(input);
    if (input.type === 'stream.opened') this.#streams.add(input.stream);
    if (input.type === 'stream.lost') this.#streams.delete(input.stream);
    return this.#script(input) ?? echo(input, this.#streams);
  }

  /** The inputs of one type so far. */
  all<T extends Input['type']>(type: T): Extract<Input, { type: T }>[] {
    return this.inputs.filter((input): input is Extract<Input, { type: T }> => input.type === type);
  }

  /** The first input of a type, now or when it comes. */
  async next<T extends Input['type']>(type: T, count = 1): Promise<Extract<Input, { type: T }>> {
    while (this.all(type).length < count) {
      await new Promise((found) => this.#waiting.push({ matches: (input) => input.type === type, found }));
    }
    return this.all(type)[count - 1] as Extract<Input, { type: T }>;
  }
}

/** The effects that send something on a stream. */
export const send = (stream: string, xml: string): Effect => ({ type: 'send', stream, xml });

function echo(input: Input, streams: ReadonlySet<string>): readonly Effect[] {
  switch (input.type) {
    case 'stream.header':
      return [{ type: 'open', stream: input.stream, header: { from: 'localhost', id: input.entropy, lang: 'en', version: '1.0' } }];
    case 'stream.element':
      if (input.element.is('starttls')) return [send(input.stream, '<proceed/>'), { type: 'startTls', stream: input.stream }];
      return [send(input.stream, input.element.toString())];
    case 'stream.ended':
      return [{ type: 'close', stream: input.stream }];
    case 'stream.broken':
      return [
        send(input.stream, `<stream:error><${input.condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`),
        { type: 'close', stream: input.stream }, { type: 'disconnect', stream: input.stream },
      ];
    case 'server.stopping':
      return [...streams].flatMap((stream): Effect[] => [send(stream, '<goodbye/>'), { type: 'close', stream }]);
    default:
      return [];
  }
}
