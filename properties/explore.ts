/** `npm run explore`: every interleaving of the composed system, up to the bounds of each scope, over the
 *  machines themselves; then the negative controls, each of which must be refuted. `--scope full` takes
 *  the large ones too. @module */
import { explore } from './checker/explore.ts';
import { statements } from './checker/monitors.ts';
import type { Statement } from './checker/monitors.ts';
import { scopes } from './checker/scopes.ts';
import type { NamedScope } from './checker/scopes.ts';
import { Composed } from './checker/system.ts';
import { negativeControls } from './checker/variants.ts';

const isFull = process.argv.includes('full');
let failures = 0;

const dialogue = (way: readonly string[]): string => way.map((step, index) => `    ${String(index + 1).padStart(2)}  ${step}`).join('\n');
const fail = (line: string): void => {
  failures += 1;
  console.log(`  FAILED  ${line}`);
};

function checkScope({ name, scope, pinned }: NamedScope): void {
  console.log(`\n${name}\n  bounds: ${scope.users} users, ${scope.resourcesPerUser} resource each, queues of ${scope.queue}; each may ${Object.entries(scope.budget).filter(([, times]) => times > 0).map(([what, times]) => `${what} ×${times}`).join(', ')}; transports that die: ${scope.drops}; remote server ${scope.remoteMayDie ? 'may die' : 'lives'}`);
  const began = performance.now();
  const system = new Composed(scope);
  const found = explore(system, {
    progress: (states, depth, bytes) => {
      if (process.stdout.isTTY) process.stdout.write(`\r  ${states} states, depth ${depth}, ${Math.round(bytes / 1e6)} MB `);
    },
  });
  const seconds = (performance.now() - began) / 1000;
  if (process.stdout.isTTY) process.stdout.write('\r');
  console.log(`  ${found.states} states, ${found.transitions} transitions, depth ${found.depth}, ${seconds.toFixed(1)} s, ${Math.round(found.states / seconds)} states/s, ${Math.round(found.memoryBytes / 1e6)} MB`);
  console.log(`  seen: ${[...system.seen].map(([what, times]) => `${what} ${times}`).join(', ')}`);
  const counted = [found.states, found.transitions, found.depth];
  if (pinned !== undefined && pinned.join() !== counted.join()) fail(`the counts were ${pinned.join(', ')}: the system has changed`);
  for (const [broken, way] of found.broken) fail(`${broken}: ${statements[broken as Statement]}\n${dialogue(way)}`);
  if (found.broken.size === 0) console.log(`  holds within these bounds: ${Object.keys(statements).join(', ')}`);
}

function checkControls(): void {
  console.log('\nNegative controls: each must be refuted');
  for (const { name, about, variant, scope, refutes, steps } of negativeControls) {
    const way = explore(new Composed(scope, variant), { until: refutes }).broken.get(refutes);
    if (way === undefined) fail(`${name} is not refuted`);
    else if (way.length !== steps) fail(`${name}: the shortest way has ${way.length} steps and not ${steps}`);
    else console.log(`\n  ${name}: ${about}\n  refutes ${refutes} in ${steps} steps: ${statements[refutes]}\n${dialogue(way)}`);
  }
}

for (const named of scopes) if (named.run !== 'full' || isFull) checkScope(named);
checkControls();
console.log(failures === 0 ? '\nAll statements hold within these bounds, and every negative control is refuted.' : `\n${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
