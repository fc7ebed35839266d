/** The contract of a store, kept by the store in memory. @module */
import { memoryStore } from '../../src/stores/memory.ts';
import { storeContract } from './contract.ts';

storeContract('memory', async () => {
  const store = memoryStore();
  return { store, dispose: () => store.close() };
});
