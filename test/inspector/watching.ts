/** A core in this process that an inspector looks at, with every session open. @module */
import { Recorder } from '../../src/inspector/recorder.ts';
import { InProcess } from '../world/in-process.ts';

/** A world, and what is kept of it. */
export interface Watching {
  readonly world: InProcess;
  readonly recorder: Recorder;
}

/** Makes one; the stanzas of its first sessions are kept. */
export function watching({ keepBodies = false, sessions = 20 } = {}): Watching {
  let recorder: Recorder | undefined;
  const world = new InProcess({ around: (core) => (recorder = new Recorder(core, { keepBodies })).core });
  if (recorder === undefined) throw new Error('the world has not been made around it');
  recorder.begin(world.now);
  for (let number = 1; number <= sessions; number += 1) recorder.open(`session s${number}`);
  return { world, recorder };
}
