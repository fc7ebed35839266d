/** A page of the inspector as its server sees one: it looks at the list, and at one session that is at work. Not here:
 *  a browser (test/inspector/browser-crowd.test.ts); what a page costs is paid by another process. @module */
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often it is asked whether somebody is there. */
const askMs = 50;

export class Watcher {
  readonly #address: URL;
  readonly #cookie: string;
  #feed: IncomingMessage | undefined;
  #isClosed = false;
  /** What was told so far. */
  bytes = 0;
  events = 0;

  private constructor(address: URL, cookie: string) {
    this.#address = address;
    this.#cookie = cookie;
  }

  /** Comes in by the address that was printed.
   *  @param address with the token */
  static async at(address: string): Promise<Watcher> {
    const url = new URL(address);
    const { headers } = await asked(url, '');
    return new Watcher(url, headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '');
  }

  /** Looks at the list until somebody of a name is there, and from then on at her too. */
  async watch(name: string): Promise<void> {
    while (!this.#isClosed) {
      const response = await this.#ask(`q=${encodeURIComponent(name)}`);
      const key = await keyIn(response);
      response.destroy();
      if (key !== undefined) return this.#open(key);
      await sleep(askMs);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#feed?.destroy();
  }

  async #open(key: string): Promise<void> {
    const response = await this.#ask(`limit=40&open=${encodeURIComponent(key)}`);
    if (this.#isClosed) return void response.destroy();
    this.#feed = response.on('error', () => {}).on('data', (part: Buffer) => {
      this.bytes += part.length;
      if (part.includes('\n\n')) this.events += 1;
    });
  }

  #ask(query: string): Promise<IncomingMessage> {
    return asked(new URL(`/live?${query}`, this.#address), this.#cookie);
  }
}

function asked(url: URL, cookie: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get(url, { headers: { cookie } }, resolve).on('error', reject);
  return promise;
}

/** The key of the first row of the first event. */
async function keyIn(response: IncomingMessage): Promise<string | undefined> {
  let text = '';
  for await (const part of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += part;
    if (text.includes('\n\n')) break;
  }
  const told = JSON.parse(text.slice('data: '.length, text.indexOf('\n\n'))) as { readonly list: { readonly rows: readonly { readonly key: string }[] } };
  return told.list.rows[0]?.key;
}
