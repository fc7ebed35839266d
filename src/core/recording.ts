/** A core that tells of each of its steps as a line of a trace, redacted; and the way back, from a line to the
 *  input. What it does is what the core inside it does. Not here: what is left out (redaction.ts), the
 *  trace as text (trace.ts), files (src/cli/record.ts). @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import type { Effect } from './effect.ts';
import type { Input } from './input.ts';
import type { Transition } from './kernel.ts';
import { redacted } from './redaction.ts';
import type { Redaction } from './redaction.ts';
import type { Core } from './server.ts';
import { TraceError } from './trace.ts';
import type { TraceStep } from './trace.ts';

/** Told of each step; it answers whether it wants to hear of the next. */
export type StepListener = (step: TraceStep) => boolean;

/** Makes a core tell of its steps. Once the listener wants no more, it is the core inside and nothing else.
 *  @example
 *  const lines: string[] = [];
 *  const inner = createCore({ domain: 'capulet.lit', ...defaultConfig }, standardFeatures);
 *  const core = recorded(inner, (step) => lines.push(encodeLine(step)) < 1000, { keepBodies: false });
 *  core.step({ type: 'server.stopping' }, 0);
 *  lines.length; // 1 */
export function recorded(core: Core, listen: StepListener, redaction: Redaction): Core {
  let transitions: Transition[] = [];
  let steps = 0;
  let isOver = false;
  const leave = core.observe({ onTransition: (transition) => void transitions.push(redacted(transition, redaction) as Transition) });
  return {
    step(input, at) {
      if (isOver) return core.step(input, at);
      // Before the step: the core stamps what it is given (RFC 6120 §8.1.2.1).
      const before = redacted(input, redaction) as Input;
      const label = labelOf(input);
      const effects = core.step(input, at);
      steps += 1;
      const shown = effects.map((effect) => shownOf(redacted(effect, redaction) as Effect));
      const begun = begunWith(transitions, core);
      isOver = !listen({ step: steps, at, label, transitions, shown, input: before, ...(begun.length > 0 && { begun }) });
      transitions = [];
      if (isOver) leave();
      return effects;
    },
    observe: (observer) => core.observe(observer),
    standing: (stream) => core.standing(stream),
    places: () => core.places(),
    waiting: () => core.waiting(),
    sight: (watcher, contact) => core.sight(watcher, contact),
    census: () => core.census(),
  };
}

/** The machines of a resource that has just been bound: until they do something nothing else would tell of them. */
function begunWith(transitions: readonly Transition[], core: Core): NonNullable<TraceStep['begun']> {
  return transitions.filter(({ machine, to }) => machine === 'stream' && to === 'bound').flatMap(({ of }) => {
    const { jid, states = {} } = core.standing(of)[0] ?? {};
    return jid === undefined ? [] : Object.entries(states).filter(([machine]) => machine !== 'stream').map(([machine, state]) => ({ machine, of: jid, state }));
  });
}

/** Makes an input of what a step of a recorded session has as its `input`.
 *  @throws TraceError when it is none */
export function inputOf({ step, input }: TraceStep): Input {
  const fields = input as { readonly type?: unknown; readonly element?: unknown } | null | undefined;
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(labels, String(fields.type))) throw new TraceError(`step ${step} has no input`);
  return fields.type === 'stream.element' || fields.type === 'stanza.submitted' ? ({ ...fields, element: elementOf(fields.element, step) } as Input) : (fields as Input);
}

function elementOf(xml: unknown, step: number): Element {
  let element: Element | undefined;
  try {
    element = parse(String(xml));
  } catch {
    // Told below, with that which is no element.
  }
  if (element === undefined || element === null) throw new TraceError(`step ${step}: the element of its input is not XML`);
  return element;
}

/** An effect as a line: a stanza as it goes out, anything else by its name and what belongs to it. */
function shownOf(effect: Effect): TraceStep['shown'][number] {
  if (effect.type === 'send') return { to: effect.stream, what: effect.xml };
  const { type, ...rest } = effect;
  const { stream, ...facts } = 'stream' in rest ? rest : { stream: undefined, ...rest };
  return { to: stream ?? placeOf(type), what: Object.keys(facts).length === 0 ? type : `${type} ${JSON.stringify(facts)}` };
}

function placeOf(type: Effect['type']): string {
  if (type === 'startTimer' || type === 'cancelTimer') return 'timers';
  return type === 'report' ? 'log' : 'store';
}

/** What happens, in words. */
const labels: { readonly [T in Input['type']]: (input: Extract<Input, { type: T }>) => string } = {
  'stream.opened': ({ stream }) => `${stream} connects`,
  'connect.failed': ({ stream, condition }) => `${stream} can't be opened: ${condition}`,
  'stream.header': ({ stream }) => `${stream} opens its stream`,
  'stream.element': ({ stream, element }) => `${stream} sends ${sentBy(element)}`,
  'stream.ended': ({ stream }) => `${stream} closes its stream`,
  'stream.broken': ({ stream, condition }) => `${stream} is at fault: ${condition}`,
  'stream.lost': ({ stream }) => `${stream} is lost`,
  'tls.established': ({ stream }) => `${stream} has TLS`,
  'sasl.challenged': ({ stream }) => `${stream} is challenged`,
  'sasl.succeeded': ({ stream, account }) => `${stream} is ${account}`,
  'sasl.failed': ({ stream, condition }) => `${stream} fails to log in: ${condition}`,
  'credentials.derived': ({ request }) => `credentials for request ${request} are derived`,
  'timer.fired': ({ timer }) => `timer ${timer} runs out`,
  'store.replied': ({ request }) => `the store answers request ${request}`,
  'store.failed': ({ request }) => `the store fails at request ${request}`,
  'stanza.submitted': ({ element }) => `the program sends ${sentBy(element)}`,
  'server.stopping': () => 'the server is stopping',
};

const labelOf = (input: Input): string => (labels[input.type] as (input: Input) => string)(input);

function sentBy({ name, attrs: { type, to } }: Element): string {
  return [name, ...(type === undefined ? [] : [type]), ...(to === undefined ? [] : ['to', to])].join(' ');
}
