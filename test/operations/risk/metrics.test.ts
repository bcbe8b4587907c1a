import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PhaseMetrics } from '../../../shared/domain/risk/phase-metrics.ts';
import { aggregateMetrics } from '../../../shared/operations/risk/aggregate-metrics.ts';
import { createContext } from '../../support/operation-context.ts';
import { judged } from './judge.ts';
import { type PastOptions, storedPast } from './past-world.ts';

const SUNDAY = '2026-11-22T12:05:00.000Z';
const weeks: PastOptions = { from: '2026-10-25', until: '2026-11-22T12:00:00.000Z' };

const run = (options: PastOptions) =>
  judged(
    aggregateMetrics,
    createContext({ ports: { history: storedPast(options) }, phase: 'weekly-risk-review', dueAt: SUNDAY }),
  );
const phaseOf = (output: unknown, phase: string): PhaseMetrics => {
  const found = (output as { phases: PhaseMetrics[] }).phases.find((one) => one.phase === phase);
  assert.ok(found);
  return found;
};

describe('aggregate-metrics', () => {
  it('passes four good weeks, and says how sure that is', async () => {
    const { verdict, output } = await run(weeks);
    assert.equal(verdict, 'passed');
    const noon = phaseOf(output, 't-90-prep');
    assert.equal(noon.expected, 29);
    assert.equal(noon.rate, 1);
    // Wilson's lower bound of 29 of 29 at 95 %.
    assert.ok(Math.abs((noon.lower ?? 0) - 0.883) < 5e-4, String(noon.lower));
    assert.equal(noon.seconds?.p99IsLargest, true);
  });

  it('lets days that left nothing lower the success rate', async () => {
    const without = ['2026-11-17', '2026-11-18', '2026-11-19'];
    const { verdict, output, find } = await run({ ...weeks, without });
    assert.equal(verdict, 'degraded');
    const metrics = phaseOf(output, 't-30-final-check');
    assert.equal(metrics.expected, 29);
    assert.equal(metrics.good, 26);
    assert.deepEqual(
      metrics.absent.map((slot) => slot.slice(17, 27)),
      without,
    );
    assert.match(find('slots-without-ending').message, /^3 of 29 promised slots/);
  });

  it('does not count what the schedule promised before the first line of the ledger', async () => {
    const { output } = await run({ ...weeks, from: '2026-11-20' });
    assert.equal(phaseOf(output, 't-90-prep').expected, 3);
  });

  it('counts retries, and the spent error budget', async () => {
    const { output, find } = await run({
      ...weeks,
      attempts: (phase, date) => (phase === 't-90-prep' && date === '2026-11-10' ? 3 : 1),
      ending: (phase, date) => (phase === 'high-noon-sync' && date >= '2026-11-18' ? 'rolled-back' : 'passed'),
    });
    assert.equal(phaseOf(output, 't-90-prep').retries, 2);
    assert.match(find('error-budget-spent').message, /24 of 28 promised slots ended well/);
  });

  it('names an ending that the ledger tells otherwise', async () => {
    const history = storedPast(weeks);
    const [day] = history.allDays;
    assert.ok(day);
    const [slotId, slot] = Object.entries(day.slots).find(([id]) => id.startsWith('t-90')) ?? [];
    assert.ok(slot !== undefined && slotId !== undefined);
    history.allDays[0] = { ...day, slots: { ...day.slots, [slotId]: { ...slot, ending: 'failed' } } };
    const context = createContext({ ports: { history }, phase: 'weekly-risk-review', dueAt: SUNDAY });
    const { find } = await judged(aggregateMetrics, context);
    assert.equal(find('ledger-differs').severity, 'critical');
    assert.equal(find('ledger-differs').subject, `${slotId}#1`);
  });

  it('cannot tell anything from an empty history', async () => {
    const empty = { ...storedPast(weeks), days: async () => [], ledger: async () => [] };
    const context = createContext({ ports: { history: empty }, phase: 'weekly-risk-review', dueAt: SUNDAY });
    const { verdict, find } = await judged(aggregateMetrics, context);
    assert.equal(verdict, 'degraded');
    assert.equal(find('empty-history').state, 'unknown');
  });
});
