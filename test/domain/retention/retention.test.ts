import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { planRetention, type RetentionPolicy } from '../../../shared/domain/retention/index.ts';
import { historyOf } from './histories.ts';
import { ResticRepository, resticVersion } from './installed-restic.ts';
// For each seed of historyOf, which snapshots stay (1) in the order given: the answers of ApplyPolicy of restic's
// source as of August 2026.
import answers from './restic-answers.json' with { type: 'json' };

const daily = (count: number, end = '2026-11-23T12:00:00Z'): { id: string; time: string; tags: string[] }[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `d${i}`,
    time: new Date(Date.parse(end) - i * 86_400_000).toISOString(),
    tags: [],
  }));
const keptIds = (policy: RetentionPolicy, snapshots: Parameters<typeof planRetention>[1]): string[] =>
  planRetention(policy, snapshots).keep.map(({ id }) => id);

describe('retention equals restic', () => {
  it('gives the answers recorded for 295 random histories', () => {
    const seeds = Object.entries(answers);
    assert.ok(seeds.length >= 290);
    for (const [seed, expected] of seeds) {
      const { policy, snapshots } = historyOf(Number(seed));
      const kept = new Set(keptIds(policy, snapshots));
      const actual = snapshots.map(({ id }) => (kept.has(id) ? '1' : '0')).join('');
      assert.equal(actual, expected, `seed ${seed}: ${JSON.stringify(policy)}`);
    }
  });

  const version = resticVersion();
  const missing = 'SKIPPED: restic is not installed; `apt-get install restic` to compare with the real thing';
  it('gives the answers of the installed restic', { skip: version === undefined ? missing : false }, (t) => {
    const { snapshots } = historyOf(77, 12);
    const repository = new ResticRepository(snapshots);
    try {
      // Before 0.16 restic had neither 'unlimited' nor the rule of the oldest.
      const hasOldestRule = Number((version as string).split('.')[1]) >= 16;
      const policies = [5, 8, 13, 14, 19, 20].map((seed) => historyOf(seed).policy);
      for (const policy of policies.filter((p) => hasOldestRule || !Object.values(p).includes('unlimited'))) {
        const plan = planRetention(policy, snapshots);
        const isKept = ({ reasons }: { reasons: string[] }): boolean =>
          hasOldestRule || reasons.some((reason) => !reason.startsWith('oldest'));
        const expected = repository.kept(policy);
        assert.deepEqual(new Set(plan.keep.filter(isKept).map(({ id }) => id)), expected, JSON.stringify(policy));
      }
      t.diagnostic(`compared with restic ${version}`);
    } finally {
      repository.remove();
    }
  });
});

describe('retention rules', () => {
  it('keeps the newest of each span and counts every rule by itself', () => {
    const plan = planRetention({ keepLast: 1, keepWeekly: 2 }, daily(15));
    assert.deepEqual(plan.keep, [
      { id: 'd0', reasons: ['last snapshot', 'weekly snapshot'] },
      { id: 'd1', reasons: ['weekly snapshot'] },
    ]);
    assert.deepEqual(plan.remove[0], 'd2');
  });

  it('keeps the oldest while a rule has counts left', () => {
    const plan = planRetention({ keepYearly: 5 }, daily(10));
    assert.deepEqual(plan.keep, [
      { id: 'd0', reasons: ['yearly snapshot'] },
      { id: 'd9', reasons: ['oldest yearly snapshot'] },
    ]);
  });

  it('keeps one of every span for ever when unlimited', () => {
    assert.deepEqual(keptIds({ keepYearly: 'unlimited' }, daily(800)), ['d0', 'd327', 'd692', 'd799']);
  });

  it('looks back by calendar: a month before March 31 is March 3, as February has no 31st', () => {
    const at = (id: string, time: string) => ({ id, time, tags: [] });
    const snapshots = [
      at('latest', '2023-03-31T12:00:00Z'),
      at('inside', '2023-03-03T12:00:00.000000001Z'),
      at('edge', '2023-03-03T12:00:00Z'),
    ];
    assert.deepEqual(keptIds({ keepWithin: '1m' }, snapshots), ['latest', 'inside']);
    assert.deepEqual(keptIds({ keepWithin: '1m1h' }, snapshots), ['latest', 'inside', 'edge']);
  });

  it('takes ISO weeks, so that January 1 can belong to the old year and December 31 to the new', () => {
    const at = (id: string, time: string) => ({ id, time, tags: [] });
    const snapshots = [
      at('jan1', '2021-01-01T12:00:00Z'),
      at('dec28', '2020-12-28T12:00:00Z'),
      at('dec27', '2020-12-27T12:00:00Z'),
    ];
    assert.deepEqual(keptIds({ keepWeekly: 2 }, snapshots), ['jan1', 'dec27']);
  });

  it('keeps what carries every tag of one list, and with an empty tag what carries none', () => {
    const at = (id: string, tags: string[]) => ({ id, time: '2026-01-01T00:00:00Z', tags });
    const snapshots = [at('both', ['a', 'b']), at('one', ['a']), at('none', []), at('other', ['c'])];
    assert.deepEqual(planRetention({ keepTags: [['a', 'b'], ['c']] }, snapshots).keep, [
      { id: 'both', reasons: ['has tags [a, b]'] },
      { id: 'other', reasons: ['has tags [c]'] },
    ]);
    assert.deepEqual(keptIds({ keepTags: [['']] }, snapshots), ['none']);
  });

  it('keeps everything when the policy asks for nothing', () => {
    for (const policy of [{}, { keepLast: 0 }, { keepWithin: '0d' }, { keepTags: [] }, { keepDaily: undefined }]) {
      const plan = planRetention(policy, daily(3));
      assert.deepEqual(
        plan.keep.map(({ reasons }) => reasons),
        Array(3).fill(['policy is empty']),
      );
      assert.deepEqual(plan.remove, []);
    }
  });

  it('does not let a snapshot from the future age the others out when now is told', () => {
    const snapshots = [...daily(3), { id: 'future', time: '2099-01-01T00:00:00Z', tags: [] }];
    assert.deepEqual(keptIds({ keepWithin: '7d' }, snapshots), ['future']);
    const plan = planRetention({ keepWithin: '7d' }, snapshots, { now: '2026-11-23T13:00:00Z' });
    assert.deepEqual(plan.remove, []);
    const allFuture = planRetention({ keepWithin: '1h' }, snapshots, { now: '2020-01-01T00:00:00Z' });
    assert.deepEqual(allFuture.remove, []);
  });

  it('reads zones, Dates and milliseconds as the same instant', () => {
    const ms = Date.parse('2026-03-01T00:30:00Z');
    for (const time of ['2026-03-01T02:30:00+02:00', '2026-03-01T00:30:00.000000000Z', new Date(ms), ms]) {
      const plan = planRetention({ keepDaily: 1 }, [
        { id: 'x', time },
        { id: 'y', time: '2026-03-01T00:00:00Z' },
      ]);
      assert.deepEqual(plan.remove, ['y']);
    }
  });
});

