import type { google } from '@google-cloud/monitoring/build/protos/protos.js';
import { metricCatalog } from '../../domain/catalog.ts';
import { epochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MetricReading, MetricsReader } from '../evidence/index.ts';
import { grpcCall, once } from './call.ts';
import type { CloudPlace } from './endpoints.ts';
import { metricClient } from './metrics.ts';
import { toInstant, toNumber, toTimestamp } from './values.ts';

type TimeSeries = google.monitoring.v3.ITimeSeries;

/** A value older than a day is no evidence of now for any guardrail; the newest in it is what counts. */
const LOOK_BACK_MS = 24 * 3_600_000;
const MOST_PAGES = 20;
const SAMPLES = '_samples';

/**
 * The newest value of every series below the catalog's prefix. A histogram counts with its mean and its number of
 * samples; a gauge `NAME` is backed by the samples that the gauge `NAME_samples` with the same labels tells, else by one.
 */
export function cloudMetricReadings(place: CloudPlace & { readonly clock: Pick<Clock, 'now'> }): MetricsReader {
  const client = metricClient(place);
  const asked = { port: 'evidence', what: `metrics of ${place.projectId}`, needs: 'monitoring.timeSeries.list' };
  return {
    async latest(signal) {
      const now = epochMs(place.clock.now());
      const request = {
        name: `projects/${place.projectId}`,
        filter: `metric.type = starts_with("${metricCatalog.prefix}/")`,
        interval: { startTime: toTimestamp(now - LOOK_BACK_MS), endTime: toTimestamp(now) },
        view: 'FULL' as const,
      };
      const found: TimeSeries[] = [];
      let pageToken: string | null | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const next = pageToken ? { pageToken } : {};
        const [series, , response] = await grpcCall(asked, signal, async () =>
          (await client()).listTimeSeries({ ...request, ...next }, { ...once(), autoPaginate: false }),
        );
        found.push(...series);
        pageToken = response?.nextPageToken;
        if (!pageToken) break;
      }
      return withSamples(found.flatMap(readingOf));
    },
  };
}

/** Points come newest first. */
function readingOf({ metric, points }: TimeSeries): MetricReading[] {
  const point = points?.[0];
  if (!point?.value || !point.interval?.endTime) return [];
  const name = (metric?.type ?? '').slice(metricCatalog.prefix.length + 1);
  const base = { metric: name, labels: { ...metric?.labels }, at: toInstant(point.interval.endTime) };
  const { distributionValue, doubleValue, int64Value, boolValue } = point.value;
  if (distributionValue)
    return [{ ...base, value: distributionValue.mean ?? 0, samples: toNumber(distributionValue.count) }];
  const value =
    doubleValue ?? (int64Value === null || int64Value === undefined ? Number(boolValue) : toNumber(int64Value));
  return Number.isFinite(value) ? [{ ...base, value, samples: 1 }] : [];
}

function withSamples(readings: readonly MetricReading[]): MetricReading[] {
  const keyOf = (metric: string, labels: MetricReading['labels']) =>
    JSON.stringify([metric, Object.entries(labels).sort()]);
  const counts = new Map(readings.map(({ metric, labels, value }) => [keyOf(metric, labels), value]));
  return readings.map((reading) => ({
    ...reading,
    samples: counts.get(keyOf(`${reading.metric}${SAMPLES}`, reading.labels)) ?? reading.samples,
  }));
}
