/** Every scenario against a whole server over real sockets. @module */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'vitest';
import { Sockets } from '../world/sockets.ts';
import { readScenario, runScenario } from './scenario.ts';

describe('scenarios, over sockets', () => {
  for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.txt'))) {
    const { title, lines } = readScenario(readFileSync(`${import.meta.dirname}/${file}`, 'utf8'));
    test(`${file}: ${title}`, async () => {
      const world = await Sockets.start();
      try {
        await runScenario(lines, world);
      } finally {
        await world.dispose();
      }
    });
  }
});
