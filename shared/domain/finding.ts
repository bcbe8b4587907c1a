import type { Json } from './json.ts';
import type { Instant } from './time.ts';
import { type FailureClass, judge, type Severity, type Verdict, worse, worst } from './verdict.ts';

/** What proves an observation: what was asked, when, and what came back. */
export interface Evidence {
  readonly subject: string;
  /** What was asked, in words a person can repeat: `GET https://...`, `refs of LivHana-SoT`. Never a secret. */
  readonly request: string;
  readonly observedAt: Instant;
  readonly value?: Json;
  readonly digest?: string;
  /** How old this evidence may be, when it has an age of its own. */
  readonly maxAgeSeconds?: number;
}

/**
 * `fails`: the claim is false of this subject. `unknown`: it could not be told. `noted`: worth saying, judges nothing.
 */
export type FindingState = 'fails' | 'unknown' | 'noted';

/** What an operation says of one subject. The engine adds the id and the verdict. */
export interface Observation {
  readonly state: FindingState;
  /** kebab-case, stable across attempts: the last part of the finding's id. */
  readonly code: string;
  readonly subject: string;
  readonly message: string;
  readonly remedy: string;
  /** Decides only in the compliance class; elsewhere it tells a person how much it matters. */
  readonly severity: Severity;
  /** The subject is marked `critical: false` or `required_for_go: false`: judged as soft. */
  readonly soft?: boolean;
  /** A shadow rule: run and reported, judged not. */
  readonly shadow?: boolean;
  /** Facts of the finding for reports and drift analysis; never personal data. */
  readonly facts?: { readonly [key: string]: Json | undefined };
}

export interface Finding extends Observation {
  /** `operation/subject/code` */
  readonly id: string;
  readonly verdict: Verdict;
  /** The person's act that re-judged it. */
  readonly excusedBy?: {
    readonly kind: 'override' | 'waiver';
    readonly id: string;
    readonly actor: string;
    readonly until: Instant;
  };
}

/** A pass needs at least one receipt, by type and again at run time. */
export type OperationResult =
  | { readonly findings: readonly Observation[]; readonly evidence: readonly [Evidence, ...Evidence[]] }
  | { readonly findings: readonly [Observation, ...Observation[]]; readonly evidence: readonly Evidence[] };

/** How to state an observation; the severity defaults to what a person should feel. */
type Words = Omit<Observation, 'state' | 'severity'> & { readonly severity?: Severity };
export const fails = (words: Words): Observation => ({ severity: 'high', ...words, state: 'fails' });
export const unknown = (words: Words): Observation => ({ severity: 'high', ...words, state: 'unknown' });
export const noted = (words: Words): Observation => ({ severity: 'info', ...words, state: 'noted' });

/** For an operation that gathered lists: with neither a finding nor a receipt, the claim is unproven and says so. */
export function result(findings: readonly Observation[], evidence: readonly Evidence[]): OperationResult {
  const [firstEvidence, ...moreEvidence] = evidence;
  if (firstEvidence !== undefined) return { findings, evidence: [firstEvidence, ...moreEvidence] };
  const [firstFinding, ...moreFindings] = findings;
  return { findings: firstFinding === undefined ? [unproven('claim')] : [firstFinding, ...moreFindings], evidence };
}

export const unproven = (subject: string): Observation =>
  unknown({
    code: 'no-evidence',
    subject,
    message: 'nothing was observed, so nothing is proven',
    remedy: 'name at least one subject for this check in the configuration, or find out why none was found',
  });

export const findingId = (operation: string, observation: Pick<Observation, 'subject' | 'code'>): string =>
  `${operation}/${observation.subject}/${observation.code}`;

function verdictOf(observation: Observation, failure: FailureClass): Verdict {
  if (observation.state === 'noted' || observation.shadow === true) return 'passed';
  return judge(observation.state, observation.soft === true ? 'soft' : failure, observation.severity);
}

export type Excuse = (finding: Finding) => Finding['excusedBy'] | undefined;

/** Judges what an operation returned. A person's excuse lowers a finding to degraded, and never a violation of an override. */
export function judgeResult(
  operation: string,
  failure: FailureClass,
  outcome: OperationResult,
  excuse: Excuse = () => undefined,
): { findings: readonly Finding[]; verdict: Verdict } {
  const findings = outcome.findings.map((observation): Finding => {
    const verdict = verdictOf(observation, failure);
    const finding: Finding = { ...observation, id: findingId(operation, observation), verdict };
    const excusedBy = verdict === 'passed' || verdict === 'degraded' ? undefined : excuse(finding);
    return excusedBy === undefined ? finding : { ...finding, verdict: 'degraded', excusedBy };
  });
  const verdict = worst(findings.map((finding) => finding.verdict));
  if (verdict !== 'passed' || outcome.evidence.length > 0) return { findings, verdict };
  // The type already forbids this; a cast or plain JavaScript must not make a green line without a receipt.
  const missing = unproven('claim');
  const unprovenVerdict = worse(judge('unknown', failure, 'high'), 'degraded');
  return {
    findings: [...findings, { ...missing, id: findingId(operation, missing), verdict: unprovenVerdict }],
    verdict: unprovenVerdict,
  };
}
