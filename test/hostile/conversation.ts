/** Two users who keep talking, whatever others do: what each of them hears is exactly what the other
 *  said, once and in order. @module */
import { setTimeout } from 'node:timers/promises';
import { parse } from 'ltx';
import type { RawClient } from './raw-client.ts';

/** Between two exchanges: they are to be there all the time, not to be a load. */
const pauseMs = 2;

export class Conversation {
  readonly #juliet: RawClient;
  readonly #romeo: RawClient;
  #exchanges = 0;
  #isOver = false;
  readonly #talk: Promise<unknown>;

  /** @param juliet bound as juliet@localhost/balcony
   *  @param romeo bound as romeo@localhost/orchard */
  constructor(juliet: RawClient, romeo: RawClient) {
    this.#juliet = juliet;
    this.#romeo = romeo;
    this.#talk = this.#go().catch((error: unknown) => error);
  }

  /** Resolves when everything that is said from now on arrives; rejects when anything else came to either
   *  of the two, or their connections ended. */
  async goesOn(): Promise<void> {
    const enough = this.#exchanges + 2;
    while (this.#exchanges < enough) {
      const fault = await Promise.race([this.#talk, setTimeout(pauseMs)]);
      if (fault !== undefined) throw fault;
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#talk;
    this.#juliet.destroy();
    this.#romeo.destroy();
  }

  async #go(): Promise<void> {
    while (!this.#isOver) {
      await say(this.#juliet, 'juliet@localhost/balcony', this.#romeo, 'romeo@localhost/orchard', `O Romeo ${this.#exchanges}`);
      await say(this.#romeo, 'romeo@localhost/orchard', this.#juliet, 'juliet@localhost/balcony', `Fair saint ${this.#exchanges}`);
      this.#exchanges += 1;
      await setTimeout(pauseMs);
    }
  }
}

async function say(from: RawClient, sender: string, to: RawClient, recipient: string, body: string): Promise<void> {
  from.send(`<message to='${recipient}' type='chat'><body>${body}</body></message>`);
  const heard = await to.hears('</message>');
  const message = parse(heard);
  if (!message.is('message') || message.attrs['from'] !== sender || message.getChildText('body') !== body) throw new Error(`${recipient} heard ${heard} in place of ${body}`);
}
