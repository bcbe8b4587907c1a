import type { DayRecord } from '../day.ts';
import { summaryOf } from '../day.ts';
import { type Ending, isGood } from '../ending.ts';
import { nextStepFor } from '../escalation.ts';
import type { Evidence, Finding } from '../finding.ts';
import type { Lockdown } from '../lockdown.ts';
import type { Override, Waiver } from '../override.ts';
import type { AttemptRecord, Checkpoint } from '../run.ts';
import { nextHighNoon } from '../slot.ts';
import { type Instant, toSeconds } from '../time.ts';
import { isGo, type Verdict, worst } from '../verdict.ts';

/** What is stored of the day; a report is computed from it and from nothing else. */
export interface ReportState {
  readonly day: DayRecord;
  readonly noon: AttemptRecord | undefined;
  readonly noonCheckpoints: readonly Checkpoint[];
  readonly finalCheckpoints: readonly Checkpoint[];
  readonly prepCheckpoints: readonly Checkpoint[];
  readonly repositories: readonly string[];
  readonly complianceLevel: string;
  readonly lockdown: Lockdown;
  readonly waivers: readonly Waiver[];
  readonly overrides: readonly Override[];
  readonly singleOperator: boolean;
}

export type Mark = 'good' | 'warning' | 'unknown' | 'bad' | 'undone' | 'not-run';

export interface DetailLine {
  readonly subject: 'context' | 'repositories' | 'data layer' | 'service deployments' | 'compliance';
  readonly mark: Mark;
  readonly verdict: Verdict | null;
  readonly text: string;
  readonly receipts: readonly Evidence[];
}

export interface SovereignLine {
  readonly repository: string;
  readonly mark: Mark;
  readonly text: string;
}

export interface Answer {
  readonly holds: boolean;
  readonly text: string;
}

export interface HighNoonReport {
  readonly schema: 'highnoon.report/1';
  readonly SYNC_TIMESTAMP: string;
  readonly NEXT_HIGH_NOON: string;
  readonly date: string;
  readonly slot: string;
  readonly runId: string | null;
  readonly ending: Ending | null;
  readonly verdict: Verdict | null;
  readonly reason: string;
  readonly phases: readonly {
    readonly phase: string;
    readonly ending: Ending | null;
    readonly verdict: Verdict | null;
    readonly attempt: number | null;
  }[];
  readonly details: readonly DetailLine[];
  readonly sovereign: readonly SovereignLine[];
  readonly findings: readonly Pick<Finding, 'id' | 'verdict' | 'message' | 'remedy'>[];
  readonly rollback: AttemptRecord['concluded'] extends infer C
    ? (C extends { rollback: infer R } ? R : never) | null
    : never;
  readonly waivers: readonly {
    readonly id: string;
    readonly guardrail: string;
    readonly owner: string;
    readonly until: Instant;
    readonly reason: string;
  }[];
  readonly overrides: readonly Override[];
  readonly allSystemsOperational: Answer;
  readonly complianceEnforced: Answer;
  readonly nextStep: string;
  readonly notes: readonly string[];
}

const LINES: readonly { readonly subject: DetailLine['subject']; readonly operations: readonly string[] }[] = [
  { subject: 'context', operations: ['update-context'] },
  { subject: 'repositories', operations: ['sync-repositories', 'mark-release'] },
  { subject: 'data layer', operations: ['refresh-data-layer'] },
  { subject: 'service deployments', operations: ['release-services', 'validate-service-deployments'] },
  { subject: 'compliance', operations: ['validate-compliance'] },
];

export function highNoonReport(state: ReportState): HighNoonReport {
  const { day } = state;
  const summary = summaryOf(day, 'high-noon-sync');
  const concluded = state.noon?.concluded ?? null;
  const ending = summary?.ending ?? null;
  const at = concluded?.at ?? summary?.concludedAt ?? `${day.date}T12:00:00.000Z`;
  const details = LINES.map((line) => detailLine(line, state));
  return {
    schema: 'highnoon.report/1',
    SYNC_TIMESTAMP: toSeconds(at),
    NEXT_HIGH_NOON: nextHighNoon(at),
    date: day.date,
    slot: summary?.slotId ?? `high-noon-sync@${day.date}T12:00Z`,
    runId: state.noon?.runId ?? null,
    ending,
    verdict: summary?.verdict ?? null,
    reason: summary?.reason ?? 'noon has not run',
    phases: (['t-90-prep', 't-30-final-check', 'high-noon-sync'] as const).map((phase) => {
      const one = summaryOf(day, phase);
      return { phase, ending: one?.ending ?? null, verdict: one?.verdict ?? null, attempt: one?.attempt ?? null };
    }),
    details,
    sovereign: state.repositories.map((repository) => sovereignLine(repository, state, ending)),
    findings: worthSaying(state),
    rollback: concluded?.rollback ?? null,
    waivers: state.waivers.map(({ id, guardrail, owner, until, reason }) => ({ id, guardrail, owner, until, reason })),
    overrides: state.overrides.filter(({ slotId }) => slotId in day.slots),
    allSystemsOperational: operational(state),
    complianceEnforced: enforced(state),
    nextStep: ending === null ? 'noon has not concluded' : nextStepFor('high-noon-sync', ending),
    notes: state.singleOperator ? ['this business has one operator: acts that need two people need one'] : [],
  };
}

