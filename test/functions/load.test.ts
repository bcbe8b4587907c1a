import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SlotRecord } from '../../shared/domain/run.ts';
import { createTestEngine, greenPhases, TestResource } from '../support/engine.ts';
import { burstOf, DISTINCT_FORGERIES, NOW, pushAll, STALE_DATES } from './burst.ts';

const MESSAGES = 10_000;

describe('a burst of ten thousand messages on one function process', () => {
  it('gives each slot one run and each hostile message one document, and acknowledges everything', async () => {
    const world = createTestEngine(NOW, greenPhases(new TestResource()));
    const answers = await pushAll(world.engine, burstOf(MESSAGES));
    assert.equal(answers.length, MESSAGES);
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [204]);

    const slots = await world.documents.query<SlotRecord>('slots');
    const endings = Object.fromEntries(
      slots.map(({ id, data }) => [id, data.status === 'concluded' ? data.ending : data.status]),
    );
    assert.deepEqual(endings, {
      ...Object.fromEntries(STALE_DATES.map((date) => [`t-90-prep@${date}T10:30Z`, 'expired'])),
      't-90-prep@2026-11-24T10:30Z': 'passed',
    });
    for (const { path } of slots) {
      const attempts = await world.documents.query(`${path}/attempts`);
      assert.ok(attempts.length <= 1, `${path} has ${attempts.length} attempts`);
    }
    assert.equal((await world.documents.query('quarantine')).length, DISTINCT_FORGERIES / 4);
  });
});
