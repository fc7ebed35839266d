/** One model of the composed system to take away: without failures and with a remote room, the scope that is pinned as
 *  `a room`. `npm run spin` writes such a model for each scope. @module */
import { Composed } from '../composed.ts';
import { explore } from '../explore.ts';
import { boundsOf, quietScope } from '../scope.ts';
import { promelaOf } from './promela.ts';

/** Explores the system, so that its tables are filled, and writes it. */
export function composedInPromela(): string {
  const system = new Composed(quietScope);
  explore(system);
  return `/* ${boundsOf(quietScope)}\n   spin -DONLY=0 -o2 -a composed.pml && gcc -DBFS -DNOREDUCE -DSAFETY -DNOFAIR -o pan pan.c && ./pan -n */\n${promelaOf(system)}`;
}
