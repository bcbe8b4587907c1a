import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fails } from '../../shared/domain/finding.ts';
import type { Point } from '../../shared/domain/points.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { sweep } from '../../shared/engine/sweep.ts';
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
