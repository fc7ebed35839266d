/** What extensions say of messages and presence that enter the server: once for each stanza, before anything is done with
 *  it. Unavailable presence is not asked about: nobody but who leaves decides whether others are told that it has left.
 *  Not here: what becomes of a stanza that goes on (receive.ts, arrive.ts). @module */
import { Element } from 'ltx';
import { settle } from './deliver.ts';
import type { EnteringStanza, StanzaVerdict } from './feature.ts';
import { invariant } from './invariant.ts';
import type { Jid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { deliver, route } from './routing.ts';
import { StanzaError, bounceOf } from './stanza-error.ts';
import type { Task } from './task.ts';

/** Takes a stanza in that a peer has sent who is no client.
 *  @param stanza stamped with `from`, which the peer may use */
export function admit(kernel: Kernel, stanza: Element, from: Jid, to: Jid): Task | undefined {
  return intercept(kernel, { stanza, from, to, resource: undefined }, (passed) => route(kernel, passed, to));
}

/** Asks the extensions one after the other; each sees what the one before has left.
 *  @param onward does with a stanza what is done with it when nobody has anything against it */
export function intercept(kernel: Kernel, entering: EnteringStanza, onward: (stanza: Element) => Task | undefined): Task | undefined {
  const { name, attrs } = entering.stanza;
  if (kernel.interceptors.length === 0 || name === 'iq' || (name === 'presence' && attrs.type === 'unavailable')) return onward(entering.stanza);
  return askFrom(kernel, 0, entering, onward);
}

function askFrom(kernel: Kernel, index: number, entering: EnteringStanza, onward: (stanza: Element) => Task | undefined): Task | undefined {
  const feature = kernel.interceptors[index];
  if (feature?.stanza === undefined) return onward(entering.stanza);
  const restore = restoring(entering.stanza);
  const proceed = (verdict: StanzaVerdict): Task | undefined => {
    restore(entering.stanza, feature.name);
    if (verdict === null) return end(kernel, entering, `the extension ${feature.name} has taken it`);
    if (verdict instanceof StanzaError) return refuse(kernel, entering, verdict);
    if (verdict === undefined) return askFrom(kernel, index + 1, entering, onward);
    restore(verdict, feature.name);
    return askFrom(kernel, index + 1, { ...entering, stanza: verdict }, onward);
  };
  const verdict = feature.stanza(kernel, entering);
  if (verdict === undefined || verdict === null || verdict instanceof StanzaError || verdict instanceof Element) return proceed(verdict);
  return (function* (): Task {
    const rest = proceed(yield* verdict);
    if (rest !== undefined) yield* rest;
  })();
}

/** Who a stanza is from and for, and what kind it is of, has been decided before; no extension writes over it. */
function restoring({ name, attrs: { from, to } }: Element): (stanza: Element, extension: string) => void {
  return (stanza, extension) => {
    invariant(stanza.name === name, `the extension ${extension} gives <${stanza.name}/> in place of <${name}/>`);
    for (const [address, value] of [['from', from], ['to', to]] as const) {
      if (value === undefined) delete stanza.attrs[address];
      else stanza.attrs[address] = value;
    }
  };
}

function refuse(kernel: Kernel, entering: EnteringStanza, error: StanzaError): undefined {
  const answer = bounceOf(entering.stanza, error);
  if (answer === undefined) return end(kernel, entering, 'RFC 6120 §8.3.1: an error is not answered');
  if (entering.stanza.name === 'message' && entering.to !== undefined) settle(kernel, entering.stanza, entering.to, { fate: 'bounced' });
  deliver(kernel, answer, entering.from);
}

/** Nothing more is done with it, and who watches is told why. */
function end(kernel: Kernel, { stanza, to }: EnteringStanza, rule: string): undefined {
  if (stanza.name === 'message' && to !== undefined) settle(kernel, stanza, to, { fate: 'dropped', rule });
}
