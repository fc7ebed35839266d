/** The same inputs at the same times give the same effects, byte for byte (THEOREMS T12). @module */
import { expect, test } from 'vitest';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Effect } from '../../src/core/effect.ts';
import { standardFeatures } from '../../src/core/features/all.ts';
import type { Input } from '../../src/core/input.ts';
import { createCore } from '../../src/core/server.ts';
import { StreamReader } from '../../src/core/xml/reader.ts';
import { serialize } from '../../src/core/xml/writer.ts';
import { readScenario, runScenario } from '../scenarios/scenario.ts';
import { InProcess, worldConfig } from '../world/in-process.ts';

const folder = join(import.meta.dirname, '../scenarios');
const scenarios = readdirSync(folder).filter((name) => name.endsWith('.txt'));

/** An input as it was, whatever the core has done to its element since. */
type Recorded = { readonly input: Input; readonly xml: string | undefined; readonly at: number };

test.each(scenarios)('core: %s, played again from its inputs, gives the same effects', async (name) => {
  const world = new InProcess();
  const recorded: Recorded[] = [];
  const step = world.core.step.bind(world.core);
  world.core.step = (input, at) => {
    recorded.push({ input, at, xml: input.type === 'stream.element' ? serialize(input.element) : undefined });
    return step(input, at);
  };
  await runScenario(readScenario(readFileSync(join(folder, name), 'utf8')).lines, world);
  const again = createCore(worldConfig, standardFeatures);
  const effects: Effect[] = recorded.flatMap(({ input, xml, at }) => again.step(xml === undefined ? input : { ...input, element: elementOf(xml) } as Input, at));
  expect(JSON.stringify(effects)).toBe(JSON.stringify(world.effects));
  expect(effects.length).toBeGreaterThan(10);
  await world.dispose();
});

function elementOf(xml: string): unknown {
  const reader = new StreamReader({ maxStanzaBytes: 1_000_000, maxDepth: 100, maxAttributes: 100 });
  const bytes = new TextEncoder().encode(`<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">${xml}`);
  const event = reader.push(bytes).at(-1);
  return event?.type === 'element' ? event.element : undefined;
}
