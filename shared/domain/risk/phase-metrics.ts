import type { PhaseName } from '../catalog.ts';
import { quantile, wilson } from '../statistics/index.ts';
import { secondsBetween } from '../time.ts';
import { endedWell, type SlotOutcome } from './outcomes.ts';

/** Two-sided confidence of every interval in the review. */
export const CONFIDENCE = 0.95;

/**
 * The share of expected slots that must end well. At 28 daily slots it allows one and a half bad ones: more would mean
 * that a window is lost more often than every other week.
 */
export const SUCCESS_OBJECTIVE = 0.95;

export interface Percentiles {
  /** How many values; below 100 the 99th percentile is the largest one or next to it. */
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly largest: number;
  readonly p99IsLargest: boolean;
}

export interface PhaseMetrics {
  readonly phase: PhaseName;
  readonly expected: number;
  readonly good: number;
  /** Expected slots without a row. */
  readonly absent: readonly string[];
  /** 0..1; null when nothing was expected. */
  readonly rate: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** Bad slots over those that the objective allows; above 1 the budget is spent. */
  readonly budgetBurn: number | null;
  /** Attempts beyond the first of each slot. */
  readonly retries: number;
  /** Seconds, of the newest attempts that ran. */
  readonly seconds: Percentiles | null;
  /** Seconds between the end of T-30 and noon; only of T-30. */
  readonly marginSeconds: Percentiles | null;
}

export function phaseMetrics(phase: PhaseName, outcomes: readonly SlotOutcome[]): PhaseMetrics {
  const expected = outcomes.length;
  const good = outcomes.filter(endedWell).length;
  const interval = expected === 0 ? null : wilson(good, expected, CONFIDENCE);
  const margins = phase === 't-30-final-check' ? outcomes.flatMap((outcome) => marginOf(outcome) ?? []) : [];
  return {
    phase,
    expected,
    good,
    absent: outcomes.filter(({ ending }) => ending === null).map(({ slotId }) => slotId),
    rate: expected === 0 ? null : good / expected,
    lower: interval?.lower ?? null,
    upper: interval?.upper ?? null,
    budgetBurn: expected === 0 ? null : (expected - good) / (expected * (1 - SUCCESS_OBJECTIVE)),
    retries: outcomes.reduce((sum, { attempt }) => sum + Math.max(0, attempt - 1), 0),
    seconds: percentiles(outcomes.flatMap(({ seconds }) => seconds ?? [])),
    marginSeconds: percentiles(margins),
  };
}

/** Seconds that were left until noon when this T-30 concluded; negative when it came too late. Null when it did not run. */
export function marginOf({ phase, dueAt, seconds, concludedAt }: SlotOutcome): number | null {
  if (phase !== 't-30-final-check' || seconds === null || concludedAt === null) return null;
  return secondsBetween(concludedAt, `${dueAt.slice(0, 10)}T12:00:00.000Z`);
}

export function percentiles(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const at = (p: number) => quantile(values, p);
  const count = values.length;
  return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99), largest: at(1), p99IsLargest: count < 100 };
}