function detailLine({ subject, operations }: (typeof LINES)[number], state: ReportState): DetailLine {
  const found = operations.flatMap((name) => state.noonCheckpoints.filter(({ operation }) => operation === name));
  const undone =
    state.noon?.concluded?.rollback?.effects.filter(
      ({ effectId, outcome }) => outcome === 'undone' && operations.includes(effectId.split('~')[0] ?? ''),
    ) ?? [];
  if (found.length === 0) return { subject, mark: 'not-run', verdict: null, text: 'did not run', receipts: [] };
  const verdict = worst(found.map((checkpoint) => checkpoint.verdict));
  const receipts = found.flatMap(({ evidence }) => evidence);
  if (undone.length > 0)
    return {
      subject,
      mark: 'undone',
      verdict,
      text: `put back: ${undone.map(({ target }) => target).join(', ')}`,
      receipts,
    };
  return { subject, mark: markOf(verdict, found), verdict, text: textOf(found, verdict), receipts };
}

/** A degraded line whose finding could not tell is shown as unknown, never with a green or merely yellow mark. */
function markOf(verdict: Verdict, found: readonly Checkpoint[]): Mark {
  if (verdict === 'passed') return 'good';
  if (verdict === 'failed' || verdict === 'violated') return 'bad';
  if (verdict === 'inconclusive') return 'unknown';
  return found.some(({ findings }) =>
    findings.some(({ state, verdict: own }) => state === 'unknown' && own !== 'passed'),
  )
    ? 'unknown'
    : 'warning';
}

function textOf(found: readonly Checkpoint[], verdict: Verdict): string {
  const messages = found.flatMap(({ findings }) =>
    findings.filter((finding) => finding.verdict === verdict && verdict !== 'passed'),
  );
  if (messages.length > 0)
    return messages
      .map(({ message }) => message)
      .join('; ')
      .slice(0, 400);
  const receipts = found.reduce((sum, { evidence }) => sum + evidence.length, 0);
  return `${receipts} receipt${receipts === 1 ? '' : 's'}`;
}

/** What the morning could not find and a good noon has made since: true then, and stale on a day that released. */
const MADE_BY_NOON: ReadonlySet<string> = new Set(['no-copy', 'no-release-ref']);

function sovereignLine(repository: string, state: ReportState, ending: Ending | null): SovereignLine {
  const bindings = state.day.ticket?.bindings ?? {};
  const commit = bindings[`repositories/${repository}/commit`];
  const released = ending !== null && isGood(ending);
  const findings = [...state.noonCheckpoints, ...state.finalCheckpoints, ...state.prepCheckpoints]
    .flatMap((checkpoint) => checkpoint.findings)
    .filter(({ subject, verdict }) => verdict !== 'passed' && subject.split('/').includes(repository))
    .filter(({ code }) => !released || !MADE_BY_NOON.has(code));
  const [first] = findings;
  if (released && typeof commit === 'string') {
    return {
      repository,
      mark: first === undefined ? 'good' : 'warning',
      text: `released ${commit.slice(0, 12)}${first === undefined ? '' : `; ${first.message}`}`,
    };
  }
  if (first !== undefined)
    return {
      repository,
      mark: isGo(first.verdict) ? 'warning' : first.verdict === 'inconclusive' ? 'unknown' : 'bad',
      text: first.message,
    };
  return {
    repository,
    mark: 'not-run',
    text: typeof commit === 'string' ? `checked at ${commit.slice(0, 12)}, not released` : 'nothing is known of it',
  };
}

const MOST_FINDINGS = 50;

function worthSaying(state: ReportState): HighNoonReport['findings'] {
  return [...state.noonCheckpoints, ...state.finalCheckpoints, ...state.prepCheckpoints]
    .flatMap(({ findings }) => findings)
    .filter(({ verdict, state: kind }) => verdict !== 'passed' || kind === 'noted')
    .slice(0, MOST_FINDINGS)
    .map(({ id, verdict, message, remedy }) => ({ id, verdict, message, remedy }));
}

function operational(state: ReportState): Answer {
  const summary = summaryOf(state.day, 'high-noon-sync');
  if (state.lockdown.active)
    return { holds: false, text: `no: lockdown since ${state.lockdown.setAt} (${state.lockdown.reason})` };
  if (summary?.ending === undefined || summary.ending === null)
    return { holds: false, text: 'not known: noon has not concluded' };
  if (!isGood(summary.ending)) return { holds: false, text: `no: noon ended ${summary.ending}: ${summary.reason}` };
  if (state.day.degradedServices.length > 0)
    return { holds: false, text: `no: degraded are ${state.day.degradedServices.join(', ')}` };
  const health = state.finalCheckpoints.find(({ operation }) => operation === 'check-service-health');
  if (health === undefined || health.evidence.length === 0)
    return { holds: false, text: 'not known: no service was probed' };
  return { holds: true, text: `yes: ${health.evidence.length} probes` };
}

function enforced(state: ReportState): Answer {
  const checks = [
    ...state.noonCheckpoints.filter(({ operation }) => operation === 'validate-compliance'),
    ...state.finalCheckpoints.filter(({ operation }) => operation === 'audit-compliance'),
    ...state.prepCheckpoints.filter(({ operation }) => operation === 'check-compliance'),
  ];
  const [newest] = checks;
  if (newest === undefined) return { holds: false, text: 'not known: no guardrail was evaluated' };
  const verdict = worst(checks.map((checkpoint) => checkpoint.verdict));
  const receipts = checks.reduce((sum, { evidence }) => sum + evidence.length, 0);
  if (isGo(verdict) && receipts > 0)
    return {
      holds: true,
      text: `yes: level ${state.complianceLevel}, ${receipts} receipts${verdict === 'degraded' ? ', with warnings' : ''}`,
    };
  const first = checks.flatMap(({ findings }) => findings).find((finding) => finding.verdict === verdict);
  return { holds: false, text: `${verdict === 'inconclusive' ? 'not known' : 'no'}: ${first?.message ?? verdict}` };
}
