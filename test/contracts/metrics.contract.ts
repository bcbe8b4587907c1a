import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { addToDistribution, EMPTY_DISTRIBUTION, type Point } from '../../shared/domain/points.ts';
import { plusSeconds } from '../../shared/domain/time.ts';
import type { MetricsPort } from '../../shared/ports/metrics.ts';

export interface MetricsWorld {
  readonly port: MetricsPort;
  /** The world's clock, which stands until it is moved. */
  now(): string;
  advance(seconds: number): void;
  /** The newest value of a series, as whoever looks at it sees it: a histogram by its count. */
  newest(metric: string, labels: Readonly<Record<string, string>>): Promise<number | undefined>;
  close(): Promise<void>;
}

const labels = (phase: string) => ({ phase, environment: 'production' });

export function metricsContract(name: string, make: () => Promise<MetricsWorld>): void {
  describe(`metrics: ${name}`, () => {
    let world: MetricsWorld;
    beforeEach(async () => {
      world = await make();
    });
    afterEach(() => world.close());

    const level = (phase: string, value: number, at = world.now()): Point => ({
      metric: 'phase_verdict',
      labels: labels(phase),
      at,
      value: { kind: 'int64', value },
    });
    const outcomes = async (...points: Point[]) => (await world.port.write(points)).map(({ outcome }) => outcome);

    it('writes a level, a rate and a histogram, each answered for itself', async () => {
      const rate: Point = {
        metric: 'scheduler_success_rate',
        labels: labels('t-90-prep'),
        at: world.now(),
        value: { kind: 'double', value: 0.75 },
      };
      const durations: Point = {
        metric: 'scheduler_execution_duration_ms',
        labels: labels('t-90-prep'),
        startAt: plusSeconds(world.now(), -3600),
        at: world.now(),
        value: { kind: 'distribution', value: addToDistribution(addToDistribution(EMPTY_DISTRIBUTION, 10), 30) },
      };
      assert.deepEqual(await outcomes(level('t-90-prep', 1), rate, durations), ['written', 'written', 'written']);
      assert.equal(await world.newest('phase_verdict', labels('t-90-prep')), 1);
      assert.equal(await world.newest('scheduler_success_rate', labels('t-90-prep')), 0.75);
      assert.equal(await world.newest('scheduler_execution_duration_ms', labels('t-90-prep')), 2);
    });

    it('keeps series apart by their labels', async () => {
      await outcomes(level('t-90-prep', 1), level('high-noon-sync', 3));
      assert.equal(await world.newest('phase_verdict', labels('t-90-prep')), 1);
      assert.equal(await world.newest('phase_verdict', labels('high-noon-sync')), 3);
      assert.equal(await world.newest('phase_verdict', labels('weekly-risk-review')), undefined);
    });

    it('takes the next point of a series when its time has come', async () => {
      await outcomes(level('t-90-prep', 1));
      world.advance(60);
      assert.deepEqual(await outcomes(level('t-90-prep', 2)), ['written']);
      assert.equal(await world.newest('phase_verdict', labels('t-90-prep')), 2);
    });

    it('settles a point that is not newer than its series as superseded, and the others are written', async () => {
      await outcomes(level('t-90-prep', 1));
      const late = level('t-90-prep', 0, plusSeconds(world.now(), -30));
      world.advance(60);
      assert.deepEqual(await outcomes(late, level('high-noon-sync', 2)), ['superseded', 'written']);
      assert.equal(await world.newest('phase_verdict', labels('t-90-prep')), 1);
      assert.equal(await world.newest('phase_verdict', labels('high-noon-sync')), 2);
    });

    it('has nothing to say of no points', async () => {
      assert.deepEqual(await outcomes(), []);
    });
  });
}
