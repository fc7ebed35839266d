/** Every scenario against the core in this process. @module */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'vitest';
import { InProcess } from '../world/in-process.ts';
import { readScenario, runScenario } from './scenario.ts';

describe('scenarios, in process', () => {
  for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.txt'))) {
    const { title, lines } = readScenario(readFileSync(`${import.meta.dirname}/${file}`, 'utf8'));
    test(`${file}: ${title}`, async () => {
      const world = new InProcess();
      await runScenario(lines, world);
      await world.dispose();
    });
  }
});
