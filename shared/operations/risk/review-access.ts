import { type Evidence, fails, noted, type Observation, result, unknown } from '../../domain/finding.ts';
import { digestOf, type Json } from '../../domain/json.ts';
import type { LedgerEntry } from '../../domain/ledger.ts';
import {
  type AccessFinding,
  type AccessRules,
  judgeAccounts,
  judgeBindings,
  type Proposal,
} from '../../domain/risk/access.ts';
import {
  type AccessMemory,
  type Approval,
  describeChange,
  judgeChanges,
  judgeReviewDates,
  remember,
  verifyApprovals,
} from '../../domain/risk/access-history.ts';
import { type Instant, plusSeconds } from '../../domain/time.ts';
import type { Binding, ServiceAccountState } from '../../ports/access.ts';
import { type ContextOf, defineOperation } from '../define-operation.ts';
import { cannotTell } from '../support/cannot-tell.ts';
import { previousReview } from './previous-review.ts';

type Context = ContextOf<'access' | 'history'>;

/** Looks at who may do what. It proposes; a person approves and carries out, with rights of their own. */
export const reviewAccess = defineOperation({
  name: 'review-access',
  claim: 'nobody has access that they should not have, and every approved removal was carried out',
  kind: 'check',
  failure: 'hard',
  needs: ['access', 'history'],
  timeoutSeconds: 120,
  async run(context) {
    const { stale_binding_days: staleDays, ...access } = context.configuration.weekly.access;
    const policy = await readPolicy(context);
    const accounts = await readAccounts(context);
    const before = memoryOf((await previousReview(context, 'review-access'))?.output ?? null);
    const ledger = await context.ports.history.ledger(plusSeconds(context.now(), -staleDays * 86_400));
    const rules: AccessRules = {
      forbidHumanRoles: access.forbid_human_roles,
      approvedAccounts: access.approved_service_accounts,
      staleDays,
      projectId: context.configuration.deployment.project_id,
      now: context.now(),
    };
    const memory = policy.bindings === undefined ? before : remember(policy.bindings, before, context.now());
    const findings: AccessFinding[] = [
      ...(policy.bindings === undefined ? [] : judgePolicy(policy.bindings, rules, { before, memory, ledger })),
      ...(accounts.accounts === undefined ? [] : judgeAccounts(accounts.accounts, rules)),
      ...verifyApprovals(approvalsIn(ledger), policy.bindings, accounts.accounts),
    ];
    const proposals = proposalsOf(findings);
    const output = { memory: memory ?? null, etag: policy.etag ?? null, proposals };
    return {
      ...result(
        [...policy.findings, ...accounts.findings, ...findings.map(observationOf)],
        [...policy.evidence, ...accounts.evidence],
      ),
      output: output as unknown as Json,
    };
  },
});

interface Read {
  readonly findings: Observation[];
  readonly evidence: Evidence[];
}

async function readPolicy(context: Context): Promise<Read & { bindings?: readonly Binding[]; etag?: string }> {
  const subject = 'bindings';
  try {
    const { etag, bindings } = await context.ports.access.bindings(context.signal);
    const request = 'policy of the project';
    const evidence = [
      { subject, request, observedAt: context.now(), value: { bindings: bindings.length }, digest: digestOf(bindings) },
    ];
    if (bindings.length > 0) return { findings: [], evidence, bindings, etag };
    const message = 'the policy of the project has no binding at all, which no working project has';
    const remedy = 'check which project was asked, and what the reviewer may see';
    return { findings: [unknown({ code: 'empty-policy', subject, message, remedy })], evidence };
  } catch (error) {
    return { findings: [cannotTell(error, subject, 'the policy of the project cannot be read')], evidence: [] };
  }
}

async function readAccounts(context: Context): Promise<Read & { accounts?: readonly ServiceAccountState[] }> {
  const subject = 'accounts';
  try {
    const accounts = await context.ports.access.serviceAccounts(context.signal);
    const request = 'service accounts of the project with their keys and last use';
    const evidence = [
      { subject, request, observedAt: context.now(), value: accounts.length, digest: digestOf(accounts) },
    ];
    return { findings: [], evidence, accounts };
  } catch (error) {
    return { findings: [cannotTell(error, subject, 'the service accounts cannot be listed')], evidence: [] };
  }
}

function judgePolicy(
  bindings: readonly Binding[],
  rules: AccessRules,
  past: { before: AccessMemory | undefined; memory: AccessMemory | undefined; ledger: readonly LedgerEntry[] },
): AccessFinding[] {
  const { staleDays, now } = rules;
  const due =
    past.memory === undefined
      ? []
      : judgeReviewDates(bindings, past.memory, { staleDays, now, kept: keptIn(past.ledger) });
  return [...judgeBindings(bindings, rules), ...judgeChanges(bindings, past.before), ...due];
}

/** Acts of people on proposals, from the ledger: what was approved, and what was confirmed as it is. */
function approvalsIn(ledger: readonly LedgerEntry[]): Approval[] {
  const approvals = new Map<string, Approval>();
  for (const { kind, at, actor, detail } of ledger) {
    if (kind !== 'access-approved') continue;
    const proposal = (detail as { proposal?: Proposal } | null)?.proposal;
    if (proposal !== undefined) approvals.set(proposal.id, { proposal, approver: actor, at });
  }
  return [...approvals.values()];
}

const keptIn = (ledger: readonly LedgerEntry[]): Map<string, Instant> =>
  new Map(ledger.filter(({ kind }) => kind === 'access-kept').map(({ subject, at }) => [subject, at]));

function memoryOf(output: Json): AccessMemory | undefined {
  const memory = (output as { memory?: AccessMemory | null } | null)?.memory;
  return memory === null || memory === undefined || typeof memory.firstSeen !== 'object' ? undefined : memory;
}

const proposalsOf = (findings: readonly AccessFinding[]): Proposal[] => [
  ...new Map(
    findings.flatMap(({ proposal }) => (proposal === undefined ? [] : [[proposal.id, proposal] as const])),
  ).values(),
];

function observationOf({ code, subject, message, severity, weight, proposal }: AccessFinding): Observation {
  const remedy =
    proposal === undefined
      ? 'nothing to do'
      : `approve and carry out ${proposal.id} (${describeChange(proposal.change)}): highnoon access approve ${proposal.id}`;
  const words = {
    code,
    subject,
    message,
    severity,
    remedy,
    ...(proposal === undefined ? {} : { facts: { proposal: proposal.id } }),
  };
  switch (weight) {
    case 'blocks':
      return fails({ ...words, remedy: proposal === undefined ? 'carry it out: highnoon access apply' : remedy });
    case 'warns':
      return fails({ ...words, soft: true });
    case 'unknown':
      return unknown({
        ...words,
        soft: true,
        remedy: proposal === undefined ? 'make it visible to the reviewer, or state it in the configuration' : remedy,
      });
    case 'tells':
      return noted(words);
  }
}
