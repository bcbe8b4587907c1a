import { randomUUID } from 'node:crypto';
import { FirestoreDocuments } from '../../shared/adapters/gcp/documents.ts';
import { systemClock } from '../../shared/adapters/local/clock.ts';
import { systemIds } from '../../shared/adapters/local/ids.ts';
import type { ComparedStore } from '../support/compared-stores.ts';
import { startEmulator } from './emulators.ts';

/** The adapter of the cloud over an emulator of its own. */
export async function emulatedStore(): Promise<ComparedStore & AsyncDisposable> {
  const emulator = await startEmulator('firestore');
  const documents = new FirestoreDocuments({
    projectId: `test-${randomUUID().slice(0, 13)}`,
    databaseId: '(default)',
    emulatorHost: emulator.host,
    clock: systemClock,
    ids: systemIds,
  });
  return {
    name: 'Firestore emulator',
    documents,
    // The emulator has pessimistic transactions only, whatever it is asked for.
    waits: true,
    run: (work) => work,
    async [Symbol.asyncDispose]() {
      await documents.close();
      await emulator[Symbol.asyncDispose]();
    },
  };
}
