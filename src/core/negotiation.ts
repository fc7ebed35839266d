/** Stream negotiation: what comes over a stream before a resource is bound becomes events of its
 *  machine, and the machine's effects become XML. Spec: RFC 6120 §4-§7. Not here: the rules of the
 *  order of it all (machines/stream.ts), SASL mechanisms (runtime), binding (binding.ts). @module */
import { Element } from 'ltx';
import type { BareJid, StreamErrorCondition } from '../../machines/vocabulary.ts';
import { wires } from '../../machines/wires.ts';
import { stepStream } from '../../machines/stream.ts';
import type { StreamEvent } from '../../machines/stream.ts';
import type { EffectOf, TimerEvent } from '../../machines/step.ts';
import { bindRequestOf, bindResource } from './binding.ts';
import type { IqAnswer } from './feature.ts';
import type { StreamHeader } from './input.ts';
import { parseJid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { languageOf } from './language.ts';
import { NS } from './namespaces.ts';
import { StanzaError, bounceOf } from './stanza-error.ts';
import { resultOf } from './stanza.ts';
import { streamErrorXml } from './stream-error.ts';
import { featuresXml } from './stream-features.ts';
import { answerTo, isServed } from './stream-version.ts';
import { serialize } from './xml/writer.ts';
import type { Stream } from './resources.ts';

type StreamEffect = EffectOf<typeof stepStream.machine>;

/** Advances a stream by one event and carries out what follows; false when the event means nothing
 *  in the stream's state. */
export function advanceStream(kernel: Kernel, stream: Stream, event: StreamEvent | TimerEvent): boolean {
  const { state, effects, ignored } = kernel.transit('stream', stream.id, stepStream, stream.state, event);
  stream.state = state;
  stream.isBound = state.value === 'bound';
  if (state.value === 'closed') kernel.streams.delete(stream.id);
  for (const effect of effects) perform(kernel, stream, effect);
  return !ignored;
}

/** Begins a stream, and the time in which it must become one of a connected resource. */
export function beginStream(kernel: Kernel, stream: Stream): void {
  for (const effect of stepStream.initialEffects) perform(kernel, stream, effect);
}

/** A stream header (RFC 6120 §4.7). */
export function receiveHeader(kernel: Kernel, stream: Stream, header: StreamHeader, entropy: string): void {
  stream.entropy = entropy;
  stream.lang = languageOf(header);
  stream.peer = header.from;
  stream.version = answerTo(header.version);
  const condition = headerFault(kernel, stream, header);
  const isExpected = advanceStream(kernel, stream, condition === undefined
    ? { type: 'header.received', secure: stream.channel.secure }
    : { type: 'stream.failed', condition });
  if (!isExpected) advanceStream(kernel, stream, { type: 'stream.failed', condition: 'bad-format' });
}

/** What is wrong with a header, if anything is. */
function headerFault(kernel: Kernel, stream: Stream, header: StreamHeader): StreamErrorCondition | undefined {
  if (!header.wellNamed || header.xmlns !== NS.client) return 'invalid-namespace'; // RFC 6120 §4.8.2
  if (header.to === undefined || parseJid(header.to)?.bare !== kernel.config.domain) return 'host-unknown'; // §4.9.3.6
  if (!isServed(header.version)) return 'unsupported-version'; // §4.7.5
  if (stream.account !== undefined && !isFrom(stream, stream.account)) return 'invalid-from'; // §4.9.3.9
  return undefined;
}

/** SASL has found out whose stream it is; that must be whoever its header was from, if nobody can have changed that on the way. */
export function receiveSuccess(kernel: Kernel, stream: Stream, account: BareJid, data: string | undefined): void {
  if (stream.channel.secure && !isFrom(stream, account)) {
    advanceStream(kernel, stream, { type: 'stream.failed', condition: 'invalid-from' }); // RFC 6120 §6.4.6
    return;
  }
  stream.account = account;
  advanceStream(kernel, stream, { type: 'sasl.succeeded', ...(data !== undefined && { data }) });
}

const isFrom = ({ peer }: Stream, account: BareJid): boolean => peer === undefined || parseJid(peer)?.bare === account;

/** A first-level element of a stream that is not bound. */
export function receiveUnbound(kernel: Kernel, stream: Stream, element: Element): void {
  const event = eventOf(kernel, stream, element);
  if (event === undefined) return;
  const isExpected = advanceStream(kernel, stream, event);
  // What follows waits for the outcome of the exchange.
  if (event.type.startsWith('auth.')) stream.isBusy = stream.state.matches({ negotiating: 'authenticating' });
  if (!isExpected) advanceStream(kernel, stream, { type: 'stream.failed', condition: 'policy-violation', text: `<${element.name}/> has no place here` });
}

/** What an element means to a stream; undefined when it has been dealt with. */
function eventOf(kernel: Kernel, stream: Stream, element: Element): StreamEvent | undefined {
  const { xmlns } = element.attrs;
  if (xmlns === NS.tls && element.name === 'starttls') return { type: 'tls.requested', offered: stream.channel.startTls && !stream.channel.secure };
  if (xmlns === NS.sasl) return saslEvent(stream, element);
  if (xmlns === NS.streams && element.name === 'error') return { type: 'stream.ended' }; // RFC 6120 §4.9.1.1
  if (xmlns === NS.server) return { type: 'stream.failed', condition: 'invalid-namespace' }; // RFC 6120 §4.8.3
  if (xmlns !== undefined || (element.name !== 'iq' && element.name !== 'message' && element.name !== 'presence')) {
    return { type: 'stream.failed', condition: 'unsupported-stanza-type' }; // RFC 6120 §4.9.3.24
  }
  if (element.name === 'iq' && stream.state.matches({ negotiating: 'binding' }) && bindRequestOf(element) !== undefined) {
    stream.bindRequest = element;
    return { type: 'bind.requested' };
  }
  if (element.name === 'iq' && isOpen(stream) && answerStranger(kernel, stream, element)) return undefined;
  return { type: 'stanza.received' };
}

/** An iq that an extension answers before authentication; false when none does. */
function answerStranger(kernel: Kernel, stream: Stream, iq: Element): boolean {
  const task = kernel.features.map((feature) => feature.beforeAuthentication?.(kernel, iq, stream.origin)).find((answer) => answer !== undefined);
  if (task === undefined) return false;
  const reply = (answer: IqAnswer): void => {
    const stanza = answer instanceof StanzaError ? bounceOf(iq, answer) : resultOf(iq, answer);
    if (stanza !== undefined && isOpen(stream)) kernel.send(stream, serialize(stanza));
    kernel.wiring.whenIdle(stream);
  };
  stream.isBusy = true;
  kernel.run(task, reply, () => reply(new StanzaError('internal-server-error')));
  return true;
}

/** Whether a stranger may say more than that it wants TLS. */
const isOpen = (stream: Stream): boolean =>
  stream.state.matches({ negotiating: 'secured' }) || (stream.state.matches({ negotiating: 'unsecured' }) && !stream.channel.tlsRequired);

function saslEvent(stream: Stream, element: Element): StreamEvent {
  const text = element.getText();
  const data = text === '' ? {} : { data: text };
  switch (element.name) {
    case 'auth':
      return { type: 'auth.requested', mechanism: element.attrs.mechanism ?? '', ...data, permitted: stream.channel.secure || !stream.channel.tlsRequired };
    case 'response':
      return { type: 'auth.responded', ...data };
    case 'abort':
      return { type: 'auth.aborted' };
    default:
      return { type: 'stream.failed', condition: 'unsupported-stanza-type' };
  }
}

function perform(kernel: Kernel, stream: Stream, effect: StreamEffect): void {
  switch (effect.type) {
    case 'openStream':
      open(kernel, stream);
      break;
    case 'offerFeatures':
      kernel.send(stream, featuresXml(kernel, stream));
      break;
    case 'proceedTls':
      kernel.send(stream, `<proceed xmlns="${NS.tls}"/>`);
      stream.isOpen = false;
      kernel.effects.push({ type: 'startTls', stream: stream.id });
      break;
    case 'refuseTls':
      kernel.send(stream, `<failure xmlns="${NS.tls}"/>`);
      break;
    case 'beginSasl':
      kernel.effects.push({ type: 'authenticate', stream: stream.id, ...effect.params });
      break;
    case 'continueSasl':
      kernel.effects.push({ type: 'respond', stream: stream.id, ...effect.params });
      break;
    case 'abandonSasl':
      kernel.effects.push({ type: 'abort', stream: stream.id });
      break;
    case 'sendChallenge':
      kernel.send(stream, saslXml('challenge', effect.params.data));
      break;
    case 'sendSuccess':
      kernel.send(stream, saslXml('success', effect.params.data === '' ? '=' : effect.params.data)); // RFC 6120 §6.4.6
      break;
    case 'refuseSasl': {
      const failure = new Element('failure', { xmlns: NS.sasl });
      failure.c(effect.params.condition);
      if (effect.params.text !== undefined) failure.c('text', { 'xml:lang': kernel.config.lang }).t(effect.params.text);
      kernel.send(stream, serialize(failure));
      break;
    }
    case 'restartStream':
      stream.isOpen = false;
      kernel.effects.push({ type: 'restart', stream: stream.id }, { type: 'trust', stream: stream.id });
      break;
    case 'bindResource':
      bindResource(kernel, stream);
      break;
    case 'sendBindResult':
      kernel.send(stream, bindResultXml(stream));
      break;
    case 'refuseBind': {
      const bounce = stream.bindRequest && bounceOf(stream.bindRequest, new StanzaError(effect.params.condition));
      if (bounce !== undefined) kernel.send(stream, serialize(bounce));
      break;
    }
    case 'endSession':
      if (stream.resource !== undefined) kernel.carry(wires.stream.endSession[effect.params.event], stream.resource);
      break;
    case 'abandonRoute':
      if (stream.resource !== undefined) kernel.carry(wires.stream.abandonRoute, stream.resource);
      break;
    case 'sendStreamError':
      // An error never comes before the header (RFC 6120 §4.9.1.2).
      if (!stream.isOpen) open(kernel, stream);
      kernel.send(stream, streamErrorXml(effect.params.condition, effect.params.text));
      break;
    case 'closeStream':
      kernel.effects.push({ type: 'close', stream: stream.id });
      break;
    case 'disconnect':
      kernel.effects.push({ type: 'disconnect', stream: stream.id });
      break;
    case 'startTimer': {
      const event = { type: effect.params.timer };
      kernel.startTimer(timerOf(stream, event.type), effect.params.delay, () => advanceStream(kernel, stream, event));
      break;
    }
    case 'cancelTimer':
      kernel.cancelTimer(timerOf(stream, effect.params.timer));
      break;
    case 'processStanza': // a stream that is bound hands its stanzas on itself (server.ts)
      break;
  }
}

/** The server's header. Its `id` is unpredictable (RFC 6120 §4.7.3). */
function open(kernel: Kernel, stream: Stream): void {
  const header = { from: kernel.config.domain, id: stream.entropy.slice(0, 16) || stream.id, lang: kernel.config.lang, ...(stream.version !== undefined && { version: stream.version }) };
  const to = stream.peer === undefined ? undefined : parseJid(stream.peer)?.bare;
  stream.isOpen = true;
  kernel.effects.push({ type: 'open', stream: stream.id, header: to === undefined ? header : { ...header, to } });
}

const timerOf = (stream: Stream, name: string): string => `stream ${stream.id} ${name}`;

function saslXml(name: 'challenge' | 'success', data: string | undefined): string {
  return data === undefined ? `<${name} xmlns="${NS.sasl}"/>` : `<${name} xmlns="${NS.sasl}">${data}</${name}>`;
}

function bindResultXml(stream: Stream): string {
  const result = new Element('iq', { type: 'result' });
  const id = stream.bindRequest?.attrs.id;
  if (id !== undefined) result.attrs.id = id;
  result.c('bind', { xmlns: NS.bind }).c('jid').t(stream.resource?.jid ?? '');
  return serialize(result);
}
