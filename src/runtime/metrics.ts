/** What a server counts, for whatever collects it: numbers by name and labels, and the text that Prometheus and OpenMetrics collectors
 *  read. No address, and nothing that a peer has chosen, is in it: labels come from short lists. Not here: who asks for it. @module */
import type { Effect } from '../core/effect.ts';
import type { Input } from '../core/input.ts';
import type { Core } from '../core/server.ts';

/** One number, and of what it is.
 *  @public */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What is counted under one name.
 *  @public */
export interface Metric {
  readonly name: string;
  readonly help: string;
  /** A counter never falls while the server runs. */
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly Sample[];
}

/** The counters: what they count, and by what. */
const counters = {
  waystate_connections_refused_total: ['Connections that the limits have kept out.', 'reason'],
  waystate_elements_received_total: ['Elements of the first level that peers have sent.', 'name'],
  waystate_elements_sent_total: ['Elements of the first level that were sent to peers.', 'name'],
  waystate_invariants_broken_total: ['Faults of the server; each is in the log as an error.', ''],
  waystate_links_failed_total: ['Connections to other servers that could not be made.', 'condition'],
  waystate_logins_total: ['SASL exchanges that have ended.', 'outcome'],
  waystate_messages_total: ['Messages for the accounts of this server, and those that went elsewhere.', 'fate'],
  waystate_store_failures_total: ['Requests that the store could not carry out.', ''],
  waystate_store_requests_total: ['Requests to the store.', ''],
  waystate_streams_faulty_total: ['Streams that were ended for a fault: of the peer or, with internal-server-error, of the server.', 'condition'],
  waystate_streams_lost_total: ['Streams whose transport has ended, however it did.', ''],
  waystate_streams_opened_total: ['Streams that were begun.', 'peer'],
} as const;

/** What {@link Core.census} counts, in words. */
const gauges: Readonly<Record<keyof ReturnType<Core['census']>, string>> = {
  streams: 'Streams of clients.',
  accounts: 'Accounts in memory.',
  resources: 'Resources that are bound.',
  timers: 'Timers that run.',
  requests: 'Requests to the store that are not answered yet.',
  peers: 'Streams with other servers and components.',
  links: 'Links to other servers.',
  farewells: 'Full JIDs to which rooms owe a last word.',
};

type Counter = keyof typeof counters;

/** Counts what a server does, from its making on. Hand it to {@link startServer}, and ask it as often as you like.
 *  @example
 *  const core = createCore({ domain: 'capulet.lit', ...defaultConfig }, standardFeatures);
 *  const metrics = new Metrics(core);
 *  metrics.text().includes('waystate_resources 0'); // true
 *  metrics.values().find(({ name }) => name === 'waystate_streams')?.samples; // [{ labels: {}, value: 0 }]
 *  @public */
export class Metrics {
  readonly #core: Pick<Core, 'census' | 'observe'>;
  readonly #counts = new Map<Counter, Map<string, number>>();

  /** @param core whose state is counted, and whose messages */
  constructor(core: Pick<Core, 'census' | 'observe'>) {
    this.#core = core;
    core.observe({ onFate: ({ fate }) => this.#add('waystate_messages_total', fate) });
  }

  /** Every metric, with as many samples as there is something to say of. */
  values(): readonly Metric[] {
    const census = this.#core.census();
    const counted = Object.entries(counters).map(([name, [help, label]]): Metric => {
      const counts = this.#counts.get(name as Counter) ?? new Map<string, number>(label === '' ? [['', 0]] : []);
      return { name, help, type: 'counter', samples: [...counts].map(([of, value]) => ({ labels: label === '' ? {} : { [label]: of }, value })) };
    });
    const present = Object.entries(gauges).map(([what, help]): Metric => ({ name: `waystate_${what}`, help, type: 'gauge', samples: [{ labels: {}, value: census[what as keyof typeof gauges] }] }));
    return [...counted, ...present];
  }

  /** The same in Prometheus' text format, version 0.0.4: `Content-Type: text/plain; version=0.0.4`. */
  text(): string {
    return this.values().map(({ name, help, type, samples }) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map((sample) => lineOf(name, sample)).join('')}`).join('');
  }

  /** A connection was kept out.
   *  @internal */
  refused(reason: string): void {
    this.#add('waystate_connections_refused_total', reason);
  }

  /** A step of the core.
   *  @internal */
  step(input: Input, effects: readonly Effect[]): void {
    this.#received(input);
    for (const effect of effects) this.#ordered(effect);
  }

  #received(input: Input): void {
    switch (input.type) {
      case 'stream.opened':
        return this.#add('waystate_streams_opened_total', input.peer ?? 'client');
      case 'stream.element':
        return this.#add('waystate_elements_received_total', kindOf(input.element.name));
      case 'stream.broken':
        return this.#add('waystate_streams_faulty_total', input.condition);
      case 'stream.lost':
        return this.#add('waystate_streams_lost_total', '');
      case 'sasl.succeeded':
        return this.#add('waystate_logins_total', 'succeeded');
      case 'sasl.failed':
        return this.#add('waystate_logins_total', input.condition);
      case 'connect.failed':
        return this.#add('waystate_links_failed_total', input.condition);
      case 'store.failed':
        return this.#add('waystate_store_failures_total', '');
    }
  }

  #ordered(effect: Effect): void {
    if (effect.type === 'send') this.#add('waystate_elements_sent_total', kindOf(/^<([^\s/>]*)/.exec(effect.xml)?.[1] ?? ''));
    else if (effect.type === 'store') this.#add('waystate_store_requests_total', '');
    else if (effect.type === 'report') this.#add('waystate_invariants_broken_total', '');
  }

  #add(name: Counter, of: string): void {
    let counts = this.#counts.get(name);
    if (counts === undefined) this.#counts.set(name, counts = new Map());
    counts.set(of, (counts.get(of) ?? 0) + 1);
  }
}

/** Peers can make up names; there are as many labels as kinds of stanza, and one for the rest. */
const kindOf = (name: string): string => (name === 'message' || name === 'presence' || name === 'iq' ? name : 'other');

function lineOf(name: string, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text.replaceAll(/[\\"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`))}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
}
