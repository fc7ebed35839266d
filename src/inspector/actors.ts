/** Actors of the embedding program in the inspector: what `createActor` tells by its option `inspect`. While nobody
 *  looks nothing is kept but who there is, weakly; an actor that is not there any more is not held by it. Whatever an
 *  actor has in mind, its own run is none the worse for it.
 *  Spec: XState 5, `InspectionEvent`. Not here: how it is kept and redacted (recorder.ts). @module */
import type { ActorRefLike, AnyActorLogic, AnyActorRef, AnyStateMachine, InspectionEvent } from 'xstate';
import { catalogue } from '../../machines/catalogue.ts';
import { bounded, shortName } from './bounded.ts';
import { sheets, statePath, statesOf } from './sheets.ts';
import type { Described, Guest, Source, Told } from './source.ts';

/** One root actor, with all that it has begun. */
interface Root extends Guest {
  readonly actor: WeakRef<AnyActorRef>;
}

/** Where an actor is, and what is known of the step it is in the middle of. */
interface Running {
  path: string;
  effects: { readonly type: string }[];
  hasMoved: boolean;
}

type Machined = Described['machines'][number];
/** What an actor has beside what its interface says. */
type Inner = AnyActorRef & { readonly logic?: AnyActorLogic; readonly _parent?: Inner };

const most = { effects: 20, depth: 8, children: 32, states: 300 };
const ours = new Map<unknown, string>(catalogue.map(({ name, step }) => [step.machine.config, name]));

/** Tells an inspector of actors, by what they tell of themselves.
 *  @example
 *  import { createActor } from 'xstate';
 *  const actors = new Actors();
 *  const inspector = await startInspector({ actors });
 *  const route = createActor(routeMachine, { inspect: actors.inspect }).start();
 *  new URL(inspector.address).hostname; // '127.0.0.1'
 *  await inspector.stop(); */
