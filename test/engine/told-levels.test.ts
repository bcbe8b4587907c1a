import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fails } from '../../shared/domain/finding.ts';
import type { Point } from '../../shared/domain/points.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { sweep } from '../../shared/engine/sweep.ts';
import { writeLevels } from '../../shared/engine/write-levels.ts';
import { createTestEngine, greenPhases, scheduled, TestResource, testCheck, testPhase } from '../support/engine.ts';

const AT = '2026-11-24T10:30:00.000Z';

/** An engine whose T-90 finds something violated or broken, or nothing, and the levels that were told. */
function world(found: 'nothing' | 'failure' | 'violation', write?: () => Promise<never>) {
  const told: Point[] = [];
  const words = { code: 'broken', subject: 'GR-1', message: 'it is broken', remedy: 'mend it' };
  const check =
    found === 'violation'
      ? testCheck('check-world', () => [fails({ ...words, severity: 'critical' })], { failure: 'compliance' })
      : testCheck('check-world', () => (found === 'failure' ? [fails(words)] : []));
  const made = createTestEngine(
    AT,
    { ...greenPhases(new TestResource()), 't-90-prep': testPhase('t-90-prep', [check]) },
    {
      metrics: {
        write: async (points) => {
          told.push(...points);
          await write?.();
          return points.map(() => ({ outcome: 'written' as const }));
        },
      },
    },
  );
  const value = (metric: string): Point['value'] | undefined =>
    told.find((point) => point.metric === metric && (point.labels.phase ?? 't-90-prep') === 't-90-prep')?.value;
  return { ...made, told, value };
}

describe('the levels that a phase tells as it ends', () => {
  it('say that it failed before the watchdog ticks, and do not say that the watchdog is alive', async () => {
    const { engine, told, value } = world('failure');
    await runPhase(engine, scheduled('t-90-prep', AT));
    assert.deepEqual(value('phase_ending'), { kind: 'int64', value: 3 });
    assert.deepEqual(value('consecutive_failures'), { kind: 'int64', value: 1 });
    assert.equal(value('watchdog_heartbeat'), undefined);
    await sweep(engine);
    assert.deepEqual(told.find(({ metric }) => metric === 'watchdog_heartbeat')?.value, { kind: 'int64', value: 1 });
  });

  it('are left to the watchdog when all is green', async () => {
    const { engine, value } = world('nothing');
    await runPhase(engine, scheduled('t-90-prep', AT));
    assert.equal(value('phase_ending'), undefined);
  });

  it('never change the ending when they cannot be written', async () => {
    const { engine, logs } = world('failure', () => Promise.reject(new Error('out of reach')));
    const outcome = await runPhase(engine, scheduled('t-90-prep', AT));
    assert.equal(outcome.kind === 'concluded' && outcome.slot.ending, 'failed');
    assert.ok(logs.some(({ message }) => message === 'what an ending owes waits for the watchdog'));
  });

  it('say that a rehearsal locked down', async () => {
    const { engine, value } = world('violation');
    const outcome = await runPhase(engine, scheduled('t-90-prep', '2026-11-24T07:00:00.000Z', { kind: 'manual' }));
    assert.equal(outcome.kind === 'looked' && outcome.result.verdict, 'violated');
    assert.deepEqual(value('lockdown_active'), { kind: 'int64', value: 1 });
  });
});

describe('the levels of what is stored', () => {
  const DIGEST = 'c'.repeat(64);

  /** What a teller writes over these documents, and the longest it would wait for that. */
  async function tell(stored: Record<string, object>, change: object = {}, teller: 'watchdog' | 'phase' = 'watchdog') {
    const made = createTestEngine(AT, {}, change);
    await made.documents.transact(async (transaction) => {
      for (const [path, data] of Object.entries(stored)) transaction.set(path, data);
    });
    const waits: number[] = [];
    const after = (ms: number) => {
      waits.push(ms);
      return () => {};
    };
    const points: Point[] = [];
    const metrics = {
      write: async (told: readonly Point[]) => {
        points.push(...told);
        return [];
      },
    };
    const clock = { now: () => AT, monotonicMs: () => 0, sleep: async () => {}, after };
    await writeLevels({ ...made.engine, clock, metrics }, AT, teller);
    return { value: (metric: string) => points.find((one) => one.metric === metric)?.value.value, waits };
  }

  it('count copies of messages as surplus starts where a day has unusually many of them', async () => {
    const say = async (...copies: readonly number[]) => {
      const [before, today] = copies.map((count) => ({ duplicate: 1, 'duplicate-copy': count }));
      const stored = { 'counters/refusals@2026-11-23': before ?? {}, 'counters/refusals@2026-11-24': today ?? {} };
      return (await tell(stored)).value('surplus_starts');
    };
    // A second subscription makes a copy of every message: seven a day at least.
    assert.deepEqual([await say(3, 3), await say(3, 7), await say(7, 7)], [2, 6, 10]);
  });

  it('count copies of yesterday and today, and age from the watch, or from now before it', async () => {
    const { value } = await tell({
      'counters/refusals@2026-11-23': { duplicate: 2, 'not-due': 9 },
      'counters/refusals@2026-11-24': { duplicate: 3 },
      'counters/refusals@2026-11-22': { duplicate: 50 },
      'controls/anchor': { seq: 1, hash: 'x', at: '2026-11-24T10:20:00.000Z' },
      'counters/snapshots': { newestValidAt: '2026-11-24T08:30:00.000Z', bytes: 7, dedupeRatio: 2, recent: [] },
      'controls/lockdown': { active: true },
      'outbox/a': { createdAt: '2026-11-24T10:29:00.000Z' },
      'outbox/b': { createdAt: '2026-11-24T10:28:00.000Z' },
    });
    assert.deepEqual(
      [value('surplus_starts'), value('ledger_anchor_age_seconds'), value('delivery_self_test_age_seconds')],
      [5, 600, 0],
    );
    assert.deepEqual([value('snapshot_freshness_hours'), value('lockdown_active')], [2, 1]);
    assert.equal(value('outbox_age_seconds'), 120, 'the oldest');
    const none = await tell({});
    assert.deepEqual([none.value('surplus_starts'), none.value('lockdown_active')], [0, 0]);
  });

  it('say that the configuration is another one than deployment pinned', async () => {
    const say = async (pinnedConfigurationSha256: string | undefined) =>
      (await tell({}, { pinnedConfigurationSha256 })).value('configuration_changed');
    assert.deepEqual([await say(undefined), await say(DIGEST), await say('d'.repeat(64))], [0, 0, 1]);
  });

  it('keep a phase no longer than two seconds, and the watchdog ten', async () => {
    assert.deepEqual([(await tell({}, {}, 'phase')).waits, (await tell({})).waits], [[2000], [10_000]]);
  });
});
