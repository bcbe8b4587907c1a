import type { MetricServiceClient } from '@google-cloud/monitoring/build/src/v3/metric_service_client.js';
import { PortError } from '../../domain/errors.ts';
import type { Point } from '../../domain/points.ts';
import { hoursBetween } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MetricsPort } from '../../ports/metrics.ts';
import { lazily, once, whileWanted } from './call.ts';
import { type CloudPlace, grpcOptions } from './endpoints.ts';
import { grpcFault } from './errors.ts';
import { type Judged, judgePoints, type Summary } from './point-refusals.ts';
import { type Resource, timeSeriesOf } from './time-series.ts';

/** The API's limit for one request. */
const BATCH = 200;
/** The API refuses older points; sending them would spoil the request for the others. */
const OLDEST_HOURS = 25;
/** The engine gives all metrics together 2 s. */
const TIMEOUT_MS = 10_000;

/** Only the one client of the package: its others cost a phase 100 ms of start. */
export const metricClient = (place: CloudPlace): (() => Promise<MetricServiceClient>) =>
  lazily(async () => {
    const { MetricServiceClient } = await import('@google-cloud/monitoring/build/src/v3/metric_service_client.js');
    return new MetricServiceClient(await grpcOptions(place));
  });

interface Waiting {
  readonly index: number;
  readonly series: NonNullable<ReturnType<typeof timeSeriesOf>>;
}

/** Points to Cloud Monitoring, as `generic_task`, with an answer for each. */
export function createCloudMetrics(
  place: CloudPlace & { readonly namespace: string; readonly clock: Pick<Clock, 'now'> },
): MetricsPort {
  const client = metricClient(place);
  const resource: Resource = place;
  const asked = { port: 'metrics', what: `metrics of ${place.projectId}`, needs: 'monitoring.timeSeries.create' };

  async function send(batch: readonly Waiting[], signal: AbortSignal | undefined): Promise<readonly Judged[]> {
    const request = { name: `projects/${place.projectId}`, timeSeries: batch.map(({ series }) => series) };
    try {
      await whileWanted(asked, signal, async () => (await client()).createTimeSeries(request, once(TIMEOUT_MS)));
      return batch.map(() => ({ outcome: 'written' }));
    } catch (error) {
      const judged = error instanceof PortError ? undefined : judgePoints(error, await summaryOf(error), batch.length);
      if (judged !== undefined) return judged;
      throw grpcFault(error, asked);
    }
  }

  return {
    async write(points, signal) {
      const outcomes: Judged[] = points.map(() => ({ outcome: 'retry' }));
      const waiting: Waiting[] = [];
      for (const [index, point] of points.entries()) {
        const series = timeSeriesOf(point, resource);
        const early = judgeBeforeSending(point, series === undefined, place.clock);
        if (early !== undefined) outcomes[index] = early;
        else if (series !== undefined) waiting.push({ index, series });
      }
      let isAnyKnown = waiting.length < points.length;
      let failure: PortError | undefined;
      for (let from = 0; from < waiting.length; from += BATCH) {
        const batch = waiting.slice(from, from + BATCH);
        try {
          const judged = await send(batch, signal);
          isAnyKnown = true;
          for (const [at, { index }] of batch.entries()) outcomes[index] = judged[at] ?? { outcome: 'retry' };
        } catch (error) {
          failure ??= error as PortError;
          for (const { index } of batch) outcomes[index] = { outcome: 'retry', detail: (error as Error).message };
        }
      }
      if (failure !== undefined && !isAnyKnown) throw failure;
      return outcomes;
    },
  };
}

function judgeBeforeSending(point: Point, isUnknown: boolean, clock: Pick<Clock, 'now'>): Judged | undefined {
  if (isUnknown) return { outcome: 'refused', detail: `the catalog has no metric ${point.metric}` };
  if (hoursBetween(point.at, clock.now()) >= OLDEST_HOURS)
    return { outcome: 'superseded', detail: `older than ${OLDEST_HOURS} h` };
  return undefined;
}

const SUMMARY_TYPE = 'type.googleapis.com/google.monitoring.v3.CreateTimeSeriesSummary';

/** The client hands on details of types it does not know as they came. The types are loaded only when they are needed. */
async function summaryOf(error: unknown): Promise<Summary | undefined> {
  const { statusDetails } = error as { statusDetails?: unknown };
  if (!Array.isArray(statusDetails)) return undefined;
  const found = (statusDetails as { type_url?: string; typeUrl?: string; value?: unknown }[]).find(
    (detail) => (detail.type_url ?? detail.typeUrl) === SUMMARY_TYPE,
  );
  if (!(found?.value instanceof Uint8Array)) return undefined;
  const { google } = await import('@google-cloud/monitoring/build/protos/protos.js');
  return google.monitoring.v3.CreateTimeSeriesSummary.decode(found.value);
}
