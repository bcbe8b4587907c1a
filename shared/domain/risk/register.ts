import type { Finding } from '../finding.ts';
import type { Checkpoint } from '../run.ts';
import type { Instant } from '../time.ts';
import { badness, type Severity, type Verdict } from '../verdict.ts';
import { dateAfter } from './series.ts';

export type Owner = 'security' | 'engineering' | 'continuity';

/** One risk, from the review that found it first until it is closed. Its id is the finding's. */
export interface Risk {
  readonly id: string;
  readonly operation: string;
  readonly title: string;
  readonly severity: Severity;
  readonly verdict: Verdict;
  /** It could not be told whether it is so. */
  readonly isUnknown: boolean;
  readonly owner: string;
  readonly mitigation: string;
  /** What was asked, in the words of the receipts. */
  readonly evidence: readonly string[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly dueDate: string;
  /** `unverified`: the review that could have told did not run, or could not tell. */
  readonly status: 'open' | 'unverified' | 'closed';
  readonly closed: { readonly by: string; readonly at: string; readonly reason: string } | null;
  /** How often it came back after it was closed. */
  readonly reopened: number;
}

/** What people said of a risk. */
export interface RiskAct {
  readonly owner?: string;
  readonly dueDate?: string;
  readonly closed?: { readonly by: string; readonly at: Instant; readonly reason: string };
}

export interface Register {
  readonly schema: 'highnoon.risks/1';
  readonly date: string;
  readonly runId: string;
  readonly risks: readonly Risk[];
}

/** Days from the first sight: a critical risk must not see a second review. */
const DUE_DAYS: Record<Severity, number> = { critical: 6, high: 14, medium: 30, low: 90, info: 90 };
/** A register is one document; longer lists are a state of emergency, and the report counts the rest. */
export const MOST_RISKS = 300;

const OWNERS: Readonly<Record<string, Owner>> = {
  'check-compliance-weekly': 'security',
  'scan-vulnerabilities': 'security',
  'analyse-compliance-drift': 'security',
  'review-access': 'security',
  'validate-backups': 'continuity',
  'rehearse-recovery': 'continuity',
};
export const ownerOf = (operation: string): Owner => OWNERS[operation] ?? 'engineering';

interface Review {
  readonly date: string;
  readonly runId: string;
  /** Operations that the plan has, in order. */
  readonly planned: readonly string[];
  readonly checkpoints: readonly Checkpoint[];
}

/** The register after a review: what it found, what it closed by not finding it, and what it could not tell. */
export function nextRegister(
  previous: readonly Risk[],
  review: Review,
  acts: Readonly<Record<string, RiskAct>>,
): Register {
  const known = new Map(previous.map((risk) => [risk.id, risk]));
  const found = new Map<string, Risk>();
  for (const checkpoint of review.checkpoints)
    for (const finding of checkpoint.findings)
      if (finding.verdict !== 'passed' && !found.has(finding.id))
        found.set(finding.id, riskOf(finding, checkpoint, known.get(finding.id), review.date));
  for (const operation of review.planned)
    if (!review.checkpoints.some((checkpoint) => checkpoint.operation === operation)) {
      const risk = notRun(operation, review.date);
      found.set(risk.id, continued(risk, known.get(risk.id)));
    }
  const carried = previous
    .filter(({ id, status }) => !found.has(id) && status !== 'closed')
    .map((risk) => settle(risk, review));
  const risks = [...found.values(), ...carried].map((risk) => withAct(risk, acts[risk.id]));
  return {
    schema: 'highnoon.risks/1',
    date: review.date,
    runId: review.runId,
    risks: risks.sort(worstFirst).slice(0, MOST_RISKS),
  };
}

function riskOf(finding: Finding, { operation, evidence }: Checkpoint, before: Risk | undefined, date: string): Risk {
  const [family] = finding.subject.split('/');
  const own = evidence.filter(({ subject }) => subject === finding.subject);
  const near = own.length > 0 ? own : evidence.filter(({ subject }) => subject.split('/')[0] === family);
  // Receipts of something else prove nothing; an operation with few looked at one thing only.
  const receipts = (near.length > 0 || evidence.length > 3 ? near : evidence).slice(0, 3);
  const risk: Risk = {
    id: finding.id,
    operation,
    title: finding.message,
    severity: finding.severity,
    verdict: finding.verdict,
    isUnknown: finding.state === 'unknown',
    owner: ownerOf(operation),
    mitigation: finding.remedy,
    evidence: receipts.map(({ request, observedAt }) => `${request} (${observedAt})`),
    firstSeen: date,
    lastSeen: date,
    dueDate: dateAfter(date, DUE_DAYS[finding.severity]),
    status: 'open',
    closed: null,
    reopened: 0,
  };
  return continued(risk, before);
}

/** A risk that is seen again keeps its age, its date and whoever took it on. */
function continued(risk: Risk, before: Risk | undefined): Risk {
  if (before === undefined) return risk;
  const isBack = before.status === 'closed';
  return {
    ...risk,
    owner: before.owner,
    firstSeen: before.firstSeen,
    dueDate: isBack ? risk.dueDate : before.dueDate,
    reopened: before.reopened + (isBack ? 1 : 0),
  };
}

function notRun(operation: string, date: string): Risk {
  return {
    id: `${operation}/weekly-risk-review/not-run`,
    operation,
    title: `${operation} did not run in this review, so nothing is known of what it claims`,
    severity: 'high',
    verdict: 'inconclusive',
    isUnknown: true,
    owner: ownerOf(operation),
    mitigation: 'see why the review stopped short or was blocked, then rerun it',
    evidence: [],
    firstSeen: date,
    lastSeen: date,
    dueDate: dateAfter(date, DUE_DAYS.high),
    status: 'open',
    closed: null,
    reopened: 0,
  };
}

/** Not found any more: closed when the review could have found it, else carried over as it was. */
function settle(risk: Risk, { date, runId, checkpoints }: Review): Risk {
  const checkpoint = checkpoints.find(({ operation }) => operation === risk.operation);
  if (checkpoint === undefined || isInTheDark(risk, checkpoint)) return { ...risk, status: 'unverified' };
  return {
    ...risk,
    status: 'closed',
    closed: { by: 'review', at: date, reason: `${runId} looked, and it is not so any more` },
  };
}

/** Whether something that the operation could not tell may hide this very risk. */
function isInTheDark(risk: Risk, { operation, findings, evidence }: Checkpoint): boolean {
  if (evidence.length === 0) return true;
  const subject = risk.id.slice(operation.length + 1, risk.id.lastIndexOf('/'));
  const [family] = subject.split('/');
  return findings.some(
    (finding) =>
      finding.state === 'unknown' && (!finding.subject.includes('/') || finding.subject.split('/')[0] === family),
  );
}

/** A person's closing holds while the risk is not found; found again, it is open again. */
export function withAct(risk: Risk, act: RiskAct | undefined): Risk {
  if (act === undefined) return risk;
  const { owner = risk.owner, dueDate = risk.dueDate, closed } = act;
  const mine = { ...risk, owner, dueDate };
  if (closed === undefined || risk.status === 'closed') return mine;
  if (closed.at.slice(0, 10) < risk.lastSeen) return { ...mine, reopened: Math.max(1, mine.reopened) };
  return { ...mine, status: 'closed', closed };
}

const SEVERITIES: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];

/** What blocks comes first, then what is worse, then what is due sooner. */
export function worstFirst(a: Risk, b: Risk): number {
  const closed = Number(a.status === 'closed') - Number(b.status === 'closed');
  if (closed !== 0) return closed;
  const blocking = badness(b.verdict) - badness(a.verdict);
  const severity = SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity);
  return severity || blocking || (a.dueDate < b.dueDate ? -1 : a.dueDate > b.dueDate ? 1 : a.id < b.id ? -1 : 1);
}

export const isOverdue = (risk: Risk, date: string): boolean => risk.status !== 'closed' && risk.dueDate < date;
