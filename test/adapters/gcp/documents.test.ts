import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { FirestoreDocuments } from '../../../shared/adapters/gcp/documents.ts';
import { systemClock } from '../../../shared/adapters/local/clock.ts';
import { systemIds } from '../../../shared/adapters/local/ids.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { documentsContract } from '../../contracts/documents.contract.ts';
import { type Emulator, missingEmulators, startEmulator } from '../../emulators/emulators.ts';

const skip = missingEmulators(['firestore']);

let started: Promise<Emulator> | undefined;
const theEmulator = (): Promise<Emulator> => {
  started ??= startEmulator('firestore');
  return started;
};
after(async () => (await started)?.[Symbol.asyncDispose]());

/** A project of its own is an empty store of its own. */
const openAt = (emulatorHost: string, more: object = {}) =>
  new FirestoreDocuments({
    projectId: `test-${randomUUID().slice(0, 13)}`,
    databaseId: '(default)',
    emulatorHost,
    clock: systemClock,
    ids: systemIds,
    ...more,
  });

if (skip === undefined) {
  documentsContract('the Firestore emulator', async () => {
    const emulator = await theEmulator();
    const opened: FirestoreDocuments[] = [];
    return {
      // The emulator has pessimistic transactions only, whatever it is asked for.
      waits: true,
      open: async () => {
        const documents = openAt(emulator.host);
        opened.push(documents);
        return documents;
      },
      close: async () => {
        for (const documents of opened) await documents.close();
      },
    };
  });
}

describe('documents in Firestore', { skip: skip ?? false }, () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await theEmulator();
  });

  it('takes the time of a test day as the time of its reads', async () => {
    const at = '2026-11-24T10:30:00.000Z';
    const documents = openAt(emulator.host, { readTime: async () => at });
    assert.equal((await documents.readAll(['days/a'])).readAt, at);
    const inside = await documents.transact(async (transaction) => {
      await transaction.get('days/a');
      return transaction.readAt;
    });
    assert.equal(inside, at);
    await documents.close();
  });

  it('keeps databases apart', async () => {
    const first = openAt(emulator.host, { projectId: 'apart' });
    const second = openAt(emulator.host, { projectId: 'apart', databaseId: 'highnoon-dev' });
    await first.transact(async (transaction) => transaction.set('days/a', { n: 1 }));
    assert.equal(await second.get('days/a'), undefined);
    await first.close();
    await second.close();
  });
});

describe('a Firestore that nobody can reach', () => {
  it('is unavailable, which says nothing about what took effect', async () => {
    const documents = openAt('127.0.0.1:1');
    await assert.rejects(
      documents.get('days/a'),
      (error) => error instanceof PortError && error.code === 'unavailable' && error.retryable && error.ambiguous,
    );
    await documents.close();
  });
});
