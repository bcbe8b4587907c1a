import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createCloudMetrics } from '../../../shared/adapters/gcp/metrics.ts';
import { metricCatalog } from '../../../shared/domain/catalog.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { addToDistribution, EMPTY_DISTRIBUTION, type Point } from '../../../shared/domain/points.ts';
import { epochMs, instant, plusSeconds } from '../../../shared/domain/time.ts';
import type { MetricsPort } from '../../../shared/ports/metrics.ts';
import { metricsContract } from '../../contracts/metrics.contract.ts';
import { type MonitoringStandIn, startMonitoring } from '../../standins/monitoring.ts';

const START = '2026-11-24T12:00:00.000Z';
const level = (phase: string, at: string, metric = 'phase_verdict', value = 1): Point => ({
  metric,
  labels: { phase, environment: 'production' },
  at,
  value: { kind: 'int64', value },
});

metricsContract('Cloud Monitoring', async () => {
  let at = START;
  const standIn = await startMonitoring({ nowMs: () => epochMs(at), prefix: metricCatalog.prefix });
  const place = { projectId: 'p1', region: 'us-central1', endpoint: standIn.endpoint };
  return {
    port: createCloudMetrics({ ...place, namespace: 'highnoon', clock: { now: () => at } }),
    now: () => at,
    advance: (seconds) => {
      at = plusSeconds(at, seconds);
    },
    async newest(metric, labels) {
      const found = standIn.points.findLast(
        ({ wire }) =>
          wire.metric.type === `${metricCatalog.prefix}/${metric}` &&
          Object.entries(labels).every(([key, value]) => wire.metric.labels[key] === value),
      );
      const value = found?.wire.points[0]?.value as Record<string, unknown> | undefined;
      if (value === undefined) return undefined;
      const histogram = value.distributionValue as { count?: unknown } | null | undefined;
      return Number(histogram?.count ?? value.int64Value ?? value.doubleValue);
    },
    close: () => standIn.close(),
  };
});

