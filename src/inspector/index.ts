/** `waystate/inspector`: a page that shows a core at work. For Node. @module */
export { Recorder, recorderLimits } from './recorder.ts';
export type { FateEntry, RecorderLimits } from './recorder.ts';
export { startInspector } from './server.ts';
export type { Inspector, InspectorOptions } from './server.ts';
