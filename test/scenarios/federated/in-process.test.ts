/** Every scenario of two servers, against two cores in this process. @module */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'vitest';
import { TwoServers } from '../../world/two-servers.ts';
import { readScenario, runScenario } from '../scenario.ts';

describe('scenarios of two servers, in process', () => {
  for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.txt'))) {
    const { title, lines } = readScenario(readFileSync(`${import.meta.dirname}/${file}`, 'utf8'));
    test(`${file}: ${title}`, async () => {
      const world = new TwoServers();
      await runScenario(lines, world);
      await world.dispose();
    });
  }
});
