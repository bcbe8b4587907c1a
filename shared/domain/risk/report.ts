import { PHASE_NAMES } from '../catalog.ts';
import type { DayRecord } from '../day.ts';
import type { Ending } from '../ending.ts';
import type { Finding } from '../finding.ts';
import type { Json } from '../json.ts';
import type { AttemptRecord, Checkpoint } from '../run.ts';
import { dateOf, plusSeconds } from '../time.ts';
import type { Verdict } from '../verdict.ts';
import type { Proposal } from './access.ts';
import type { CapacityLine } from './capacity.ts';
import type { Audit } from './drift.ts';
import { expectedOutcomes, type SlotOutcome, type Window } from './outcomes.ts';
import type { PhaseMetrics } from './phase-metrics.ts';
import type { Register, Risk } from './register.ts';
import { type DailySeries, datesBetween } from './series.ts';
import type { Trend } from './trend.ts';

/** A trend as its checkpoint keeps it: the newest part of a long past. */
export interface ShownTrend {
  readonly name: string;
  readonly title: string;
  readonly unit: DailySeries['unit'];
  readonly worse: DailySeries['worse'];
  readonly limit: number | null;
  readonly firstDate: string;
  /** Days before the first value that is kept. */
  readonly hidden: number;
  readonly values: readonly (number | null)[];
  readonly points: number;
  readonly abstained: string | null;
  readonly told: Trend['told'];
}

export interface Section {
  readonly operation: string;
  /** Null when it did not run: that is a risk of its own. */
  readonly verdict: Verdict | null;
  /** Some of it could not be told, whatever the verdict is. */
  readonly isUnknown: boolean;
  readonly receipts: number;
  readonly findings: readonly Pick<Finding, 'id' | 'verdict' | 'state' | 'severity' | 'message' | 'remedy'>[];
}

export interface GridRow {
  readonly phase: string;
  readonly slots: readonly { readonly date: string; readonly endings: readonly (Ending | 'none')[] }[];
}

export interface WeeklyReport {
  readonly schema: 'highnoon.weekly/1';
  readonly generatedAt: string;
  readonly date: string;
  readonly runId: string;
  readonly ending: Ending | null;
  readonly verdict: Verdict | null;
  readonly reason: string;
  readonly risks: readonly Risk[];
  readonly closed: readonly Risk[];
  readonly sections: readonly Section[];
  readonly metrics: readonly PhaseMetrics[];
  readonly trends: readonly ShownTrend[];
  readonly capacity: readonly CapacityLine[];
  readonly audits: readonly Audit[];
  readonly proposals: readonly Proposal[];
  readonly recovery: { readonly snapshot: string; readonly documents: number; readonly seconds: number } | null;
  readonly grid: readonly GridRow[];
}

export interface WeeklyState {
  readonly date: string;
  readonly attempt: AttemptRecord | undefined;
  readonly runId: string;
  readonly planned: readonly string[];
  readonly checkpoints: readonly Checkpoint[];
  readonly register: Register;
  readonly days: readonly DayRecord[];
}

export const GRID_DAYS = 28;

/** The weekly report from what was stored; nothing is measured here. */
export function weeklyReport(state: WeeklyState): WeeklyReport {
  const { checkpoints, register, attempt } = state;
  const concluded = attempt?.concluded ?? null;
  const at = concluded?.at ?? `${state.date}T12:00:00.000Z`;
  const output = (name: string) => recordOf(checkpoints.find(({ operation }) => operation === name)?.output ?? null);
  const isOpen = ({ status }: Risk) => status !== 'closed';
  return {
    schema: 'highnoon.weekly/1',
    generatedAt: at,
    date: state.date,
    runId: state.runId,
    ending: concluded?.ending ?? null,
    verdict: concluded?.verdict ?? null,
    reason: concluded?.reason ?? 'it has not concluded',
    risks: register.risks.filter(isOpen),
    closed: register.risks.filter((risk) => !isOpen(risk)),
    sections: state.planned.map((name) => sectionOf(name, checkpoints)),
    metrics: listOf<PhaseMetrics>(output('aggregate-metrics').phases),
    trends: listOf<ShownTrend>(output('analyse-trends').trends),
    capacity: listOf<CapacityLine>(output('plan-capacity').lines),
    audits: listOf<Audit>(output('analyse-compliance-drift').audits),
    proposals: listOf<Proposal>(output('review-access').proposals),
    recovery: (output('rehearse-recovery').restore ?? null) as WeeklyReport['recovery'],
    grid: gridOf(state.days, { from: plusSeconds(`${dateOf(at)}T00:00:00.000Z`, -(GRID_DAYS - 1) * 86_400), to: at }),
  };
}

const recordOf = (output: Json): Readonly<Record<string, unknown>> =>
  output !== null && typeof output === 'object' && !Array.isArray(output) ? (output as Record<string, unknown>) : {};
const listOf = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? (value as T[]) : []);

function sectionOf(operation: string, checkpoints: readonly Checkpoint[]): Section {
  const checkpoint = checkpoints.find((one) => one.operation === operation);
  if (checkpoint === undefined) return { operation, verdict: null, isUnknown: true, receipts: 0, findings: [] };
  const findings = checkpoint.findings.map(({ id, verdict, state, severity, message, remedy }) => ({
    id,
    verdict,
    state,
    severity,
    message,
    remedy,
  }));
  return {
    operation,
    verdict: checkpoint.verdict,
    isUnknown: findings.some(({ state, verdict }) => state === 'unknown' && verdict !== 'passed'),
    receipts: checkpoint.evidence.length,
    findings,
  };
}

function gridOf(days: readonly DayRecord[], window: Window): GridRow[] {
  const dates = datesBetween(dateOf(window.from), dateOf(window.to));
  const [first] = days;
  // Days before the first stored one promised nothing.
  const from =
    first === undefined ? window.to : first.date > dateOf(window.from) ? `${first.date}T00:00:00.000Z` : window.from;
  return PHASE_NAMES.map((phase) => {
    const byDate = new Map<string, SlotOutcome[]>();
    for (const outcome of expectedOutcomes(phase, days, { from, to: window.to })) {
      const date = dateOf(outcome.dueAt);
      byDate.set(date, [...(byDate.get(date) ?? []), outcome]);
    }
    const slots = dates.map((date) => ({
      date,
      endings: (byDate.get(date) ?? []).map(({ ending }) => ending ?? ('none' as const)),
    }));
    return { phase, slots };
  });
}
