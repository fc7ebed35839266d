/** Streams over TCP: writing, reading, ending. Spec: RFC 6120 §4, §13.12. @module */
import { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import type { Effect } from '../../src/core/effect.ts';
import { header, Peer } from './peer.ts';
import { running } from './running.ts';
import { send } from './scripted-core.ts';

const numbered = (count: number): string => Array.from({ length: count }, (_, n) => `<message id='${n}'/>`).join('');
const idsIn = (text: string): number[] => [...text.matchAll(/<message id="(\d+)"/g)].map((match) => Number(match[1]));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
/** Trusts a peer from its header on, so that the limits of strangers don't apply. */
const trusting = (input: { type: string; stream?: string }): Effect[] | undefined => input.type === 'stream.opened' ? [{ type: 'trust', stream: input.stream as string }] : undefined;

describe('tcp: writing', () => {
  it('tcp: what one read brings about is one write (DESIGN §4)', async () => {
    const { port } = await running(trusting);
    const peer = await Peer.connect(port('c2s'));
    await peer.send(header).hears('<stream:stream');
    const write = vi.spyOn(Socket.prototype, 'write');
    peer.send(numbered(500));
    await peer.hears('id="499"');
    // One of them is the peer's own.
    expect(write.mock.calls.length).toBe(2);
    write.mockRestore();
    expect(idsIn(peer.text)).toEqual(upTo(500));
  });

  it('tcp: a batch for many connections is one write to each (DESIGN §4)', async () => {
    const streams: string[] = [];
    const { port } = await running((input) => {
      if (input.type === 'stream.opened') streams.push(input.stream);
      if (input.type !== 'stream.element') return undefined;
      return upTo(3).flatMap((n) => streams.map((stream) => send(stream, `<message id="${n}"/>`)));
    });
    const peers = await Promise.all(upTo(10).map(() => Peer.connect(port('c2s'))));
    for (const peer of peers) await peer.send(header).hears('<stream:stream');
    const write = vi.spyOn(Socket.prototype, 'write');
    peers[0]?.send('<presence/>');
    await Promise.all(peers.map((peer) => peer.hears('id="2"')));
    expect(write.mock.calls.length).toBe(1 + peers.length);
    write.mockRestore();
  });
});

describe('tcp: reading', () => {
  it('tcp: bytes that trickle in make the same stream (RFC 6120 §4.2)', async () => {
    const { port, core } = await running(undefined, { limits: { bytesPerSecondUnauthenticated: 1e6 } });
    const peer = await Peer.connect(port('c2s'));
    for (const byte of Buffer.from(`${header}<message id='0'><body>é€😀</body></message></stream:stream>`)) {
      peer.socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    await peer.hears('</stream:stream>');
    expect(core.inputs.map((input) => input.type)).toEqual(['stream.opened', 'stream.header', 'stream.element', 'stream.ended']);
    expect(peer.text).toContain('é€😀');
  });

  it('tcp: each header comes with entropy of its own (RFC 6120 §4.7.3)', async () => {
    const { port, core } = await running();
    for (const _ of upTo(2)) await (await Peer.connect(port('c2s'))).send(header).hears('<stream:stream');
    const [first, second] = core.all('stream.header');
    expect(first?.entropy).toMatch(/^[A-Za-z0-9_-]{32,}$/);
    expect(first?.entropy).not.toBe(second?.entropy);
  });

  it('tcp: a peer that is too fast is read from later, and nothing is lost (RFC 6120 §13.12 rule 6)', async () => {
    const { port } = await running(trusting, { limits: { stanzasPerSecond: 2_000, burstMs: 10 } });
    const peer = await Peer.connect(port('c2s'));
    const pause = vi.spyOn(Socket.prototype, 'pause');
    for (let n = 0; n < 1_000; n += 50) {
      peer.send((n === 0 ? header : '') + upTo(50).map((i) => `<message id='${n + i}'/>`).join(''));
      await new Promise(setImmediate);
    }
    await peer.hears('id="999"');
    expect(pause.mock.calls.length).toBeGreaterThan(0);
    pause.mockRestore();
    expect(idsIn(peer.text)).toEqual(upTo(1_000));
  });

  it('tcp: between pause and resume nothing is read, and nothing is lost', async () => {
    let readMeanwhile = 0;
    const { port, core } = await running((input) => {
      if (input.type === 'stream.opened') return [{ type: 'trust', stream: input.stream }, { type: 'startTimer', timer: 'go on', delayMs: 50 }];
      if (input.type === 'stream.element' && input.element.attrs['id'] === '0') return [{ type: 'pause', stream: input.stream }];
      if (input.type === 'timer.fired') {
        readMeanwhile = core.all('stream.element').length - 1;
        return [{ type: 'resume', stream: 'c1' }];
      }
      return undefined;
    });
    const peer = await Peer.connect(port('c2s'));
    peer.send(`${header}<message id='0'/>`);
    await core.next('stream.element');
    for (const n of upTo(20)) peer.send(`<message id='${n + 1}'/>`);
    await peer.hears('id="20"');
    expect(readMeanwhile).toBe(0);
    expect(idsIn(peer.text)).toEqual(upTo(21).slice(1));
  });
});

describe('tcp: limits', () => {
  it.each([
    ['too many elements of a stranger', numbered(101), 'policy-violation'],
    ['too large a stanza of a stranger', `<message>${'x'.repeat(10_001)}</message>`, 'policy-violation'],
    ['elements nested too deeply', '<a>'.repeat(65), 'policy-violation'],
    ['what is no XML', '<a></b>', 'not-well-formed'],
  ])('tcp: %s ends the stream (RFC 6120 §4.9.3)', async (_, xml, condition) => {
    const { port, core } = await running();
    const peer = await Peer.connect(port('c2s'));
    peer.send(header + xml);
    await peer.hears('</stream:stream>');
    expect(peer.text).toContain(`<${condition} `);
    expect(core.all('stream.broken')).toHaveLength(1);
  });

  it('tcp: trust makes room for the stanzas of users (RFC 6120 §13.12 rule 4)', async () => {
    const { port, core } = await running(trusting);
    const peer = await Peer.connect(port('c2s'));
    peer.send(`${header}<message>${'x'.repeat(200_000)}</message>${numbered(200)}`);
    await peer.hears('id="199"');
    expect(core.all('stream.broken')).toEqual([]);
  });

  it('tcp: a peer that does not read is given up at the limit (RFC 6120 §4.9.3.17)', async () => {
    const chunk = 'x'.repeat(10_000);
    const { port, core } = await running((input) => {
      if (input.type === 'stream.header') return [{ type: 'startTimer', timer: 'more', delayMs: 0 }];
      if (input.type === 'timer.fired') return [...upTo(50).map(() => send('c1', chunk)), { type: 'startTimer', timer: 'more', delayMs: 0 }];
      if (input.type === 'stream.broken') return [{ type: 'close', stream: 'c1' }, { type: 'cancelTimer', timer: 'more' }];
      return undefined;
    }, { limits: { maxQueuedBytes: 1_000_000, closeTimeoutMs: 20 } });
    const peer = await Peer.connect(port('c2s'));
    peer.socket.pause();
    peer.send(header);
    const broken = await core.next('stream.broken');
    expect(broken.condition).toBe('resource-constraint');
    await core.next('stream.lost');
    expect(core.all('stream.broken')).toHaveLength(1);
  });
});

describe('tcp: ending', () => {
  it('tcp: the closing tag comes after all that was sent, and nothing after it (RFC 6120 §4.4)', async () => {
    const { port } = await running((input) => input.type === 'stream.ended'
      ? [send(input.stream, '<last/>'), { type: 'close', stream: input.stream }, send(input.stream, '<toolate/>')] : undefined);
    const peer = await Peer.connect(port('c2s'));
    peer.send(`${header}<message/></stream:stream>`);
    await peer.ended;
    expect(peer.text).toMatch(/<last\/><\/stream:stream>$/);
  });

  it('tcp: after its closing tag the server takes what the peer still sends, and waits for its tag (RFC 6120 §4.4 rules 1, 2)', async () => {
    const { port, core } = await running((input) => input.type === 'stream.header' ? [{ type: 'close', stream: input.stream }] : undefined);
    const peer = await Peer.connect(port('c2s'));
    await peer.send(header).hears('</stream:stream>');
    peer.send('<message/>');
    await core.next('stream.element');
    expect(peer.socket.readableEnded).toBe(false);
    peer.send('</stream:stream>');
    await peer.ended;
    expect(core.all('stream.ended')).toHaveLength(1);
  });

  it('tcp: a peer that never closes its stream is not waited for for ever (RFC 6120 §4.4 rule 3)', async () => {
    const { port, core } = await running((input) => input.type === 'stream.header' ? [{ type: 'close', stream: input.stream }] : undefined, { limits: { closeTimeoutMs: 20 } });
    const peer = await Peer.connect(port('c2s'));
    await peer.send(header).hears('</stream:stream>');
    await core.next('stream.lost');
    await peer.ended;
  });

  it('tcp: a peer that hangs up with its stream open is lost, once', async () => {
    const { port, core, server } = await running();
    const peer = await Peer.connect(port('c2s'));
    await peer.send(header).hears('<stream:stream');
    peer.socket.end();
    await core.next('stream.lost');
    await peer.ended;
    expect(core.inputs.map((input) => input.type)).toEqual(['stream.opened', 'stream.header', 'stream.lost']);
    expect(server.streams).toBe(0);
  });

  it('tcp: a peer that closed its stream and its half of the line still gets its answers (DESIGN D5)', async () => {
    const { port, core } = await running((input) => {
      if (input.type === 'stream.ended') return [{ type: 'startTimer', timer: 'drained', delayMs: 30 }];
      if (input.type === 'timer.fired') return [send('c1', '<answer/>'), { type: 'close', stream: 'c1' }];
      return undefined;
    });
    const peer = await Peer.connect(port('c2s'));
    peer.send(header).socket.end('</stream:stream>');
    await peer.hears('<answer/></stream:stream>');
    await core.next('stream.lost');
    expect(core.all('stream.lost')).toHaveLength(1);
  });

  it('tcp: a reset in the middle of sending is one loss and no error of ours', async () => {
    const { port, core, log } = await running((input) => {
      if (input.type === 'stream.header') return [{ type: 'startTimer', timer: 'more', delayMs: 0 }];
      if (input.type === 'timer.fired') return [send('c1', 'x'.repeat(20_000)), { type: 'startTimer', timer: 'more', delayMs: 1 }];
      if (input.type === 'stream.lost') return [{ type: 'cancelTimer', timer: 'more' }];
      return undefined;
    });
    const peer = await Peer.connect(port('c2s'));
    await peer.send(header).hears('xxx');
    peer.socket.resetAndDestroy();
    await core.next('stream.lost');
    expect(core.all('stream.lost')).toHaveLength(1);
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('tcp: disconnect sends what waits, then ends the connection', async () => {
    const { port, core } = await running((input) => input.type === 'stream.element'
      ? [send(input.stream, '<last/>'), { type: 'disconnect', stream: input.stream }] : undefined);
    const peer = await Peer.connect(port('c2s'));
    peer.send(`${header}<message/>`);
    await peer.ended;
    expect(peer.text).toMatch(/<last\/>$/);
    peer.socket.end();
    await core.next('stream.lost');
  });
});
