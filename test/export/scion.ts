/** Runs an SCXML document in SCION, an interpreter that knows nothing of XState. Effects are what the chart sends to whoever
 *  invoked it, timers what it sends to itself. @module */
import * as scionPackage from '@scion-scxml/scxml';
import type { GoldenState } from '../../src/export/golden.ts';

/** A chart that has begun. */
export interface Chart {
  /** What it was when it began. */
  readonly initial: GoldenState;
  /** Tells it an event; gives what it is then. */
  readonly tell: (event: { readonly type: string }) => GoldenState;
}

type Callback<T> = (error: unknown, made?: T) => void;
type Model = { prepare(callback: Callback<object>): void };

/** What SCION's own types leave open. */
interface Interpreter {
  start(): readonly string[];
  gen(event: { readonly name: string; readonly data: object }): readonly string[];
  getSnapshot(): readonly [configuration: unknown, history: unknown, isFinal: unknown, data: Readonly<Record<string, unknown>>];
  isFinal(): boolean;
}
interface Scion {
  documentStringToModel(url: string, document: string, callback: Callback<Model>): void;
  readonly core: { readonly Statechart: new (model: object, options: {
    readonly customSend: (event: { readonly target: string | null; readonly name: string; readonly data: object }) => void;
    readonly customCancel: (id: string) => void;
  }) => Interpreter };
}
const scion = scionPackage as unknown as Scion;

const made = <T>(make: (callback: Callback<T>) => void): Promise<T> =>
  new Promise((resolve, reject) => make((error, value) => (value === undefined ? reject(error as Error) : resolve(value))));

/** Reads a document once, and begins as many charts as are asked for. */
export async function chartsOf(document: string): Promise<() => Promise<Chart>> {
  const model = await made<Model>((callback) => scion.documentStringToModel('', document, callback));
  return async () => begin(await made<object>((callback) => model.prepare(callback)));
}

function begin(model: object): Chart {
  let effects: GoldenState['effects'][number][] = [];
  let state = '';
  const chart = new scion.core.Statechart(model, {
    customSend: ({ target, name, data }) => void effects.push(target === '#_parent' ? effectOf(name, data) : effectOf('startTimer', { timer: name, delay: name.split('.')[2] })),
    customCancel: (timer) => void effects.push(effectOf('cancelTimer', { timer })),
  });
  /** A chart that has come to its end is in no state any more; it stays in the last one here. */
  const answer = (configuration: readonly string[]): GoldenState => {
    const { delays: _, ...context } = chart.getSnapshot()[3];
    state = configuration[0] ?? state;
    const ordered = effects;
    effects = [];
    return { state, effects: ordered, context: JSON.parse(JSON.stringify(context)) as object };
  };
  return {
    initial: answer(chart.start()),
    tell: ({ type, ...data }) => answer(chart.isFinal() ? [] : chart.gen({ name: type, data })),
  };
}

/** Parameters that are undefined or null are left out. */
function effectOf(type: string, data: object): GoldenState['effects'][number] {
  const params = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined && value !== null));
  return Object.keys(params).length === 0 ? { type } : { type, params };
}
