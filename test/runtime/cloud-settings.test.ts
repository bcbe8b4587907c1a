import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../shared/domain/errors.ts';
import { cloudSettings } from '../../shared/runtime/cloud-settings.ts';
import { restampBy } from '../../shared/runtime/restamp.ts';

describe('the environment of a function in the cloud', () => {
  it('names both emulators or neither', () => {
    const both = { FIRESTORE_EMULATOR_HOST: '127.0.0.1:1', PUBSUB_EMULATOR_HOST: '127.0.0.1:2', HIGHNOON_CONFIG: 'c' };
    assert.deepEqual(cloudSettings(both).emulators, { firestore: '127.0.0.1:1', pubsub: '127.0.0.1:2' });
    for (const missing of ['FIRESTORE_EMULATOR_HOST', 'PUBSUB_EMULATOR_HOST'])
      assert.throws(
        () => cloudSettings({ ...both, [missing]: '' }),
        (error) => error instanceof UsageError && error.message.includes(missing),
      );
  });

  it('must say where the configuration is', () => {
    assert.throws(() => cloudSettings({}), /HIGHNOON_CONFIG/);
  });
});

describe('messages of a day on a shared clock', () => {
  it('count as published when they are first seen, and a redelivery keeps that time', () => {
    let now = '2026-11-24T10:30:00.000Z';
    const restamp = restampBy({ now: () => now });
    const pushed = { message: { messageId: '7', publishTime: '2020-01-01T00:00:00Z', data: 'e30=' } };
    const seen = restamp(pushed);
    assert.deepEqual(seen, { message: { messageId: '7', publishTime: now, data: 'e30=' } });
    now = '2026-11-24T10:45:00.000Z';
    assert.deepEqual(restamp(pushed), seen);
    assert.equal(restamp('no message'), 'no message');
  });
});
