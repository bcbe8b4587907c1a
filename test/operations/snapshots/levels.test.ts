import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LevelState, levels } from '../../../shared/domain/levels.ts';
import { NO_LOCKDOWN } from '../../../shared/domain/lockdown.ts';

const at = '2026-11-24T06:05:00.000Z';

const stateWith = (snapshots: LevelState['snapshots']) => ({
  environment: 'production',
  days: [],
  lockdown: NO_LOCKDOWN,
  totals: undefined,
  anchoredAt: null,
  surplusStarts: 0,
  oldestOwedAt: null,
  configurationChanged: false,
  snapshots,
  selfTestedAt: null,
  watchedSince: '2026-11-24T00:00:00.000Z',
});

const ratios = (snapshots: LevelState['snapshots']) =>
  levels(stateWith(snapshots), at)
    .filter(({ metric }) => metric === 'snapshot_dedupe_ratio')
    .map(({ value }) => value);

test('the dedupe ratio is a gauge of its own, as the newest snapshot run measured it', () => {
  const known = { newestValidAt: '2026-11-24T06:00:00.000Z', bytes: 4_000_000, dedupeRatio: 21.5 };
  assert.deepEqual(ratios(known), [{ kind: 'double', value: 21.5 }]);
});

test('a dedupe ratio that is not known has no point: it is never told as a number', () => {
  assert.deepEqual(ratios({ newestValidAt: null, bytes: 0, dedupeRatio: null }), []);
  assert.deepEqual(ratios(undefined), []);
});
