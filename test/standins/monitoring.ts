import protos from '@google-cloud/monitoring/build/protos/protos.js';
import { GrpcFault, type GrpcStandIn, startGrpc } from './grpc-server.ts';

const { google } = protos;
const KINDS = ['GAUGE', 'CUMULATIVE'];
const RESOURCE_LABELS = ['project_id', 'location', 'namespace', 'job', 'task_id'];
const SPACING_MS = 5000;
const OLDEST_MS = 25 * 3_600_000;

interface Wire {
  readonly metric: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly metricKind: string;
  readonly valueType: string;
  readonly points: readonly {
    readonly interval: { readonly startTime: WireTime | null; readonly endTime: WireTime };
    readonly value: Readonly<Record<string, unknown>>;
  }[];
}
interface WireTime {
  readonly seconds: string;
  readonly nanos: number;
}
export interface StoredPoint {
  readonly series: string;
  readonly startMs: number | null;
  readonly endMs: number;
  readonly receivedMs: number;
  readonly wire: Wire;
}

export interface MonitoringStandIn extends GrpcStandIn {
  readonly points: StoredPoint[];
  readonly requests: number[];
  /** How the texts name the points: each form was seen from the real service. */
  form: 'index-first' | 'index-last';
}

const msOf = ({ seconds, nanos }: WireTime): number => Number(seconds) * 1000 + nanos / 1e6;

interface Refusal {
  readonly index: number;
  readonly code: number;
  readonly reason: string;
}

/** Cloud Monitoring's rules for written points, over the real wire. The clock is moved by hand. */
export async function startMonitoring(options: {
  readonly nowMs: () => number;
  readonly prefix: string;
}): Promise<MonitoringStandIn> {
  const points: StoredPoint[] = [];
  const requests: number[] = [];

  function refuse(wire: Wire, startMs: number | null, endMs: number): Omit<Refusal, 'index'> | undefined {
    const invalid = (reason: string) => ({ code: 3, reason });
    if (!KINDS.includes(wire.metricKind)) return invalid(`unsupported metric kind ${wire.metricKind}`);
    if (!wire.metric.type.startsWith(`${options.prefix}/`))
      return { code: 5, reason: `unknown metric ${wire.metric.type}` };
    if (wire.resource.type !== 'generic_task') return invalid(`unrecognized resource ${wire.resource.type}`);
    const missing = RESOURCE_LABELS.filter((label) => (wire.resource.labels[label] ?? '') === '');
    if (missing.length > 0) return invalid(`missing resource labels: ${missing.join(', ')}`);
    if (wire.points.length !== 1) return invalid('exactly one point is wanted for each series');
    if (wire.metricKind === 'CUMULATIVE' ? startMs === null || startMs >= endMs : startMs !== null && startMs !== endMs)
      return invalid('the interval does not suit the metric kind');
    if (endMs < options.nowMs() - OLDEST_MS)
      return invalid('Data points cannot be written more than 25h10s in the past.');
    if (endMs > options.nowMs() + 300_000) return invalid('Data points cannot be written more than 5m in the future.');
    const series = seriesOf(wire);
    const known = points.findLast((one) => one.series === series);
    if (known === undefined) return undefined;
    if (endMs <= known.endMs)
      return invalid(
        'Points must be written in order. One or more of the points had an older end time than the most recent point.',
      );
    if (startMs !== null && known.startMs !== null && startMs < known.startMs)
      return invalid(
        'Points must be written in order. One or more of the points had an older start time than the most recent point.',
      );
    if (options.nowMs() - known.receivedMs < SPACING_MS)
      return {
        code: 9,
        reason:
          'One or more points were written more frequently than the maximum sampling period configured for the metric.',
      };
    return undefined;
  }

  const standIn: MonitoringStandIn = Object.assign(
    await startGrpc({
      package: '@google-cloud/monitoring',
      services: [
        {
          proto: 'google/monitoring/v3/metric_service.proto',
          name: 'google.monitoring.v3.MetricService',
          handlers: { createTimeSeries, listTimeSeries },
        },
      ],
    }),
    { points, requests, form: 'index-first' as const },
  );
  return standIn;

  function createTimeSeries({ timeSeries }: { timeSeries: readonly Wire[] }): unknown {
    requests.push(timeSeries.length);
    if (timeSeries.length > 200) throw new GrpcFault(3, 'a request may hold at most 200 series');
    const seen = timeSeries.map(seriesOf);
    const refusals: Refusal[] = [];
    for (const [index, wire] of timeSeries.entries()) {
      const point = wire.points[0];
      const endMs = point === undefined ? 0 : msOf(point.interval.endTime);
      const start = point?.interval.startTime ?? null;
      const startMs = start === null || (start.seconds === '0' && start.nanos === 0) ? null : msOf(start);
      const isTwice = seen.indexOf(seen[index] ?? '') !== index;
      const refusal = isTwice
        ? {
            code: 3,
            reason: 'Duplicate TimeSeries encountered. Only one point can be written per TimeSeries per request.',
          }
        : refuse(wire, startMs, endMs);
      if (refusal !== undefined) refusals.push({ index, ...refusal });
      else points.push({ series: seriesOf(wire), startMs, endMs, receivedMs: options.nowMs(), wire });
    }
    if (refusals.length === 0) return {};
    const texts = refusals.map(({ index, reason }) =>
      standIn.form === 'index-last'
        ? `${reason}: timeSeries[${index}]`
        : `timeSeries[${index}] (example metric.type="x"): ${reason}`,
    );
    const text = `One or more TimeSeries could not be written: ${texts.join('; ')}`;
    throw new GrpcFault(refusals[0]?.code ?? 3, text, summaryBin(text, timeSeries.length, refusals));
  }

  function listTimeSeries({ filter }: { filter: string }): unknown {
    const type = /metric\.type\s*=\s*starts_with\("([^"]+)"\)/.exec(filter)?.[1];
    if (type === undefined) throw new GrpcFault(3, `the filter is not understood: ${filter}`);
    const newest = new Map<string, StoredPoint>();
    for (const point of points) if (point.wire.metric.type.startsWith(type)) newest.set(point.series, point);
    return { timeSeries: [...newest.values()].map(({ wire }) => wire), nextPageToken: '' };
  }
}

const seriesOf = ({ metric, resource }: Wire): string =>
  JSON.stringify([metric.type, Object.entries(metric.labels).sort(), Object.entries(resource.labels).sort()]);

function summaryBin(message: string, total: number, refusals: readonly Refusal[]): Uint8Array {
  const codes = Map.groupBy(refusals, ({ code }) => code);
  const summary = google.monitoring.v3.CreateTimeSeriesSummary.encode({
    totalPointCount: total,
    successPointCount: total - refusals.length,
    errors: [...codes].map(([code, list]) => ({ status: { code }, pointCount: list.length })),
  }).finish();
  return google.rpc.Status.encode({
    code: refusals[0]?.code ?? 3,
    message,
    details: [{ type_url: 'type.googleapis.com/google.monitoring.v3.CreateTimeSeriesSummary', value: summary }],
  }).finish();
}
