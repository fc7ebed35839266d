/** The trace of a live session: every input of a whole core, from its first on, so that a fresh core with the same
 *  configuration and features can be fed them again. Not here: what is recorded of a step (recording.ts), where
 *  the lines go (src/cli/record.ts). @module */
import type { CoreConfig } from './config.ts';
import type { Feature } from './feature.ts';
import { standardFeatures } from './features/all.ts';
import { register } from './features/register.ts';
import type { RegistrationLimit } from './features/register.ts';
import { inputOf, recorded } from './recording.ts';
import { redacted } from './redaction.ts';
import { createCore } from './server.ts';
import { TRACE_VERSION, TraceError } from './trace.ts';
import type { Trace, TraceHeader, TraceStep } from './trace.ts';

/** What a core was made with. */
export interface SessionMaking {
  readonly config: CoreConfig;
  readonly features: readonly Feature[];
  /** The limit of in-band registration, where it has one. */
  readonly registration?: RegistrationLimit;
  /** Whether what people write is recorded. */
  readonly keepBodies: boolean;
}

/** What the header of a session's trace has as its `replay`. */
interface SessionReplay {
  readonly config: CoreConfig;
  /** By name. */
  readonly features: readonly string[];
  readonly registration?: RegistrationLimit;
  readonly keepBodies: boolean;
}

/** The first line of a session's trace.
 *  @example
 *  const config = { domain: 'capulet.lit', ...defaultConfig };
 *  const header = sessionHeader({ config, features: standardFeatures, keepBodies: false });
 *  header.title; // 'Sessions of capulet.lit' */
export function sessionHeader({ config, features, registration, keepBodies }: SessionMaking): TraceHeader {
  const replay: SessionReplay = {
    config: { ...(redacted(config, { keepBodies }) as CoreConfig), isRedacted: true },
    features: features.map(({ name }) => name),
    ...(registration && { registration }),
    keepBodies,
  };
  return { waystate: 'trace', version: TRACE_VERSION, kind: 'session', title: `Sessions of ${config.domain}`, replay: { ...replay } };
}

/** Feeds the inputs of a recorded session to a fresh core, and gives its steps, redacted as the recorded ones are.
 *  @throws TraceError when the header lacks what a core is made with, this build has no such feature, or a
 *  step has no input */
export function* replaySession({ header, steps }: Trace): Generator<TraceStep> {
  const { config, features, registration, keepBodies } = replayOf(header);
  let last: TraceStep | undefined;
  const core = recorded(createCore(config, features.map((name) => featureNamed(name, registration))), (step) => {
    last = step;
    return true;
  }, { keepBodies });
  for (const step of steps) {
    core.step(inputOf(step), step.at ?? 0);
    if (last !== undefined) yield last;
  }
}

function replayOf({ replay }: TraceHeader): SessionReplay {
  const { config, features, keepBodies } = replay as Partial<SessionReplay>;
  const isComplete = typeof config?.domain === 'string' && typeof config.delays === 'object' && Array.isArray(features) && typeof keepBodies === 'boolean';
  if (!isComplete) throw new TraceError('line 1: replay must have config, features and keepBodies');
  return replay as unknown as SessionReplay;
}

function featureNamed(name: string, registration: RegistrationLimit | undefined): Feature {
  const feature = name === 'register' ? register(registration) : standardFeatures.find((standard) => standard.name === name);
  if (feature === undefined) throw new TraceError(`line 1: this build has no feature ${name}`);
  return feature;
}
