/** One server in the hands of a schedule: the real core, its store, its timers and its clients. Not here: what is between two
 *  of them (line.ts, world.ts). @module */
import { defaultConfig, defaultFederation } from '../../../src/core/config.ts';
import type { CoreConfig } from '../../../src/core/config.ts';
import type { Effect } from '../../../src/core/effect.ts';
import { standardFeatures } from '../../../src/core/features/all.ts';
import type { Input } from '../../../src/core/input.ts';
import type { Fate } from '../../../src/core/kernel.ts';
import { createCore } from '../../../src/core/server.ts';
import type { Core } from '../../../src/core/server.ts';
import { Clients } from '../schedules/clients.ts';
import { bareOf } from '../schedules/programme.ts';
import { SlowStore } from '../schedules/slow-store.ts';
import { siteOf } from './programme.ts';
import type { FederatedProgramme } from './programme.ts';

/** Makes the core of a server, or what stands in for it. */
export type SiteMaker = (config: CoreConfig) => Core;

/** The core that this project ships. */
export const realSite: SiteMaker = (config) => createCore(config, standardFeatures);

/** The secret of the component that the model of the rooms is. */
export const componentSecret = 'sixteen tons';

/** What a site tells the world. */
export interface Surroundings {
  /** The number of the next step of all. */
  beginStep(): void;
  steps(): number;
  /** An effect that concerns neither a client, nor the store, nor a timer. */
  perform(effect: Effect): void;
}

/** A server and what belongs to it alone. */
export class Site {
  readonly domain: string;
  readonly core: Core;
  readonly clients: Clients;
  readonly store: SlowStore;
  /** Running timers with their delays. */
  readonly timers = new Map<string, number>();
  readonly fates: (Fate & { at: number })[] = [];
  readonly reports: string[] = [];
  readonly #surroundings: Surroundings;
  /** Its own steps: its clock, which another server has no part in. */
  #steps = 0;

  constructor(domain: string, programme: FederatedProgramme, make: SiteMaker, surroundings: Surroundings) {
    this.domain = domain;
    this.#surroundings = surroundings;
    this.core = make(configOf(domain, programme));
    this.clients = new Clients({ domain, step: (input) => this.step(input), steps: () => surroundings.steps() });
    const accounts = new Set([...programme.before, ...programme.clients].map(({ jid }) => bareOf(jid)).filter((jid) => siteOf(jid) === domain));
    this.store = new SlowStore(accounts, programme.mayFail, (stream) => this.clients.leavingOf(stream));
    this.core.observe({ onFate: (fate) => this.fates.push({ ...fate, at: surroundings.steps() }) });
  }

  get steps(): number {
    return this.#steps;
  }

  /** Takes one input, and does what it calls for. */
  step(input: Input): void {
    this.#steps += 1;
    this.#surroundings.beginStep();
    for (const effect of this.core.step(input, this.#steps)) this.#perform(effect);
  }

  /** Runs a timer out. */
  expire(timer: string): void {
    if (this.timers.delete(timer)) this.step({ type: 'timer.fired', timer });
  }

  #perform(effect: Effect): void {
    if (effect.type === 'store') this.store.ask(effect);
    else if (effect.type === 'report') this.reports.push(String(effect.error));
    else if (effect.type === 'startTimer') this.timers.set(effect.timer, effect.delayMs);
    else if (effect.type === 'cancelTimer') this.timers.delete(effect.timer);
    else if (effect.type === 'close' && this.clients.hearClosed(effect.stream)) return;
    else if (effect.type === 'send' && this.clients.hear(effect.stream, effect.xml)) return;
    else this.#surroundings.perform(effect);
  }
}

function configOf(domain: string, { rooms, roomsAre }: FederatedProgramme): CoreConfig {
  const isHost = rooms?.endsWith(`.${domain}`) === true;
  return {
    domain, ...defaultConfig, secret: `the secret of ${domain}`.padEnd(32, '.'), federation: defaultFederation,
    ...(isHost && roomsAre === 'real' && { rooms: { domain: rooms } }),
    ...(isHost && roomsAre !== 'real' && { components: [{ domain: rooms, secret: componentSecret }] }),
  };
}
