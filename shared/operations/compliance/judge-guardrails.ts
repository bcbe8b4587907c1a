import type { Guardrail } from '../../domain/configuration/index.ts';
import type { Evidence, Observation } from '../../domain/finding.ts';
import { observationsOf, resultOf, stateOf } from '../../domain/guardrails/index.ts';
import { digestOf } from '../../domain/json.ts';
import type { GuardrailResult } from '../../domain/operation.ts';
import { withSteadyYoungSpace } from '../../snapshots/steady-young-space.ts';
import { askAddresses } from './ask-addresses.ts';
import { type Case, casesOf, outcomeOf } from './cases.ts';
import type { ComplianceContext } from './compliance-context.ts';
import { indexPartners } from './index-partners.ts';
import { judgeEvidence } from './judge-evidence.ts';

/** One guardrail's result as it is kept for metrics, drift analysis and back-tests. */
export type KeptResult = GuardrailResult & {
  /** What it would have been, had the guardrail not been a shadow. */
  readonly state: 'passed' | 'failed' | 'inconclusive' | 'waived';
  readonly checked: number;
  readonly failed: number;
  readonly undecided: number;
  /** Of all evidence that it was judged over; null when none could be read. */
  readonly evidenceDigest: string | null;
  /** The same for each evidence by its name. */
  readonly evidence: Readonly<Record<string, string>>;
  /** Digest of the rule as the configuration has it: another one is another rule. */
  readonly rule: string;
};

export interface Judgement {
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
  readonly results: readonly KeptResult[];
}

/** Judges guardrails over their evidence: joined evidence is indexed first, then each evidence is read once. */
export async function judgeGuardrails(context: ComplianceContext, selected: readonly Guardrail[]): Promise<Judgement> {
  const cases = casesOf(context, selected);
  const { receipts, read } = await withSteadyYoungSpace(async () => {
    const { indexes, receipts } = await indexPartners(context, cases);
    return { receipts, read: await judgeEvidence(context, cases, indexes) };
  });
  const asked = await askAddresses(context, cases);
  const at = context.now();
  return {
    findings: cases.flatMap((one) => observationsOf(outcomeOf(one), at)),
    evidence: distinct([...receipts, ...read, ...asked]),
    results: cases.map(keptResult),
  };
}

export const ruleDigest = (guardrail: Guardrail): string => digestOf(guardrail);

function keptResult(one: Case): KeptResult {
  const { guardrail, tally } = one;
  const outcome = outcomeOf(one);
  const evidence = Object.fromEntries([...one.digests].sort(([a], [b]) => (a < b ? -1 : 1)));
  const digests = Object.values(evidence);
  return {
    guardrail: guardrail.id,
    result: resultOf(outcome),
    severity: guardrail.severity,
    state: stateOf(outcome),
    checked: tally.checked,
    failed: tally.failed,
    undecided: tally.undecided,
    evidenceDigest: digests.length > 1 ? digestOf(evidence) : (digests[0] ?? null),
    evidence,
    rule: ruleDigest(guardrail),
  };
}

/** Evidence that is joined and judged is read twice; where both saw the same, one receipt says so. */
function distinct(receipts: readonly Evidence[]): readonly Evidence[] {
  const seen = new Set<string>();
  return receipts.filter(({ subject, digest }) => {
    const id = `${subject} ${digest}`;
    return seen.has(id) ? false : seen.add(id);
  });
}
