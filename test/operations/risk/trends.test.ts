import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import { analyseTrends } from '../../../shared/operations/risk/analyse-trends.ts';
import { planCapacity } from '../../../shared/operations/risk/plan-capacity.ts';
import type { ObjectInfo, ObjectsPort } from '../../../shared/ports/objects.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { createContext } from '../../support/operation-context.ts';
import { judged } from './judge.ts';
import { type PastOptions, storedPast } from './past-world.ts';

const SUNDAY = '2026-11-22T12:05:00.000Z';
const weeks: PastOptions = { from: '2026-10-05', until: '2026-11-22T12:00:00.000Z' };
const configuration = sampleConfiguration('weekly: {capacity: {lookback_days: 48, forecast_horizon_days: 28}}');

function listing(objects: readonly { at: string; bytes: number }[] | PortError): ObjectsPort {
  async function* list(): AsyncGenerator<ObjectInfo> {
    if (objects instanceof PortError) throw objects;
    for (const { at, bytes } of objects)
      yield { uri: `gs://b/${at}`, bytes, generation: '1', updatedAt: at, metadata: {} };
  }
  return { list } as unknown as ObjectsPort;
}
const contextOf = (past: PastOptions, objects: ObjectsPort = listing([])) =>
  createContext({
    ports: { history: storedPast(past), objects },
    phase: 'weekly-risk-review',
    dueAt: SUNDAY,
    configuration,
  });
/** A little unrest that never repeats within the test. */
const wobble = (day: number): number => 3 * Math.sin(day * 2.7);

describe('analyse-trends', () => {
  it('says on which day the margin to noon is used up', async () => {
    const context = contextOf({
      ...weeks,
      seconds: (phase, day) => (phase === 't-30-final-check' ? 300 + 28 * day + wobble(day) : 60 + wobble(day)),
    });
    const { find, verdict } = await judged(analyseTrends, context);
    assert.equal(verdict, 'degraded');
    // 1,800 s of margin less 300, at 28 s a day from 2026-10-05 on: used up after 53.6 days.
    assert.match(find('margin-runs-out').message, /^Margin to noon reaches zero on 2026-11-2[78] \(between /);
    assert.match(find('margin-runs-out').message, /such forecasts erred by/);
  });

  it('tells the day of a step', async () => {
    const context = contextOf({
      ...weeks,
      seconds: (phase, day) => (phase === 't-90-prep' && day >= 24 ? 240 : 60) + wobble(day),
    });
    const { findings } = await judged(analyseTrends, context);
    const own = findings.filter(({ subject }) => subject === 'trends/duration/t-90-prep');
    assert.deepEqual(
      own.map(({ code, facts }) => [code, facts?.date]),
      [['step', '2026-10-29']],
    );
  });

  it('abstains below fourteen points, and that is unknown', async () => {
    const { find, verdict } = await judged(analyseTrends, contextOf({ ...weeks, from: '2026-11-12' }));
    assert.equal(verdict, 'degraded');
    assert.equal(find('too-few-points').state, 'unknown');
    assert.match(find('too-few-points').message, /at least 14 are needed/);
  });

  it('says nothing of steady weeks', async () => {
    const steady = contextOf({ ...weeks, seconds: (_, day) => 60 + wobble(day) }, listing(daily(() => 1000)));
    const { bad } = await judged(analyseTrends, steady);
    assert.deepEqual(bad, []);
  });

  it('names a storage that cannot be listed', async () => {
    const denied = listing(new PortError('objects', 'permission-denied', 'storage.objects.list is missing'));
    const { find } = await judged(analyseTrends, contextOf(weeks, denied));
    assert.equal(find('permission-denied').subject, 'snapshots/storage');
    assert.equal(find('permission-denied').state, 'unknown');
  });

  it('cannot tell anything from an empty history', async () => {
    const context = contextOf(weeks);
    const history = { ...context.ports.history, days: async () => [], ledger: async () => [] };
    const { find } = await judged(analyseTrends, { ...context, ports: { ...context.ports, history } });
    assert.equal(find('empty-history').state, 'unknown');
  });
});

function daily(bytes: (day: number) => number): { at: string; bytes: number }[] {
  return Array.from({ length: 49 }, (_, day) => ({
    at: new Date(Date.parse('2026-10-05T06:00:00Z') + day * 86_400_000).toISOString(),
    bytes: bytes(day),
  }));
}

describe('plan-capacity', () => {
  it('says in how many days a budget is exceeded, with the interval', async () => {
    const context = contextOf({
      ...weeks,
      // The budget of T-30 is 600 s: reached on day 55.5, a week after the review.
      seconds: (phase, day) => (phase === 't-30-final-check' ? 45 + 10 * day + wobble(day) : 60 + wobble(day)),
    });
    const { find } = await judged(planCapacity, context);
    const finding = find('budget-will-be-exceeded');
    assert.equal(finding.subject, 'capacity/duration/t-30-final-check');
    assert.match(finding.message, /exceeded in (7|8|9) days, on 2026-1[12]-\d\d \(2026-/);
  });

  it('says when a budget is exceeded already', async () => {
    const context = contextOf({ ...weeks, seconds: (phase, day) => (phase === 't-90-prep' ? 1000 : 60) + wobble(day) });
    const { find } = await judged(planCapacity, context);
    assert.equal(find('budget-exceeded').subject, 'capacity/duration/t-90-prep');
  });

  it('foresees that storage fills up', async () => {
    const context = contextOf(
      { ...weeks, seconds: (_, day) => 60 + wobble(day) },
      listing(daily(() => 100 * 1024 ** 2)),
    );
    const { find } = await judged(planCapacity, context);
    assert.equal(find('budget-will-be-exceeded').subject, 'capacity/snapshot-storage');
  });

  it('tells no date from a few days, and that is unknown', async () => {
    const { find, verdict } = await judged(planCapacity, contextOf({ ...weeks, from: '2026-11-15' }));
    assert.equal(verdict, 'degraded');
    assert.equal(find('too-few-points').state, 'unknown');
  });
});
