import type { google } from '@google-cloud/monitoring/build/protos/protos.js';
import { metricCatalog } from '../../domain/catalog.ts';
import { DURATION_BOUNDS, type Point } from '../../domain/points.ts';
import { epochMs } from '../../domain/time.ts';
import { toTimestamp } from './values.ts';

type TimeSeries = google.monitoring.v3.ITimeSeries;

/**
 * The resource that every point is written for. `generic_task` wants all five labels, and they are the same for every
 * instance: each series is written as one, whoever writes it.
 */
export interface Resource {
  readonly projectId: string;
  readonly region: string;
  /** `highnoon`, or `highnoon-<env>`. */
  readonly namespace: string;
}

/** One point as the API takes it; undefined when the catalog has no such metric. */
export function timeSeriesOf(point: Point, { projectId, region, namespace }: Resource): TimeSeries | undefined {
  const metric = metricCatalog.metrics.find(({ name }) => name === point.metric);
  if (metric === undefined) return undefined;
  return {
    metric: { type: `${metricCatalog.prefix}/${metric.name}`, labels: { ...point.labels } },
    resource: {
      type: metricCatalog.resource.type,
      labels: { project_id: projectId, location: region, namespace, job: 'high-noon', task_id: 'high-noon' },
    },
    metricKind: metric.kind,
    valueType: metric.valueType,
    unit: metric.unit,
    points: [{ interval: intervalOf(point, metric.kind === 'CUMULATIVE'), value: typedValue(point) }],
  };
}

/** A gauge has an instant; a running total has the time since its start, which may not be empty. */
function intervalOf({ at, startAt }: Point, isCumulative: boolean) {
  const end = epochMs(at);
  if (!isCumulative) return { endTime: toTimestamp(end) };
  const start = startAt === undefined ? end - 1 : Math.min(epochMs(startAt), end - 1);
  return { startTime: toTimestamp(start), endTime: toTimestamp(end) };
}

function typedValue({ value }: Point): google.monitoring.v3.ITypedValue {
  switch (value.kind) {
    case 'int64':
      return { int64Value: Math.round(value.value) };
    case 'double':
      return { doubleValue: value.value };
    case 'distribution': {
      const { count, mean, sumOfSquaredDeviation, buckets } = value.value;
      return {
        distributionValue: {
          count,
          mean,
          sumOfSquaredDeviation,
          bucketOptions: { explicitBuckets: { bounds: [...DURATION_BOUNDS] } },
          bucketCounts: [...buckets],
        },
      };
    }
    default:
      return value satisfies never;
  }
}
