import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { FirestoreMemory } from '../../../shared/adapters/gcp/memory.ts';
import { systemClock } from '../../../shared/adapters/local/clock.ts';
import { memoryContract } from '../../contracts/memory.contract.ts';
import { type Emulator, missingEmulators, startEmulator } from '../../emulators/emulators.ts';

if (missingEmulators(['firestore']) === undefined) {
  let emulator: Emulator | undefined;
  after(async () => emulator?.[Symbol.asyncDispose]());
  memoryContract('the Firestore emulator', async () => {
    emulator ??= await startEmulator('firestore');
    const emulatorHost = emulator.host;
    const opened: FirestoreMemory[] = [];
    return {
      // What was written in this minute has no whole minute yet that it could be read at.
      open: async () => {
        const projectId = `test-${randomUUID().slice(0, 13)}`;
        const clock = systemClock;
        const memory = new FirestoreMemory({
          projectId,
          databaseId: '(default)',
          emulatorHost,
          clock,
          ignoresReadTime: true,
        });
        opened.push(memory);
        return memory;
      },
      readTime: () => `${systemClock.now().slice(0, 16)}:00.000Z`,
      close: async () => {
        for (const memory of opened) await memory.close();
      },
    };
  });
}
