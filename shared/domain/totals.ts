import type { Ending } from './ending.ts';
import type { GuardrailResult } from './operation.ts';
import { addToDistribution, type Distribution, EMPTY_DISTRIBUTION, type Point } from './points.ts';
import type { Instant } from './time.ts';
import type { Verdict } from './verdict.ts';

/** Running totals of the cumulative series: they outlive every short-lived instance, because they live in the store. */
export interface Totals {
  /** When counting began: the start time of every series. */
  readonly startAt: Instant;
  readonly durations: Readonly<Record<string, Distribution>>;
  /** `result|severity` -> count */
  readonly guardrails: Readonly<Record<string, number>>;
  /** The newest settled slots of each phase, newest last, each with its newest attempt: what rates and streaks are made of. */
  readonly recent: Readonly<Record<string, readonly RecentSlot[]>>;
}

export interface RecentSlot {
  readonly slotId: string;
  readonly dueAt: Instant;
  readonly ending: Ending;
  readonly verdict: Verdict | null;
  readonly startedAt: Instant | null;
  readonly concludedAt: Instant;
}

/** The success rate looks at this many expected slots. */
export const RECENT_SLOTS = 30;

export const TOTALS_ID = 'totals';

export const emptyTotals = (at: Instant): Totals => ({ startAt: at, durations: {}, guardrails: {}, recent: {} });

export interface SettledOutcome {
  readonly phase: string;
  readonly slot: RecentSlot;
  /** Null when nothing ran. */
  readonly durationMs: number | null;
  readonly guardrails: readonly GuardrailResult[];
}

export function addOutcome(totals: Totals, { phase, slot, durationMs, guardrails: results }: SettledOutcome): Totals {
  const durations =
    durationMs === null
      ? totals.durations
      : { ...totals.durations, [phase]: addToDistribution(totals.durations[phase] ?? EMPTY_DISTRIBUTION, durationMs) };
  const guardrails: Record<string, number> = { ...totals.guardrails };
  for (const { result, severity } of results) {
    const key = `${result}|${severity}`;
    guardrails[key] = (guardrails[key] ?? 0) + 1;
  }
  // A rerun replaces its slot's earlier ending: one expected slot counts once.
  const others = (totals.recent[phase] ?? []).filter(({ slotId }) => slotId !== slot.slotId);
  const ordered = [...others, slot].sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1)).slice(-RECENT_SLOTS);
  return { ...totals, durations, guardrails, recent: { ...totals.recent, [phase]: ordered } };
}

/** The newest point of each cumulative series that this outcome moved. A series begins with a written 0 at its start. */
export function totalPoints(before: Totals, after: Totals, environment: string, at: Instant): Point[] {
  const points: Point[] = [];
  for (const [phase, value] of Object.entries(after.durations)) {
    if (before.durations[phase] === value) continue;
    points.push({
      metric: 'scheduler_execution_duration_ms',
      labels: { phase, environment },
      startAt: after.startAt,
      at,
      value: { kind: 'distribution', value },
    });
  }
  for (const [key, value] of Object.entries(after.guardrails)) {
    if (before.guardrails[key] === value) continue;
    const [result = '', severity = ''] = key.split('|');
    points.push({
      metric: 'compliance_check_results',
      labels: { result, severity, environment },
      startAt: after.startAt,
      at,
      value: { kind: 'int64', value },
    });
  }
  return points;
}
