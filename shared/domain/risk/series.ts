import { type PhaseName, phaseNamed } from '../catalog.ts';
import { CHAIN } from '../day.ts';
import type { LedgerEntry } from '../ledger.ts';
import { dateOf, type Instant, plusSeconds } from '../time.ts';
import type { SlotOutcome } from './outcomes.ts';
import { marginOf } from './phase-metrics.ts';

/** One value for each day, null where nothing was observed. */
export interface DailySeries {
  readonly name: string;
  readonly title: string;
  readonly unit: 'seconds' | 'bytes' | 'writes';
  /** Which way it gets worse. */
  readonly worse: 'rising' | 'falling';
  /** What it must not pass; null when nothing is promised about it. */
  readonly limit: number | null;
  readonly firstDate: string;
  readonly values: readonly (number | null)[];
}

/**
 * What the platform gives without charge, as a budget that a deployment of this size should never reach:
 * https://cloud.google.com/firestore/quotas (20,000 writes a day), https://cloud.google.com/run/pricing (180,000
 * vCPU-seconds a month, a thirtieth of it a day), https://cloud.google.com/storage/pricing (5 GB-months), read in
 * November 2026.
 */
export const FREE_OF_CHARGE = { writesADay: 20_000, functionSecondsADay: 6000, storageBytes: 5 * 1024 ** 3 } as const;

const DAY_SECONDS = 86_400;
export const dateAfter = (date: string, days: number): string =>
  dateOf(plusSeconds(`${date}T00:00:00.000Z`, days * DAY_SECONDS));

/** Dates from the first to the last, both included. */
export function datesBetween(first: string, last: string): string[] {
  const dates: string[] = [];
  for (let date = first; date <= last; date = dateAfter(date, 1)) dates.push(date);
  return dates;
}

interface Material {
  readonly outcomes: Readonly<Record<PhaseName, readonly SlotOutcome[]>>;
  readonly ledger: readonly LedgerEntry[];
  /** Objects of the snapshots that are kept; undefined when they could not be listed. */
  readonly stored: readonly { readonly at: Instant; readonly bytes: number }[] | undefined;
  readonly from: Instant;
  readonly to: Instant;
}

/** All series of the review over the window. The day under way has no sums yet, so those end the day before. */
export function seriesOf(material: Material): DailySeries[] {
  const { outcomes, ledger, stored } = material;
  const dates = datesBetween(dateOf(material.from), dateOf(material.to));
  const wholeDays = dates.slice(0, -1);
  const firstDate = dates[0] ?? dateOf(material.to);
  const phases = [...CHAIN, 'snapshot-orchestration'] as const;
  const all: DailySeries[] = phases.map((phase) => ({
    name: `duration/${phase}`,
    title: `duration of ${phase}`,
    unit: 'seconds',
    worse: 'rising',
    limit: phaseNamed(phase).budgetSeconds,
    firstDate,
    values: perDay(dates, outcomes[phase], ({ seconds }) => seconds, Math.max),
  }));
  all.push({
    name: 'margin-to-noon',
    title: 'margin to noon',
    unit: 'seconds',
    worse: 'falling',
    limit: 0,
    firstDate,
    values: perDay(dates, outcomes['t-30-final-check'], marginOf, Math.min),
  });
  const everything = Object.values(outcomes).flat();
  all.push({
    name: 'function-time',
    title: 'function time a day',
    unit: 'seconds',
    worse: 'rising',
    limit: FREE_OF_CHARGE.functionSecondsADay,
    firstDate,
    values: perDay(
      wholeDays,
      everything,
      ({ seconds }) => seconds,
      (a, b) => a + b,
    ),
  });
  all.push({
    name: 'store-writes',
    title: 'writes to the store a day that left a line in the ledger',
    unit: 'writes',
    worse: 'rising',
    limit: FREE_OF_CHARGE.writesADay,
    firstDate,
    values: countPerDay(wholeDays, ledger),
  });
  if (stored !== undefined && stored.length > 0)
    all.push({
      name: 'snapshot-storage',
      title: 'bytes of the snapshots that are kept',
      unit: 'bytes',
      worse: 'rising',
      limit: FREE_OF_CHARGE.storageBytes,
      firstDate,
      values: cumulated(dates, stored),
    });
  return all;
}

function perDay(
  dates: readonly string[],
  outcomes: readonly SlotOutcome[],
  value: (outcome: SlotOutcome) => number | null,
  join: (a: number, b: number) => number,
): (number | null)[] {
  const found = new Map<string, number>();
  for (const outcome of outcomes) {
    const own = value(outcome);
    if (own === null) continue;
    const date = dateOf(outcome.dueAt);
    const known = found.get(date);
    found.set(date, known === undefined ? own : join(known, own));
  }
  return dates.map((date) => found.get(date) ?? null);
}

/** A day without a line of the ledger is a day that was not observed, not one of zero writes. */
function countPerDay(dates: readonly string[], ledger: readonly LedgerEntry[]): (number | null)[] {
  const counts = new Map<string, number>();
  for (const { at } of ledger) counts.set(dateOf(at), (counts.get(dateOf(at)) ?? 0) + 1);
  return dates.map((date) => counts.get(date) ?? null);
}

function cumulated(dates: readonly string[], stored: readonly { at: Instant; bytes: number }[]): number[] {
  const ordered = [...stored].sort((a, b) => (a.at < b.at ? -1 : 1));
  let next = 0;
  let total = 0;
  return dates.map((date) => {
    for (; next < ordered.length && dateOf(ordered[next]?.at ?? '') <= date; next++) total += ordered[next]?.bytes ?? 0;
    return total;
  });
}
