import type { DayRecord } from '../domain/day.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { Override, Waiver } from '../domain/override.ts';
import type { AttemptRecord, Checkpoint, EffectRecord } from '../domain/run.ts';

/** High Noon's own stored past, to be read and never changed: what reviews and reports are computed from. */
export interface HistoryPort {
  /** Days with `from <= date < to`, in order. */
  days(from: string, to: string): Promise<readonly DayRecord[]>;
  attempts(slotId: string): Promise<readonly AttemptRecord[]>;
  checkpoints(slotId: string, attempt: number): Promise<readonly Checkpoint[]>;
  /** What an attempt set out to change, in any order. */
  effects(slotId: string, attempt: number): Promise<readonly EffectRecord[]>;
  /** Entries with `at >= since`, in order. */
  ledger(since: string): Promise<readonly LedgerEntry[]>;
  overrides(): Promise<readonly Override[]>;
  waivers(): Promise<readonly Waiver[]>;
}