describe('points to Cloud Monitoring', () => {
  let standIn: MonitoringStandIn;
  let port: MetricsPort;
  let now: string;
  const outcomes = async (points: readonly Point[]) => (await port.write(points)).map(({ outcome }) => outcome);

  beforeEach(async () => {
    now = START;
    standIn = await startMonitoring({ nowMs: () => epochMs(now), prefix: metricCatalog.prefix });
    const place = { projectId: 'p1', region: 'us-central1', endpoint: standIn.endpoint };
    port = createCloudMetrics({ ...place, namespace: 'highnoon', clock: { now: () => now } });
  });
  afterEach(() => standIn.close());

  it('writes every kind of value for one generic task with all five labels', async () => {
    const total = addToDistribution(addToDistribution(EMPTY_DISTRIBUTION, 1500), 90_000);
    const written = await outcomes([
      level('t-90-prep', now),
      {
        metric: 'scheduler_success_rate',
        labels: { phase: 'x', environment: 'e' },
        at: now,
        value: { kind: 'double', value: 0.5 },
      },
      {
        metric: 'scheduler_execution_duration_ms',
        labels: { phase: 't-90-prep', environment: 'production' },
        startAt: plusSeconds(now, -60),
        at: now,
        value: { kind: 'distribution', value: total },
      },
      {
        metric: 'compliance_check_results',
        labels: { result: 'passed', severity: 'high', environment: 'production' },
        startAt: now,
        at: now,
        value: { kind: 'int64', value: 0 },
      },
    ]);
    assert.deepEqual(written, ['written', 'written', 'written', 'written']);
    const [first, rate, durations, count] = standIn.points;
    assert.equal(first?.wire.metric.type, 'custom.googleapis.com/herbitrage/phase_verdict');
    assert.deepEqual(Object.keys(first?.wire.resource.labels ?? {}).sort(), [
      'job',
      'location',
      'namespace',
      'project_id',
      'task_id',
    ]);
    assert.equal(rate?.wire.points[0]?.value.doubleValue, 0.5);
    const distribution = durations?.wire.points[0]?.value.distributionValue as {
      count: string;
      bucketCounts: string[];
    };
    assert.equal(distribution.count, '2');
    assert.equal(distribution.bucketCounts.length, 12);
    // A running total that begins with its first point has an interval that is not empty.
    assert.ok((count?.startMs ?? Number.POSITIVE_INFINITY) < (count?.endMs ?? 0));
  });

  it('sends at most 200 series in a request', async () => {
    const points = Array.from({ length: 450 }, (_, index) => level(`phase-${index}`, now));
    assert.ok((await outcomes(points)).every((outcome) => outcome === 'written'));
    assert.deepEqual(standIn.requests, [200, 200, 50]);
  });

  for (const form of ['index-first', 'index-last'] as const)
    it(`answers for each point of a partly refused request (${form})`, async () => {
      standIn.form = form;
      await outcomes([level('a', now), level('b', plusSeconds(now, -20))]);
      now = plusSeconds(now, 10);
      const answers = await port.write([
        level('c', now),
        level('a', plusSeconds(START, -1)),
        level('b', now),
        { ...level('d', now), labels: { phase: 'd', environment: 'x' } },
      ]);
      assert.deepEqual(
        answers.map(({ outcome }) => outcome),
        ['written', 'superseded', 'written', 'written'],
      );
      assert.match(answers[1]?.detail ?? '', /in order/);
    });

  it('takes a point that came within five seconds of its series as one to be written later', async () => {
    await outcomes([level('a', now)]);
    now = plusSeconds(now, 2);
    assert.deepEqual(await outcomes([level('a', now), level('b', now)]), ['retry', 'written']);
    now = plusSeconds(now, 5);
    assert.deepEqual(await outcomes([level('a', now)]), ['written']);
  });

  it('refuses what the catalog does not have, and sends nothing for it', async () => {
    assert.deepEqual(await outcomes([level('a', now, 'no_such_metric')]), ['refused']);
    assert.deepEqual(standIn.requests, []);
  });

  it('settles what is older than 25 hours without sending it', async () => {
    assert.deepEqual(await outcomes([level('a', plusSeconds(now, -25 * 3600)), level('b', now)]), [
      'superseded',
      'written',
    ]);
    assert.deepEqual(standIn.requests, [1]);
  });

  it('settles what the service itself finds too old, as when its clock is ahead', async () => {
    const at = plusSeconds(now, -24 * 3600);
    now = plusSeconds(now, 0);
    const behind = createCloudMetrics({
      projectId: 'p1',
      region: 'us-central1',
      endpoint: standIn.endpoint,
      namespace: 'highnoon',
      clock: { now: () => START },
    });
    now = instant(epochMs(START) + 2 * 3_600_000);
    const [answer] = await behind.write([level('a', at)]);
    assert.equal(answer?.outcome, 'superseded');
  });

  it('keeps the points of a batch that got no answer, and settles them at the next try if they had landed', async () => {
    standIn.faults.next('createTimeSeries', { kind: 'after', code: 14 });
    await assert.rejects(
      port.write([level('a', now)]),
      (error) => error instanceof PortError && error.code === 'unavailable',
    );
    now = plusSeconds(now, 10);
    assert.deepEqual(await outcomes([level('a', START)]), ['superseded']);
    assert.equal(standIn.points.length, 1);
  });

  it('throws only when nothing is known of any point', async () => {
    const points = Array.from({ length: 201 }, (_, index) => level(`phase-${index}`, now));
    standIn.faults.next('createTimeSeries', { kind: 'before', code: 14 });
    const answers = await outcomes(points);
    assert.equal(answers.filter((outcome) => outcome === 'retry').length, 200);
    assert.equal(answers[200], 'written');
  });

  it('says which permission is missing', async () => {
    standIn.faults.next('createTimeSeries', { kind: 'before', code: 7 });
    await assert.rejects(
      port.write([level('a', now)]),
      (error) =>
        error instanceof PortError &&
        error.code === 'permission-denied' &&
        error.message.includes('monitoring.timeSeries.create'),
    );
  });

  it('stops waiting when the caller does', async () => {
    let release = () => {};
    standIn.faults.next('createTimeSeries', { kind: 'stall', until: new Promise((resolve) => (release = resolve)) });
    const caller = new AbortController();
    const writing = port.write([level('a', now)], caller.signal);
    setImmediate(() => caller.abort());
    await assert.rejects(writing, (error) => error instanceof PortError && error.code === 'deadline-exceeded');
    release();
  });
});
