import type { Instant } from './time.ts';

/** A histogram of durations: counts between the bounds, exponential by a factor of two from one second. */
export interface Distribution {
  readonly count: number;
  readonly mean: number;
  readonly sumOfSquaredDeviation: number;
  /** `bounds.length + 1` counts. */
  readonly buckets: readonly number[];
}

export type PointValue =
  | { readonly kind: 'int64'; readonly value: number }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'distribution'; readonly value: Distribution };

/** One point of one series. A cumulative one carries the start of its running total. */
export interface Point {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly at: Instant;
  readonly startAt?: Instant;
  readonly value: PointValue;
}

/** The identity of a series: its name and labels in order. */
export function seriesOf(point: Pick<Point, 'metric' | 'labels'>): string {
  const labels = Object.keys(point.labels).sort();
  return `${point.metric}{${labels.map((label) => `${label}=${point.labels[label]}`).join(',')}}`;
}

/** Milliseconds; 1 s to about 18 min. */
export const DURATION_BOUNDS: readonly number[] = Array.from({ length: 11 }, (_, power) => 1000 * 2 ** power);

export const EMPTY_DISTRIBUTION: Distribution = {
  count: 0,
  mean: 0,
  sumOfSquaredDeviation: 0,
  buckets: Array.from({ length: DURATION_BOUNDS.length + 1 }, () => 0),
};

/** Welford's update, which stays exact where sums of squares would not. */
export function addToDistribution(distribution: Distribution, value: number): Distribution {
  const count = distribution.count + 1;
  const delta = value - distribution.mean;
  const mean = distribution.mean + delta / count;
  const bucket = DURATION_BOUNDS.findIndex((bound) => value < bound);
  const index = bucket === -1 ? DURATION_BOUNDS.length : bucket;
  return {
    count,
    mean,
    sumOfSquaredDeviation: distribution.sumOfSquaredDeviation + delta * (value - mean),
    buckets: distribution.buckets.map((amount, at) => (at === index ? amount + 1 : amount)),
  };
}

/** The running total of a cumulative series, kept in the store. */
export interface Counter {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly startAt: Instant;
  readonly value: PointValue;
}

/** Only the newest point of each series is worth sending. */
export function mergeNewest(points: readonly Point[]): Point[] {
  const newest = new Map<string, Point>();
  for (const point of points) {
    const series = seriesOf(point);
    const known = newest.get(series);
    if (known === undefined || known.at <= point.at) newest.set(series, point);
  }
  return [...newest.values()];
}
