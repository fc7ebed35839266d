/** Whatever bytes come, in whatever segments: the server goes on, and so do its users. Random bytes, and honest
 *  dialogues in which some bytes are wrong. @module */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NS } from '../../src/core/namespaces.ts';
import { bind, bound, closingTag, header, open, plain, starttls } from './dialogue.ts';
import type { RawClient } from './raw-client.ts';
import { besiege } from './siege.ts';
import type { Way } from './siege.ts';

const siege = besiege({ limits: { closeTimeoutMs: 10, bytesPerSecondUnauthenticated: 1 << 20, tlsHandshakeTimeoutMs: 5_000 } });
const seed = 6120;

/** What a server may be waiting for, or must not be told. */
const words = [
  header(), open, starttls, plain('mallory'), bind('fuzz'), closingTag, '<presence/>', "<message to='mallory@localhost'><body>a</body></message>",
  `<iq type='get' id='1'><query xmlns='${NS.roster}'/></iq>`, "<iq type='get' id='2' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>",
  `<response xmlns='${NS.sasl}'/>`, `<abort xmlns='${NS.sasl}'/>`, '<', '>', '/>', '</', '&', ';', '&#0;', ']]>', '<![CDATA[', '<!--', '<!DOCTYPE a>', '<?a?>', "'", '"', '=', ':',
  "xmlns='", 'xmlns:', "to='", "from='juliet@localhost' ", "type='", "id='", '\0', '\n', 'é', '😀',
].map((word) => Buffer.from(word));

const word = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) });
const mutation = fc.record({ at: fc.nat(), remove: fc.nat({ max: 40 }), insert: fc.array(word, { maxLength: 3 }) });
/** Where to cut. */
const cuts = fc.array(fc.nat(), { maxLength: 6 });

const dialogue = Buffer.from([
  header(), plain('mallory'), header(), bind('fuzz'), `<iq type='get' id='r'><query xmlns='${NS.roster}'/></iq>`, '<presence><priority>1</priority></presence>',
  "<message to='mallory@localhost/fuzz' type='chat'><body>&lt;é😀</body></message>", `<iq type='set' id='s'><query xmlns='${NS.roster}'><item jid='nurse@localhost'><group>a</group></item></query></iq>`,
  "<presence to='tybalt@localhost'/>", "<presence type='unavailable'/>", closingTag,
].join(''));
const afterBinding = dialogue.subarray(dialogue.indexOf("<iq type='get' id='r'>"));

function mutated(bytes: Uint8Array, mutations: readonly { at: number; remove: number; insert: readonly Uint8Array[] }[]): Uint8Array {
  return mutations.reduce((before, { at, remove, insert }) => {
    const from = before.length === 0 ? 0 : at % before.length;
    return Buffer.concat([before.subarray(0, from), ...insert, before.subarray(from + remove)]);
  }, bytes);
}

/** Sends the bytes in segments, each once something was heard of the one before, or enough turns went by. */
async function recite(client: RawClient, bytes: Uint8Array, at: readonly number[]): Promise<void> {
  const ends = [...at.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((one, other) => one - other);
  let from = 0;
  for (const end of ends) {
    if (client.hasEnded) break;
    client.send(bytes.subarray(from, end));
    from = end;
    await Promise.race([client.news(), new Promise((resolve) => setTimeout(resolve, 4))]);
  }
}

/** What the server said must be a stream, as far as it goes. */
function expectSense(client: RawClient): void {
  expect(client.farewell().errors.length).toBeLessThanOrEqual(1);
  expect(client.heard).not.toContain('internal-server-error');
}

async function leave(client: RawClient): Promise<void> {
  client.destroy();
  await client.ended;
}

it.concurrent.each<Way>(['TCP', 'direct TLS', 'WebSocket'])('fuzz: random bytes over %s disturb nobody', async (way) => {
  await fc.assert(fc.asyncProperty(fc.array(word, { maxLength: 30 }), cuts, fc.boolean(), async (parts, at, isOpen) => {
    const client = await siege.connect(way);
    if (isOpen) client.send(way === 'WebSocket' ? open : header());
    await recite(client, Buffer.concat(parts), at);
    await leave(client);
  }), { seed, numRuns: 100 });
});

it.concurrent('fuzz: an honest dialogue with some bytes wrong disturbs nobody, and is answered with a stream', async () => {
  const steps = [header(), plain('mallory'), header(), bind('fuzz')].reduce<number[]>((ends, step) => [...ends, (ends.at(-1) ?? 0) + Buffer.byteLength(step)], []);
  await fc.assert(fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), cuts, async (mutations, at) => {
    const client = await siege.connect();
    await recite(client, mutated(dialogue, mutations), [...steps, ...at]);
    expectSense(client);
    await leave(client);
  }), { seed, numRuns: 150 });
});

it.concurrent('fuzz: a user whose stanzas have some bytes wrong disturbs nobody, and is answered with a stream', async () => {
  await fc.assert(fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), cuts, async (mutations, at) => {
    const client = await bound(await siege.connect(), 'mallory', 'blur');
    await recite(client, mutated(afterBinding, mutations), at);
    expectSense(client);
    await leave(client);
  }), { seed, numRuns: 150 });
});
