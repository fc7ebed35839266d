/** What may happen in a simulation, and how often: all of it drawn from the seed, and printed. A fault
 *  is off in about every third run, so that what one kind of fault mends is seen without it, too. @module */
import { defaultConfig, defaultFederation } from '../../src/core/config.ts';
import type { CoreConfig } from '../../src/core/config.ts';
import { Random } from './random.ts';

/** All that is drawn once. Times are milliseconds; `Every` is the mean between two, and 0 is never. */
export interface Options {
  readonly seed: number;
  /** How many things happen before everything is healed. */
  readonly ticks: number;
  /** One in every third run: then its seed is a multiple of three. */
  readonly servers: 1 | 2;
  /** Over all servers; they take turns. */
  readonly accounts: number;
  readonly resources: number;
  readonly clients: {
    readonly deedEvery: number;
    readonly returnAfter: number;
    /** How often a priority is negative. */
    readonly negative: number;
    /** How many clients leave requests unanswered. */
    readonly silent: number;
    /** How many keep their roster from session to session (RFC 6121 §2.6). */
    readonly versioned: number;
    /** How often a message is so long that a few fill a page of the store. */
    readonly long: number;
    /** How much of what they do is about rooms. */
    readonly rooms: number;
    /** How often a log-in fails for the time being (RFC 6120 §6.5.11). */
    readonly refused: number;
  };
  readonly network: {
    readonly latency: number;
    readonly jitter: number;
    /** How often what is written at once arrives in pieces. */
    readonly pieces: number;
    readonly clogEvery: number;
    readonly partitionEvery: number;
    readonly cutEvery: number;
    /** How long it takes at most until an end finds out that the line is dead. */
    readonly noticeWithin: number;
    /** How many clients read slowly, and how many bytes in a second. */
    readonly slow: number;
    readonly slowBytes: number;
    /** Bytes that the network takes before its reader has read any. */
    readonly window: number;
    /** Bytes that may wait in the server for one reader. */
    readonly queue: number;
  };
  readonly store: {
    readonly latency: number;
    /** How often a request fails. */
    readonly failing: number;
    readonly outageEvery: number;
    readonly stallEvery: number;
  };
  readonly server: {
    readonly crashEvery: number;
    /** How often the clock on the wall jumps ahead; the one that timers run by never does. */
    readonly jumpEvery: number;
    /** How late a timer is at most, and how often it races with what cancels it. */
    readonly timerLate: number;
    readonly timerRace: number;
  };
  /** Between servers, where there are two. */
  readonly links: {
    /** How often a server that is there is not found, or does not answer. */
    readonly unfound: number;
    /** How often it takes a connection and says nothing for a while. */
    readonly silent: number;
    readonly cutEvery: number;
    readonly clogEvery: number;
    readonly partitionEvery: number;
    /** How often a certificate is one that the other side trusts; otherwise there is dialback. */
    readonly certified: number;
    /** How often TLS comes before the stream (XEP-0368). */
    readonly direct: number;
    /** Somebody connects who claims to be one of the servers, and is not. */
    readonly impostorEvery: number;
    /** How long a link stays up without use. */
    readonly idle: number;
    /** How long a stanza waits for a link; longer where dialback with TLS both ways takes longer, or nothing would ever be mended. */
    readonly wait: number;
    /** How many may wait: so few that a crowd fills it, and a healed world does not. */
    readonly queue: number;
  };
  readonly core: Pick<CoreConfig, 'offlineLimit' | 'rosterLimit' | 'resourceLimit' | 'directedLimit' | 'requestLimit' | 'backlogLimit'>;
}

/** How many servers a seed gives. */
export const serversOf = (seed: number): 1 | 2 => (seed % 3 === 0 ? 1 : 2);

/** Draws the options of a seed.
 *  @param ticks instead of those that are drawn
 *  @param servers instead of the number that the seed gives */