export class Actors implements Source {
  /** The option that an actor is created with. */
  readonly inspect: (event: InspectionEvent) => void;
  readonly #clock: () => number;
  readonly #roots = new Map<string, Root>();
  /** By what all actors of a root have in common. */
  readonly #bySystem = new WeakMap<object, Root>();
  readonly #gone = new FinalizationRegistry<string>((id) => this.#roots.delete(id));
  #running = new WeakMap<ActorRefLike, Running>();
  #tell: ((make: () => Told) => void) | undefined;
  #last = 0;

  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
    this.inspect = (event) => {
      if (event.type === '@xstate.actor') harmless(() => void this.#rootOf(event.actorRef as Inner));
      else if (this.#tell !== undefined) harmless(() => this.#note(event));
    };
  }

  watch(tell: (make: () => Told) => void): () => void {
    this.#tell = tell;
    for (const root of this.#roots.values()) {
      for (const actor of familyOf(root)) {
        if (actor.getSnapshot()?.status === 'active') tell(() => this.#told(root, actor, pathOf(actor.getSnapshot())));
      }
    }
    return () => {
      this.#tell = undefined;
      this.#running = new WeakMap();
    };
  }

  describe(key: string): Described | undefined {
    const root = this.#roots.get(key.slice('actor '.length));
    if (root === undefined) return undefined;
    const family = familyOf(root);
    const machines = new Map(family.flatMap((actor) => machineOf(actor) ?? []).map((machine) => [machine.name, machine]));
    return {
      machines: [...machines.values()],
      contexts: family.flatMap((actor) => {
        const { context, output, error } = (actor.getSnapshot() ?? {}) as { readonly context?: unknown; readonly output?: unknown; readonly error?: unknown };
        return { slot: slotOf(actor), context: bounded({ context, output, error }) };
      }),
    };
  }

  #rootOf(actor: Inner): Root {
    const known = this.#bySystem.get(actor.system);
    if (known !== undefined) return known;
    let top = actor;
    while (top._parent !== undefined) top = top._parent;
    this.#last += 1;
    const id = String(this.#last);
    const name = top.id === top.sessionId ? `${nameOf(top)} ${top.sessionId}` : `${shortName(top.id)}`;
    const root = { id, name, actor: new WeakRef<AnyActorRef>(top) };
    this.#roots.set(id, root);
    this.#bySystem.set(actor.system, root);
    this.#gone.register(top, id);
    return root;
  }

  /** Actions come before the microstep that ordered them, and the snapshot when all is done. */
  #note(event: Exclude<InspectionEvent, { type: '@xstate.actor' }>): void {
    const actor = event.actorRef as Inner;
    const running = this.#running.get(actor) ?? { path: pathOf(actor.getSnapshot()), effects: [], hasMoved: false };
    this.#running.set(actor, running);
    // Of a step that fails there is no word: what has come of the event is looked at when all of it is over.
    if (event.type === '@xstate.event') return queueMicrotask(() => harmless(() => this.#noteFailure(actor, event.event)));
    if (event.type === '@xstate.action') {
      if (running.effects.length < most.effects) running.effects.push(effectOf(event.action));
    } else if (event.type === '@xstate.microstep') {
      running.hasMoved ||= event._transitions.length > 0;
    } else if (event.type === '@xstate.snapshot') {
      this.#finish(actor, event.event, event.snapshot, running);
    }
  }

  #noteFailure(actor: Inner, event: { readonly type: string }): void {
    const running = this.#running.get(actor);
    const snapshot = actor.getSnapshot() as { readonly status: string };
    if (running !== undefined && running.path !== 'error' && snapshot.status === 'error') this.#finish(actor, event, snapshot, running);
  }

  #finish(actor: Inner, event: { readonly type: string }, snapshot: unknown, running: Running): void {
    this.#running.set(actor, { path: pathOf(snapshot), effects: [], hasMoved: false });
    this.#tell?.(() => this.#step(actor, event, snapshot, running));
  }

  #step(actor: Inner, event: { readonly type: string }, snapshot: unknown, { path, effects, hasMoved }: Running): Told {
    const to = pathOf(snapshot);
    const begins = event.type === 'xstate.init';
    const ignored = isMachine(actor.logic) && !hasMoved && !begins && to === path && (snapshot as { readonly status: string }).status === 'active';
    return { ...this.#told(this.#rootOf(actor), actor, to, snapshot), step: { event: bounded(event) as { type: string }, from: path, effects, ignored } };
  }

  #told({ id, name }: Guest, actor: Inner, to: string, snapshot: unknown = actor.getSnapshot()): Told {
    const [machine = '', part = ''] = slotOf(actor).split(' ');
    return { of: { id, name }, at: this.#clock(), machine, part, to, isEnd: (snapshot as { readonly status: string }).status !== 'active' };
  }
}

/** Timers are called as the machines of the core call theirs (machines/step.ts). */
function effectOf({ type, params }: { readonly type: string; readonly params: unknown }): { type: string } {
  const { event, delay, sendId } = (params ?? {}) as { readonly event?: { readonly type: string }; readonly delay?: unknown; readonly sendId?: unknown };
  if (type === 'xstate.raise' && event?.type.startsWith('xstate.after.')) return { type: 'startTimer', params: bounded({ timer: event.type, delay }) } as { type: string };
  if (type === 'xstate.cancel') return { type: 'cancelTimer', params: bounded({ timer: sendId ?? params }) } as { type: string };
  return bounded({ type, params }) as { type: string };
}

/** Does what may fail, and what is then told by nobody: the actor that is looked at must go on. */
function harmless(act: () => void): void {
  try {
    act();
  } catch {
    // The recorder counts what it has been told of and could not keep.
  }
}

/** The actor, and all that it has begun and that are there. */
function familyOf({ actor }: Root): Inner[] {
  const below = (each: Inner, depth: number): Inner[] => {
    const children = (each.getSnapshot() as { readonly children?: Readonly<Record<string, Inner>> } | undefined)?.children ?? {};
    const known = Object.values(children).filter((child) => typeof child?.getSnapshot === 'function').slice(0, most.children);
    return [each, ...(depth === 0 ? [] : known.flatMap((child) => below(child, depth - 1)))];
  };
  const top = actor.deref();
  return top === undefined ? [] : below(top, most.depth).slice(0, most.children);
}

/** Its machine and, unless it is the first, which of several: by the ids of those that have begun it. */
function slotOf(actor: Inner): string {
  const ids: string[] = [];
  for (let each = actor; each._parent !== undefined && ids.length < most.depth; each = each._parent) ids.unshift(shortName(each.id));
  return [nameOf(actor), ...(ids.length > 0 ? [ids.join('/')] : [])].join(' ');
}

/** One of ours by its definition, not by its name: theirs of the same name is said to be theirs. */
function nameOf({ logic, src }: Inner): string {
  if (!isMachine(logic)) return shortName(typeof src === 'string' ? src : 'actor');
  const name = shortName(logic.id);
  return ours.get(logic.config) ?? (sheets.has(name) ? `yours:${name}` : name);
}

function machineOf(actor: Inner): Machined | undefined {
  const { logic } = actor;
  if (!isMachine(logic) || ours.has(logic.config)) return undefined;
  return { name: nameOf(actor), about: '', states: statesOf(logic).slice(0, most.states) };
}

const isMachine = (logic: unknown): logic is AnyStateMachine => typeof logic === 'object' && logic !== null && 'root' in logic && 'config' in logic;

/** Where a machine is; what is no machine is only there, or is not. */
function pathOf(snapshot: unknown): string {
  const { status = 'active', value } = (snapshot ?? {}) as { readonly status?: string; readonly value?: unknown };
  const path = value === undefined || status === 'error' ? '' : statePath(value);
  return path === '' ? status : path.slice(0, 500);
}
