/** Plays a history on any server, and judges what became of each message by what its clients hear. What is heard in the act
 *  that sends it is delivered; what is heard later was stored, and so that nothing stays in store everybody logs in once more
 *  at the end. Not here: the same on a core, whose
 *  store can be slow and whose memory can be looked into (world/world.ts). @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import { NAMES } from '../arbitrary/history.ts';
import type { Act, Deed, History } from '../arbitrary/history.ts';
import type { MessageFate, Run, SentMessage, Session, Shown } from '../world/run.ts';
import { stanzaOf } from '../world/stanza.ts';
import type { TestedClient, TestedServer } from './tested-server.ts';

/** After this time everything that an act brings about has come. */
const settleMs = 100;
/** The resource of those who log in at the end to see what was stored. */
const collector = 'collector';

interface LiveSession extends Session {
  readonly heard: (Element | 'closed')[];
  readonly client: TestedClient;
}

/** Plays a history to its end.
 *  @param server is stopped afterwards, whatever happens */
export async function playOn(server: TestedServer, history: History): Promise<Run> {
  const play = new Play(server);
  try {
    return await play.run(history);
  } finally {
    await server.stop?.();
  }
}

class Play {
  readonly #server: TestedServer;
  readonly #sessions: LiveSession[] = [];
  readonly #live = new Map<string, LiveSession>();
  readonly #messages: SentMessage[] = [];
  readonly #steps: Shown[][] = [];
  #shown: Shown[] = [];
  /** By the id of a message. */
  readonly #fates = new Map<string, MessageFate['fate'][]>();
  /** How many messages had been sent before the act at hand. */
  #sentBefore = 0;

  constructor(server: TestedServer) {
    this.#server = server;
  }

  async run(history: History): Promise<Run> {
    for (const act of history) await this.#step(() => this.#act(act));
    for (const name of NAMES) {
      await this.#step(async () => (await this.#connect(`${name}@localhost/${collector}`)).client.send('<presence/>'));
    }
    const last = [...this.#live.values()].at(-1);
    for (const session of [...this.#live.values()]) if (session !== last) await this.#step(() => this.#close(session));
    const heardByLast = last && { jid: last.jid, heard: [...last.heard] };
    if (last !== undefined) await this.#step(() => this.#close(last));
    return { sessions: this.#sessions, last: heardByLast, fates: this.#messages.flatMap((message, index) => this.#fatesOf(message, String(index + 1))), messages: this.#messages, steps: this.#steps };
  }

  async #step(act: () => Promise<void>): Promise<void> {
    this.#sentBefore = this.#messages.length;
    await act();
    await this.#server.advance(settleMs);
    this.#steps.push(this.#shown);
    this.#shown = [];
  }

  async #act({ by: { name, resource }, deed }: Act): Promise<void> {
    // The store of a server is its own affair: here it answers when it likes.
    if (deed.do === 'hold' || deed.do === 'answer') return;
    const jid = `${name}@localhost/${resource}`;
    const session = this.#live.get(jid);
    if (session === undefined) await this.#connect(jid);
    else await this.#do(session, deed);
  }

  async #do(session: LiveSession, deed: Deed): Promise<void> {
    if (deed.do === 'close') return this.#close(session);
    if (deed.do === 'cut') {
      this.#live.delete(session.jid);
      return session.client.cut();
    }
    if (deed.do === 'message') this.#messages.push({ by: session.jid, to: deed.to, type: deed.type });
    for (const stanza of stanzaOf(deed, this.#messages.length)) await session.client.send(stanza);
  }

  async #connect(jid: string): Promise<LiveSession> {
    const heard: (Element | 'closed')[] = [];
    const hear = (xml: string): void => {
      const item = xml.startsWith('</') ? 'closed' : parse(xml.replace(/^<(stream:\w+)/, '<$1 xmlns:stream="http://etherx.jabber.org/streams"'));
      heard.push(item);
      this.#shown.push({ to: jid, what: xml });
      if (item !== 'closed' && item.name === 'message') this.#note(jid, item);
    };
    const session = { jid, heard, client: await this.#server.connect(jid, hear) };
    this.#sessions.push(session);
    this.#live.set(jid, session);
    return session;
  }

  async #close(session: LiveSession): Promise<void> {
    this.#live.delete(session.jid);
    await session.client.send('</stream:stream>');
  }

  #note(jid: string, { attrs: { id = '', type } }: Element): void {
    const isBack = type === 'error';
    if (isBack && this.#messages[Number(id) - 1]?.by !== jid) return;
    const fates = this.#fates.get(id) ?? [];
    this.#fates.set(id, fates);
    const fate = isBack ? 'bounced' : Number(id) > this.#sentBefore ? 'delivered' : 'stored';
    // It may be delivered to many, and goes back once.
    if (isBack || !fates.includes(fate)) fates.push(fate);
  }

  /** What became of a message, as far as anybody has heard. That a headline was dropped can't be told from its being
   *  lost, and it may be (RFC 6121 §8.5.2.2.1). */
  #fatesOf({ type }: SentMessage, id: string): readonly MessageFate[] {
    const fates = this.#fates.get(id) ?? (type === 'headline' ? ['dropped' as const] : []);
    return fates.map((fate) => ({ id, type, fate }));
  }
}