export function drawOptions(seed: number, ticks?: number, servers = serversOf(seed)): Options {
  const random = new Random(seed);
  const drawn = random.between(2_000, 12_000);
  const maybe = (value: () => number, how = 0.65): number => (random.chance(how) ? value() : (value(), 0));
  const options = {
    seed,
    ticks: ticks ?? drawn,
    servers,
    accounts: random.between(2, 4),
    resources: random.between(1, 3),
    clients: {
      deedEvery: random.pick([200, 1_000, 5_000]),
      returnAfter: random.pick([500, 5_000, 30_000]),
      negative: maybe(() => random.pick([0.1, 0.3])),
      silent: maybe(() => random.pick([0.2, 0.5]), 0.3),
      versioned: random.pick([0, 0.5, 1]),
      long: maybe(() => 0.02, 0.2),
      refused: maybe(() => 0.1, 0.3),
      rooms: 0,
    },
    network: {
      latency: random.pick([0, 1, 20, 200]),
      jitter: random.pick([0, 5, 100, 1_000]),
      pieces: maybe(() => random.pick([0.1, 0.5])),
      clogEvery: maybe(() => random.pick([2_000, 20_000])),
      partitionEvery: maybe(() => random.pick([10_000, 60_000])),
      cutEvery: maybe(() => random.pick([2_000, 10_000, 60_000])),
      noticeWithin: random.pick([1, 2_000, 60_000]),
      slow: maybe(() => 0.3),
      slowBytes: random.pick([200, 2_000]),
      window: random.pick([2_048, 65_536]),
      queue: random.pick([20_000, 4_194_304]),
    },
    store: {
      latency: random.pick([0, 2, 50, 500]),
      failing: maybe(() => random.pick([0.01, 0.1]), 0.5),
      outageEvery: maybe(() => 30_000, 0.4),
      stallEvery: maybe(() => 10_000),
    },
    server: {
      crashEvery: maybe(() => random.pick([20_000, 120_000]), 0.5),
      jumpEvery: maybe(() => 30_000),
      timerLate: random.pick([0, 10, 1_000]),
      timerRace: maybe(() => 0.2),
    },
    core: {
      offlineLimit: random.pick([3, 1_000]),
      rosterLimit: random.pick([2, 1_000]),
      resourceLimit: random.pick([2, 20]),
      directedLimit: random.pick([2, 200]),
      requestLimit: random.pick([3, 1_000]),
      backlogLimit: random.pick([2, 64]),
    },
    links: {
      unfound: maybe(() => random.pick([0.05, 0.3]), 0.5),
      silent: maybe(() => random.pick([0.1, 0.4]), 0.5),
      cutEvery: maybe(() => random.pick([5_000, 30_000])),
      clogEvery: maybe(() => random.pick([5_000, 20_000])),
      partitionEvery: maybe(() => 30_000, 0.5),
      certified: random.pick([0, 0.5, 0.9, 1]),
      direct: random.pick([0, 0.5, 1]),
      impostorEvery: maybe(() => 20_000, 0.5),
      idle: random.pick([1_000, 20_000, 600_000]),
      wait: random.pick([2_000, 30_000]),
      queue: random.pick([600, 1_000]),
    },
  };
  // Last, so that the draws before it are what they were without rooms.
  const rooms = maybe(() => random.pick([20, 60]));
  // Who enters every room tells many entities, and hears of many at once. And a client that leaves too many requests unanswered is ended; while a room owes
  // it a last word, it drains out of anybody's sight.
  const core = rooms > 0 ? { ...options.core, directedLimit: 200, requestLimit: 1_000 } : options.core;
  const network = rooms > 0 ? { ...options.network, queue: Math.max(options.network.queue, 400_000) } : options.network;
  return { ...options, core, network, clients: { ...options.clients, rooms } };
}

/** Where the rooms of a server are. */
export const roomsOf = (domain: string): string => `rooms.${domain}`;

/** How many times a stanza's way at most is it until a link is up. */
const HANDSHAKES = 40;

/** The configuration of the core of a domain in a run. */
export function configOf({ core, links, network, servers }: Options, domain: string): CoreConfig {
  const config = { domain, ...defaultConfig, ...core, secret: `the secret of ${domain}`.padEnd(32, '.'), rooms: { domain: roomsOf(domain) } };
  if (servers === 1) return config;
  return {
    ...config,
    delays: { ...config.delays, linkTimeout: Math.max(links.wait, HANDSHAKES * (network.latency + network.jitter)), idleTimeout: links.idle },
    federation: { ...defaultFederation, queueLimit: links.queue },
  };
}

/** The options as they are printed: a line for each group. */
export function describeOptions({ seed, ticks, servers, accounts, resources, ...groups }: Options): string {
  const lines = Object.entries(groups).map(([name, group]) => `  ${name.padEnd(8)} ${Object.entries(group).map(([key, value]) => `${key} ${value}`).join(', ')}`);
  return [`seed ${seed}: ${ticks} ticks, ${servers} ${servers === 1 ? 'server' : 'servers'}, ${accounts} accounts, ${resources} resources each`, ...lines].join('\n');
}
