/** `waystate`: the machines, the core and the server in one. What is not exported here, or by one of the other entry points,
 *  may change without a word. Not here: the command line and its configuration file (src/cli). @module */
export * from '../machines/index.ts';
export * from './core/index.ts';
export * from './server.ts';
