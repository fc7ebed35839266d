/** A server that logs clients in, in one file: the core, a loop of twenty lines, and a socket for each stream. PLAIN without TLS,
 *  on loopback only. `node own-loop.ts PORT`. @module */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { createCore, defaultConfig, parseBare, standardFeatures, StreamReader } from 'waystate/core';
import type { Channel, Effect, Input, ServerHeader, StreamId } from 'waystate/core';
import { deriveCredentials, memoryStore } from 'waystate/server';

const domain = 'localhost';
const core = createCore({ domain, ...defaultConfig }, standardFeatures);
const store = memoryStore();
const passwords = new Map([['juliet', 'secret'], ['romeo', 'secret']]);
const channel: Channel = { secure: false, startTls: false, tlsRequired: false, mechanisms: ['PLAIN'], channelBindings: [] };
const peers = new Map<StreamId, { readonly socket: Socket; readonly reader: StreamReader }>();
const timers = new Map<string, NodeJS.Timeout>();

// The loop: one input at a time, and each batch is carried out before the next input.
const waiting: Input[] = [];
let isStepping = false;
function feed(input: Input): void {
  waiting.push(input);
  if (isStepping) return;
  isStepping = true;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    for (const effect of core.step(next, Date.now())) perform(effect);
    if (next.type === 'stream.lost') peers.delete(next.stream);
  }
  isStepping = false;
}

// The effects, in the order of the batch.
function perform(effect: Effect): void {
  const peer = 'stream' in effect && effect.stream !== undefined ? peers.get(effect.stream) : undefined;
  switch (effect.type) {
    case 'open': return void peer?.socket.write(headerOf(effect.header));
    case 'send': return void peer?.socket.write(effect.xml);
    case 'close': return void peer?.socket.write('</stream:stream>');
    case 'disconnect': return hangUp(peer?.socket);
    case 'restart': return peer?.reader.restart();
    case 'pause': return void peer?.socket.pause();
    case 'resume': return void peer?.socket.resume();
    case 'authenticate': return feed(outcomeOf(effect.stream, effect.data));
    case 'startTimer': return startTimer(effect.timer, effect.delayMs);
    case 'cancelTimer': return clearTimeout(timers.get(effect.timer));
    case 'store': return void ask(effect);
    case 'report': return console.error(effect.error);
    case 'deriveCredentials':
      return void deriveCredentials(effect.password).then(
        (credentials) => feed({ type: 'credentials.derived', request: effect.request, credentials }),
        () => feed({ type: 'store.failed', request: effect.request }),
      );
    case 'connect': return feed({ type: 'connect.failed', stream: effect.stream, condition: 'remote-server-not-found' });
    default: // `trust`: there are no other limits here. `respond`, `abort`: PLAIN is one message. `startTls`: not offered.
  }
}

/** All that was sent goes out, and whoever does not hang up in turn is not waited for: `stream.lost` is owed. */
function hangUp(socket: Socket | undefined): void {
  socket?.end();
  setTimeout(() => socket?.destroy(), 2_000).unref();
}

function headerOf({ from, id = '', lang, version }: ServerHeader): string {
  return `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='${from}' id='${id}' xml:lang='${lang}' version='${version}'>`;
}

/** PLAIN (RFC 4616 §2): whom to act for, who, password. */
function outcomeOf(stream: StreamId, data = ''): Input {
  const [, name = '', password] = Buffer.from(data, 'base64').toString().split('\0');
  const account = parseBare(`${name}@${domain}`);
  if (account === undefined || passwords.get(name) !== password) return { type: 'sasl.failed', stream, condition: 'not-authorized' };
  return { type: 'sasl.succeeded', stream, account };
}

function startTimer(timer: string, delayMs: number): void {
  clearTimeout(timers.get(timer));
  timers.set(timer, setTimeout(() => feed({ type: 'timer.fired', timer }), delayMs));
}

async function ask({ request, operation, after }: Extract<Effect, { type: 'store' }>): Promise<void> {
  try {
    // Only once all that was sent over that stream has left the process.
    if (after !== undefined) await written(peers.get(after)?.socket);
    const reply = await store.perform(operation);
    feed({ type: 'store.replied', request, reply });
  } catch {
    feed({ type: 'store.failed', request });
  }
}

function written(socket: Socket | undefined): Promise<void> {
  return new Promise((done, failed) => {
    if (socket === undefined || socket.destroyed) failed(new Error('the stream has ended'));
    else socket.write('', (error) => (error ? failed(error) : done()));
  });
}

// The streams: bytes to inputs.
let streams = 0;
const server = createServer((socket) => {
  const stream = `s${(streams += 1)}`;
  const reader = new StreamReader({ maxStanzaBytes: 262_144, maxDepth: 64, maxAttributes: 64 });
  peers.set(stream, { socket, reader });
  feed({ type: 'stream.opened', stream, channel });
  socket.on('data', (bytes: Buffer) => {
    for (const event of reader.push(bytes)) {
      if (event.type === 'header') feed({ type: 'stream.header', stream, header: event.header, entropy: randomBytes(24).toString('base64url') });
      else if (event.type === 'element') feed({ type: 'stream.element', stream, element: event.element });
      else if (event.type === 'end') feed({ type: 'stream.ended', stream });
      else feed({ type: 'stream.broken', stream, condition: event.condition });
    }
  });
  socket.on('error', () => {}); // 'close' follows
  socket.on('close', () => feed({ type: 'stream.lost', stream }));
});

for (const [name, password] of passwords) {
  const account = parseBare(`${name}@${domain}`);
  if (account !== undefined) await store.perform({ op: 'account.create', account, credentials: await deriveCredentials(password) });
}
server.listen(Number(process.argv[2] ?? 5222), '127.0.0.1', () => console.log(JSON.stringify(server.address())));
