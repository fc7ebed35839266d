/** A program with machines of its own, and no server: they are looked at in the inspector all the same. Run it by
 *  `npx node docs/guides/actors.ts`, and open the address that it prints; inspect.md tells more. @module */
import { createActor, fromPromise, setup } from 'xstate';
import { Actors, startInspector } from '../../src/inspector/index.ts';
import { stepRoute } from '../../machines/index.ts';

const ring = fromPromise(() => new Promise((resolve) => setTimeout(resolve, 1_500)));

/** Somebody comes to the door, every few seconds. */
const door = setup({
  types: { events: {} as { type: 'KNOCK'; who: string } | { type: 'ANSWER' } },
  actors: { ring },
  actions: { greet: () => {} },
}).createMachine({
  id: 'door',
  initial: 'closed',
  states: {
    closed: { description: 'Nobody is there.', on: { KNOCK: 'knocked' } },
    knocked: { description: 'Somebody waits to be let in.', invoke: { src: 'ring', id: 'bell', onDone: 'opened' } },
    opened: { description: 'Come in!', entry: 'greet', initial: 'wide', states: { wide: { after: { 1_000: 'ajar' } }, ajar: {} }, after: { 2_000: 'closed' } },
  },
});

const actors = new Actors();
const { address } = await startInspector({ actors });
const front = createActor(door, { inspect: actors.inspect, id: 'front-door' }).start();
console.log(`Inspector  ${address}`);

setInterval(() => front.send({ type: 'KNOCK', who: 'Romeo' }), 5_000);
front.send({ type: 'KNOCK', who: 'Romeo' });

// A machine of Waystate's own has its diagram there.
const route = createActor(stepRoute.machine, { inspect: actors.inspect, id: 'some-route' }).start();
route.send({ type: 'answer.owed' });

// The inspector holds no actor: it is there for as long as the program holds it.
process.once('SIGTERM', () => {
  for (const actor of [front, route]) actor.stop();
  process.exit();
});
