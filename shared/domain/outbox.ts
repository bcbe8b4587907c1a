import type { PhaseName } from './catalog.ts';
import type { Point } from './points.ts';
import type { Instant } from './time.ts';

/** Effects still owed after a commit: written with it, delivered after it, by this worker or by the watchdog. */
export interface OutboxRecord {
  readonly id: string;
  readonly createdAt: Instant;
  readonly points: readonly Point[];
  /** Ids of escalations that the relay has not yet acknowledged. */
  readonly escalations: readonly string[];
  readonly wakes: readonly Wake[];
  readonly reports: readonly OwedReport[];
}

export interface Wake {
  readonly phase: PhaseName;
  readonly dueAt: Instant;
  /** A share of that slot's running attempt; absent, it is the slot itself that wakes. */
  readonly shard?: { readonly runId: string; readonly id: string };
}

export interface OwedReport {
  readonly kind: 'high-noon' | 'readiness' | 'weekly';
  readonly date: string;
  readonly slotId: string;
  readonly attempt: number;
}

export const isEmpty = (record: OutboxRecord): boolean =>
  record.points.length === 0 &&
  record.escalations.length === 0 &&
  record.wakes.length === 0 &&
  record.reports.length === 0;
