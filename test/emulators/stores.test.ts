import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareStores, embeddedStore, simulatedStore } from '../support/compared-stores.ts';
import { emulatedStore } from './emulated-store.ts';
import { missingEmulators } from './emulators.ts';

const skip = missingEmulators(['firestore']);

describe('the same commands', () => {
  it('have the same answers and leave the same documents in the embedded and the simulated store', async () => {
    const { commands } = await compareStores([embeddedStore(), simulatedStore()], {
      sequences: 400,
      contended: 200,
      seed: 20261124,
    });
    assert.ok(commands > 2000);
  });

  it('have the same answers and leave the same documents in the Firestore emulator', {
    skip: skip ?? false,
  }, async () => {
    await using emulated = await emulatedStore();
    const { commands } = await compareStores([embeddedStore(), emulated], {
      sequences: 60,
      contended: 5,
      seed: 20261124,
    });
    assert.ok(commands > 300);
  });
});
