/** `waystate/inspector`: a page that shows a core at work. For Node. @module waystate/inspector */
export { Recorder, recorderLimits } from './recorder.ts';
export type { RecorderLimits } from './recorder.ts';
export { Actors } from './actors.ts';
export { createInspector, startInspector } from './server.ts';
export type { Inspector, InspectorOptions, SharedInspector, SharedInspectorOptions, TraceSource, TraceSources } from './server.ts';
