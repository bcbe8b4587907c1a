import { secondsBetween } from '../time.ts';
import { type Crossing, crossingOf, type Trend } from './trend.ts';

/** How near a series is to its budget, and when it passes it. */
export interface CapacityLine {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly budget: number;
  /** The newest value that was observed. */
  readonly now: number | null;
  /** 0..; of the newest value. */
  readonly share: number | null;
  /** For each share that is to be told, and for the whole budget. */
  readonly crossings: readonly ({ readonly percent: number; readonly isReached: boolean } & Crossing)[];
  /** Why no date is told. */
  readonly abstained: string | null;
}

/** Budgets of things that grow. The margin to noon shrinks and is told by its trend. */
export function capacityOf(trend: Trend, percents: readonly number[]): CapacityLine | undefined {
  const { series, told, abstained } = trend;
  if (series.limit === null || series.worse !== 'rising') return undefined;
  const { limit } = series;
  const now = series.values.findLast((value) => value !== null) ?? null;
  const shares = [...new Set([...percents, 100])].sort((a, b) => a - b);
  return {
    name: series.name,
    title: series.title,
    unit: series.unit,
    budget: limit,
    now,
    share: now === null ? null : now / limit,
    crossings: shares.map((percent) => {
      const isReached = now !== null && now >= (limit * percent) / 100;
      const never = { likely: null, earliest: null, latest: null };
      return { percent, isReached, ...(told === null ? never : crossingOf(told, 'rising', (limit * percent) / 100)) };
    }),
    abstained,
  };
}

/** Whole days from one date to another. */
export const daysUntil = (from: string, to: string): number =>
  Math.round(secondsBetween(`${from.slice(0, 10)}T00:00:00.000Z`, `${to}T00:00:00.000Z`) / 86_400);