describe('retention invariants', () => {
  const history = fc.integer({ min: 1, max: 2 ** 31 - 1 }).map((seed) => historyOf(seed));

  it('puts each snapshot in exactly one list, newest first, with a reason for each that stays', () => {
    fc.assert(
      fc.property(history, ({ policy, snapshots }) => {
        const plan = planRetention(policy, snapshots);
        const timeOf = new Map(snapshots.map(({ id, time }) => [id, Date.parse(time as string)]));
        const all = [...plan.keep.map(({ id }) => id), ...plan.remove];
        assert.deepEqual([...all].sort(), snapshots.map(({ id }) => id).sort());
        assert.ok(plan.keep.every(({ reasons }) => reasons.length > 0));
        for (const list of [plan.keep.map(({ id }) => id), plan.remove]) {
          const times = list.map((id) => timeOf.get(id) as number);
          assert.deepEqual(
            times,
            [...times].sort((a, b) => b - a),
          );
        }
      }),
    );
  });

  it('keeps the same after what it removed is gone, except that another may now be the oldest', () => {
    fc.assert(
      fc.property(history, ({ policy, snapshots }) => {
        const first = planRetention(policy, snapshots);
        const kept = new Set(first.keep.map(({ id }) => id));
        const second = planRetention(
          policy,
          snapshots.filter(({ id }) => kept.has(id)),
        );
        assert.deepEqual(second.remove, []);
      }),
    );
  });

  it('never removes more when a rule is added', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 40 }), ({ policy, snapshots }, keepLast) => {
        const { keepLast: _, ...others } = policy;
        const wide = new Set(keptIds({ ...others, keepLast }, snapshots));
        const isEmpty = planRetention(others, snapshots).keep.some(({ reasons }) => reasons[0] === 'policy is empty');
        if (!isEmpty) for (const id of keptIds(others, snapshots)) assert.ok(wide.has(id), id);
        const newest = planRetention({}, snapshots).keep.slice(0, keepLast);
        for (const { id } of newest) assert.ok(wide.has(id), id);
      }),
    );
  });
});

describe('retention refuses a slip, because a slip deletes', () => {
  const refused = (policy: unknown, message: RegExp): void =>
    assert.throws(() => planRetention(policy as RetentionPolicy, []), message);

  it('in counts', () => {
    refused({ keepLast: -1 }, /keepLast: -1 is not allowed; allowed are whole numbers from 0 and 'unlimited'/);
    refused({ keepDaily: 1.5 }, /keepDaily: 1.5 is not allowed/);
    refused({ keepDaily: '7' }, /keepDaily: "7" is not allowed/);
    refused({ keepDayly: 7 }, /there is no rule keepDayly; allowed are keepLast, keepHourly/);
  });

  it('in durations', () => {
    for (const bad of ['', '7', 'd', '7w', '-1d', '1d2', '1.5d', '1d 2h', '1D']) {
      refused({ keepWithin: bad }, new RegExp(`keepWithin: "${bad}" is not a duration; allowed are years, months`));
    }
    refused({ keepWithinDaily: '1d2d' }, /keepWithinDaily: "1d2d" gives the unit d twice/);
    refused({ keepWithinDaily: 7 }, /keepWithinDaily: 7 is not text/);
  });

  it('in tags, times and ids', () => {
    refused({ keepTags: ['a'] }, /keepTags: \["a"\] is not allowed/);
    refused({ keepTags: [[]] }, /keepTags: \[\[\]\] is not allowed/);
    const plan = (time: unknown) => () => planRetention({ keepLast: 1 }, [{ id: 'x', time: time as string }]);
    for (const bad of [
      '',
      'yesterday',
      '2026-02-30T00:00:00Z',
      '2026-01-01',
      '2026-01-01T00:00:00',
      '2026-01-01T24:00:00Z',
    ]) {
      assert.throws(plan(bad), /snapshots\[0\]\.time: .* is not an RFC 3339 time like/);
    }
    for (const bad of [Number.NaN, null, new Date('x')])
      assert.throws(plan(bad), /snapshots\[0\]\.time: .* is not a time/);
    const twice = [
      { id: 'x', time: 0 },
      { id: 'x', time: 1 },
    ];
    assert.throws(() => planRetention({ keepLast: 1 }, twice), /snapshots\[1\]\.id: x stands there twice/);
  });
});
