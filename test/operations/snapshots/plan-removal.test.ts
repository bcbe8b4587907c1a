import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Configuration } from '../../../shared/domain/configuration/index.ts';
import { planRetention } from '../../../shared/domain/retention/index.ts';
import { claimArchive, liveClaim } from '../../../shared/operations/snapshots/archive-rules.ts';
import { planRemoval, policyOf } from '../../../shared/operations/snapshots/plan-removal.ts';
import type { SnapshotStatus } from '../../../shared/operations/snapshots/snapshot-status.ts';
import { snapshotIdAt } from '../../../shared/snapshots/index.ts';
import { sampleConfiguration } from '../../support/configuration.ts';

const START = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

function statusAt(ms: number, change: Partial<SnapshotStatus> = {}): SnapshotStatus {
  const at = new Date(ms).toISOString();
  return { id: snapshotIdAt(at), at, state: 'valid', isHeld: false, archived: false, tags: ['slot'], ...change };
}

const newestFirst = (statuses: readonly SnapshotStatus[]) => statuses.toSorted((a, b) => (a.at < b.at ? 1 : -1));

const configured = (retention: string, memory = ''): Pick<Configuration, 'snapshots' | 'memory'> =>
  sampleConfiguration(`
memory:
  - {collection: ops, schema: ops.v1, cadence_h: 6, freshness_h: {warn: 12, max: 26, critical: 26}, retain_days: 30${memory}}
snapshots: {retention: {${retention}}}
`);

/** A repeatable stream of numbers in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

const known = (now: string, more: { lastKnownGoodAt?: string; incidents?: string[] } = {}) => ({
  now,
  lastKnownGoodAt: more.lastKnownGoodAt,
  incidents: more.incidents ?? [],
});

describe('what is removed', () => {
  it('is what the rules of retention say of valid snapshots, and of no others', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = randomFrom(seed);
      const times = new Set(Array.from({ length: 60 }, () => START + Math.floor(random() * 400 * 4) * 6 * 3_600_000));
      const statuses = newestFirst([...times].map((ms) => statusAt(ms, random() < 0.2 ? { state: 'captured' } : {})));
      const valid = statuses.filter(({ state }) => state === 'valid');
      const configuration = configured(
        'keep_last: 3, keep_daily: 7, keep_weekly: 5, keep_monthly: 6, keep_within: 14d',
      );
      const now = statuses[0]?.at ?? '';
      const plan = planRemoval(statuses, configuration, known(now));
      const wanted = planRetention(
        policyOf(configuration.snapshots.retention),
        valid.map(({ id, at }) => ({ id, time: at, tags: [] })),
      );
      const removedValid = plan.remove.map(({ id }) => id).filter((id) => valid.some((each) => each.id === id));
      assert.deepEqual(removedValid, wanted.remove, `seed ${seed}`);
      const all = [...plan.keep, ...plan.remove].map(({ id }) => id).sort();
      assert.deepEqual(all, statuses.map(({ id }) => id).sort());
      assert.ok(plan.keep.every(({ reasons }) => reasons.length > 0));
    }
  });

  it('is never the newest valid one, that of the last known good, or a held one', () => {
    const statuses = newestFirst([
      statusAt(START),
      statusAt(START + DAY, { isHeld: true }),
      statusAt(START + 2 * DAY),
      statusAt(START + 3 * DAY),
      statusAt(START + 4 * DAY, { state: 'captured' }),
    ]);
    const now = new Date(START + 40 * DAY).toISOString();
    const lastKnownGoodAt = new Date(START + DAY / 2).toISOString();
    const plan = planRemoval(statuses, configured('keep_tags: [[nobody-has-this]]'), known(now, { lastKnownGoodAt }));
    assert.deepEqual(
      plan.remove.map(({ id }) => id),
      ['20260103T000000Z'],
    );
    const reasons = Object.fromEntries(plan.keep.map((each) => [each.id, each.reasons]));
    assert.deepEqual(reasons['20260104T000000Z'], ['newest valid snapshot']);
    assert.match(reasons['20260101T000000Z']?.[0] ?? '', /last known good/);
    assert.deepEqual(reasons['20260102T000000Z'], ['legal hold']);
    assert.deepEqual(reasons['20260105T000000Z'], ['not checked through yet']);
  });

  it('is an unproven one only after a week, and only when a newer one is valid', () => {
    const statuses = [statusAt(START + DAY), statusAt(START, { state: 'captured' })];
    const at = (days: number) => new Date(START + days * DAY).toISOString();
    const removedAt = (days: number, list: SnapshotStatus[]) =>
      planRemoval(list, configured('keep_last: 5'), known(at(days))).remove.map(({ id }) => id);
    assert.deepEqual(removedAt(6.9, statuses), []);
    assert.deepEqual(removedAt(7.1, statuses), ['20260101T000000Z']);
    assert.deepEqual(removedAt(100, statuses.slice(1)), []);
  });

  it('looks at tags where the rules do', () => {
    const statuses = newestFirst([
      statusAt(START, { tags: ['manual', 'audit'] }),
      statusAt(START + DAY),
      statusAt(START + 2 * DAY),
    ]);
    const plan = planRemoval(
      statuses,
      configured('keep_tags: [[audit]]'),
      known(new Date(START + 3 * DAY).toISOString()),
    );
    assert.deepEqual(
      plan.remove.map(({ id }) => id),
      ['20260102T000000Z'],
    );
  });
});

describe('the archive', () => {
  const daily = Array.from({ length: 200 }, (_, index) => statusAt(START + index * DAY));

  it('claims the first of each quarter, month and week, and what surrounds an incident', () => {
    const chosen = (memory: string, incidents: string[] = []) => [
      ...claimArchive(daily, configured('keep_last: 1', memory).memory, incidents).keys(),
    ];
    assert.deepEqual(chosen(', archive: quarterly'), ['20260101T000000Z', '20260401T000000Z', '20260701T000000Z']);
    assert.equal(chosen(', archive: monthly').length, 7);
    // 1 January 2026 is a Thursday: a week that began in December, and 28 Mondays up to 19 July.
    assert.equal(chosen(', archive: weekly').length, 29);
    assert.deepEqual(chosen(', archive: incident', ['2026-02-03T10:00:00.000Z']), [
      '20260203T000000Z',
      '20260204T000000Z',
    ]);
    assert.deepEqual(chosen(''), []);
  });

  it('keeps what it claims for as long as the configuration says', () => {
    const now = new Date(START + 199 * DAY).toISOString();
    const left = (memory: string) =>
      planRemoval(newestFirst(daily), configured('keep_last: 1', memory), known(now)).keep.length;
    // The newest one beside them.
    assert.equal(left(', archive: quarterly, archive_keep: forever'), 4);
    assert.equal(left(', archive: quarterly, archive_keep_days: 100'), 1 + 1);
    assert.equal(left(', archive: [weekly, monthly], archive_keep_days: {weekly: 21, monthly: null}'), 7 + 3 + 1);
    const claim = { collection: 'ops', rule: 'weekly' as const, keepDays: 7, after: 1 };
    assert.equal(liveClaim([claim], daily[0]?.at ?? '', daily[8]?.at ?? ''), undefined);
  });
});
