/** Which core is looked at. @module */
import { defaultConfig } from '../../../src/core/config.ts';
import { standardFeatures } from '../../../src/core/features/all.ts';
import { createCore } from '../../../src/core/server.ts';
import type { Core } from '../../../src/core/server.ts';

/** Which core is looked at, or what stands in for it. */
export type CoreMaker = () => Core;

/** The core that this project ships. */
export const realCore: CoreMaker = () => createCore({ domain: 'localhost', ...defaultConfig }, standardFeatures);
