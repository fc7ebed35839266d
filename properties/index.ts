/** `waystate/properties`: what must hold, as a library. Theorems over random histories of a core, the exhaustive checks of the
 *  machines, and traces of what fails. Not here: the commands (`npm run properties` and its like). @module waystate/properties */
export { check } from './theorem.ts';
export type { CheckOptions, Failure, Theorem, Verdict } from './theorem.ts';
export { theorems } from './theorems.ts';
export { dialogueOf, histories } from './arbitrary/history.ts';
export type { Act, Actor, Deed, History, HistoryOptions } from './arbitrary/history.ts';
export type { MessageFate, Run, SentMessage, Session, Shown } from './world/run.ts';
export type { CoreMaker } from './world/world.ts';
export { checks } from './checks.ts';
export type { Check, CheckScope } from './checker/check.ts';
export { explore } from './checker/explore.ts';
export type { Exploration, ExploreOptions, Move, System } from './checker/explore.ts';
export { replayers } from './replay.ts';
export type { Replayer } from './replay.ts';
export { checkServer, serverTheorems } from './server/check.ts';
export type { ServerCheckOptions } from './server/check.ts';
export { checkStore } from './store/check.ts';
export type { StoreCheckOptions, StoreCheckFailure, StoreVerdict } from './store/check.ts';
export type { Awaitable, TestedClient, TestedServer } from './server/tested-server.ts';
