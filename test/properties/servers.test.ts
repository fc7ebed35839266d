/** The theorems as a library: through the adapter our own core holds them, and a naive server with Openfire's faults is
 *  refuted by dialogues that a person reads at a glance. @module */
import { describe, expect, test } from 'vitest';
import { checkServer, serverTheorems } from '../../properties/index.ts';
import { naiveServer } from './naive-server.ts';
import { testedCore } from './tested-core.ts';

const theorem = (name: string) => {
  const found = serverTheorems.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no theorem "${name}"`);
  return found;
};

describe('our own core, through the adapter', () => {
  test.each(serverTheorems)('$name', async (each) => {
    const { failure, premises } = await checkServer(each, testedCore, { runs: 60, seed: 6121 });
    expect(failure).toBeUndefined();
    expect(premises).toBeGreaterThan(0);
  });
});

describe('a naive server', () => {
  test('T1: whether a message is delivered depends on presence', async () => {
    const { failure } = await checkServer(theorem('presence does not decide whether a message is delivered'), naiveServer, { runs: 500, seed: 1 });
    expect(failure?.history.length).toBeLessThanOrEqual(4);
    expect(failure?.fault).toMatch(/^message 1 \((chat|normal|headline|groupchat) from .* to .*\) is .*, and .* without the presence of (juliet|romeo|nurse)$/);
  });

  test('T2.a: there is no route to a resource before its initial presence', async () => {
    const { failure } = await checkServer(theorem('a connected resource is reached at its full JID'), naiveServer, { runs: 500, seed: 1 });
    expect(failure?.history.length).toBeLessThanOrEqual(3);
    expect(failure?.dialogue).toMatch(/^ +\d +\w+\/[ab]: \w+ message to \w+@localhost\/[ab]$/m);
    expect(failure?.dialogue).not.toContain('available');
    expect(failure?.fault).toMatch(/is connected, and does not hear message 1$/);
  });

  test('T2.b: nobody is told that it left', async () => {
    const { failure } = await checkServer(theorem("a stream ends with the resource's own goodbye"), naiveServer, { runs: 500, seed: 1 });
    expect(failure?.fault).toMatch(/is closed without having heard its own goodbye$/);
    expect(failure?.history.length).toBeLessThanOrEqual(3);
  });

  test('an adapter that throws is a fault of the server, with its dialogue', async () => {
    const { failure } = await checkServer(theorem('every message has one fate'), () => ({ ...naiveServer(), connect: () => Promise.reject(new Error('no')) }), { runs: 5, seed: 1 });
    expect(failure?.fault).toBe('the server fails: Error: no');
  });
});
