/** What stands at each address of the inspector: the page's files, the machines, traces, and answers about the server that is
 *  looked at. It reads and drives nothing. Not here: sockets, who may look (server.ts, gate.ts). @module */
import { TraceError } from '../core/trace.ts';
import { pageFiles } from './files.ts';
import type { PageFile } from './files.ts';
import { peopleLike, seenBy, watchersOf } from './people.ts';
import type { Recorder } from './recorder.ts';
import { scenarioOf } from './scenario.ts';
import { sheets } from './sheets.ts';
import { exampleTrace, textOfTrace } from './traces.ts';
import type { TraceSource, TraceSources } from './traces.ts';
import { watchedTrace } from './watched.ts';

/** What is found at an address, or why nothing is. */
export type Found = PageFile | Refusal;

/** Nothing is found, and a sentence says why. */
export interface Refusal {
  readonly status: number;
  readonly sentence: string;
}

const nothing: Refusal = { status: 404, sentence: 'There is nothing of that name.' };
const json = 'application/json';

/** By path; what takes a while is a promise. */
type Answer = (params: URLSearchParams) => Found;

export class Site {
  readonly #files: ReadonlyMap<string, PageFile>;
  readonly #answers: ReadonlyMap<string, Answer>;
  readonly #traces: TraceSources;

  /** @param recorder of the server that is looked at, if there is one
   *  @param traces where traces come from, beside the examples and the sessions that are looked at */
  constructor(recorder: Recorder | undefined, traces: TraceSources = {}) {
    this.#files = pageFiles({ isLive: recorder !== undefined });
    const session: TraceSource = async (key) => {
      const subject = recorder?.roll.get(key);
      return subject && watchedTrace(subject);
    };
    this.#traces = { example: exampleTrace, session, ...traces };
    this.#answers = new Map([['/machines.json', () => machines], ...(recorder === undefined ? [] : answersOf(recorder))]);
  }

  /** @param path as it was asked for; no path of a file is ever made of it */
  find(path: string, params: URLSearchParams): Found | Promise<Found> {
    if (path.startsWith('/traces/')) return this.#trace(path.slice('/traces/'.length));
    return this.#answers.get(path)?.(params) ?? this.#files.get(path) ?? nothing;
  }

  /** @param segment its ID, encoded as one segment of a path */
  async #trace(segment: string): Promise<Found> {
    try {
      return found(await textOfTrace(this.#traces, segment), 'application/x-ndjson; charset=utf-8');
    } catch (error) {
      if (error instanceof TraceError) return { status: 503, sentence: error.message };
      return { status: 500, sentence: 'That can\'t be read.' };
    }
  }
}

const machines = found(JSON.stringify([...sheets.values()]), json);

/** What can be asked of a server that is looked at. */
function answersOf(recorder: Recorder): readonly (readonly [string, Answer])[] {
  return [
    ['/scenario', (params) => {
      const subject = recorder.roll.get(params.get('open') ?? '');
      return found(subject && scenarioOf(subject), 'text/plain; charset=utf-8');
    }],
    ['/why', (params) => {
      const [watcher, contact] = [params.get('watcher') ?? '', params.get('contact') ?? ''];
      const answer = seenBy(recorder, watcher === '' ? contact : watcher, contact);
      if (answer === undefined) return { status: 400, sentence: 'Both must be addresses, such as juliet@localhost.' };
      return found(JSON.stringify(watcher === '' ? { watchers: watchersOf(recorder, contact) } : { answer, watchers: [] }), json);
    }],
    ['/people', (params) => found(JSON.stringify(peopleLike(recorder.core, params.get('part') ?? '')), json)],
  ];
}

function found(text: string | undefined, type: string): Found {
  return text === undefined ? nothing : { type, body: Buffer.from(text) };
}
