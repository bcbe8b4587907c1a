import { type Instant, plusSeconds } from '../time.ts';
import {
  type AccessAccount,
  type AccessBinding,
  type AccessChange,
  type AccessFinding,
  bindingKey,
  type Proposal,
  proposalOf,
} from './access.ts';

/** What one review leaves for the next: every binding with when it was first seen. */
export interface AccessMemory {
  readonly at: Instant;
  readonly firstSeen: Readonly<Record<string, Instant>>;
}

export function remember(
  bindings: readonly AccessBinding[],
  before: AccessMemory | undefined,
  at: Instant,
): AccessMemory {
  return {
    at,
    firstSeen: Object.fromEntries(bindings.map((one) => [bindingKey(one), before?.firstSeen[bindingKey(one)] ?? at])),
  };
}

/** Roles that can give themselves more. */
const PRIVILEGED = /^roles\/(?:owner|editor|.*[aA]dmin.*|iam\..*|resourcemanager\..*)$/;

/** What is other than a week ago. */
export function judgeChanges(bindings: readonly AccessBinding[], before: AccessMemory | undefined): AccessFinding[] {
  if (before === undefined)
    return [
      {
        code: 'nothing-to-compare',
        subject: 'bindings',
        message: 'no earlier review is stored, so nothing is known of changes',
        severity: 'info',
        weight: 'tells',
      },
    ];
  const keys = new Set(bindings.map(bindingKey));
  const added = bindings.filter((one) => before.firstSeen[bindingKey(one)] === undefined);
  const removed = Object.keys(before.firstSeen).filter((key) => !keys.has(key));
  return [
    ...added.map((binding): AccessFinding => {
      const isPrivileged = PRIVILEGED.test(binding.role);
      return {
        code: 'binding-added',
        subject: `bindings/${bindingKey(binding)}`,
        message: `${binding.member} was given ${binding.role} since ${before.at}`,
        severity: isPrivileged ? 'medium' : 'info',
        weight: isPrivileged ? 'warns' : 'tells',
      };
    }),
    ...removed.map(
      (key): AccessFinding => ({
        code: 'binding-removed',
        subject: `bindings/${key}`,
        message: `${key} was taken away since ${before.at}`,
        severity: 'info',
        weight: 'tells',
      }),
    ),
  ];
}

/** A binding that nobody looked at for so long. `kept`: the newest act of a person that confirmed it, by proposal id. */
export function judgeReviewDates(
  bindings: readonly AccessBinding[],
  memory: AccessMemory,
  options: { readonly staleDays: number; readonly now: Instant; readonly kept: ReadonlyMap<string, Instant> },
): AccessFinding[] {
  const oldest = plusSeconds(options.now, -options.staleDays * 86_400);
  return bindings.flatMap((binding): AccessFinding[] => {
    if (binding.member.startsWith('serviceAccount:')) return [];
    const key = bindingKey(binding);
    const proposal = proposalOf(
      { kind: 'remove-binding', binding },
      `nobody confirmed it for ${options.staleDays} days`,
    );
    const reviewed = options.kept.get(proposal.id) ?? memory.firstSeen[key];
    if (reviewed === undefined || reviewed >= oldest) return [];
    const message = `${binding.member} has ${binding.role}; nobody confirmed that since ${reviewed}`;
    return [{ code: 'review-due', subject: `bindings/${key}`, message, severity: 'medium', weight: 'warns', proposal }];
  });
}

/** Whether what a proposal asks for is so now. */
export function isCarriedOut(
  change: AccessChange,
  bindings: readonly AccessBinding[] | undefined,
  accounts: readonly AccessAccount[] | undefined,
): boolean | undefined {
  switch (change.kind) {
    case 'remove-binding':
      return bindings === undefined
        ? undefined
        : !bindings.some((one) => bindingKey(one) === bindingKey(change.binding));
    case 'disable-account': {
      if (accounts === undefined) return undefined;
      const account = accounts.find(({ email }) => email === change.email);
      return account === undefined || account.disabled;
    }
    case 'delete-key': {
      if (accounts === undefined) return undefined;
      const account = accounts.find(({ email }) => email === change.email);
      return account === undefined || !account.keys.some(({ id }) => id === change.keyId);
    }
  }
}

/** An approved proposal, as its line in the ledger says it. */
export interface Approval {
  readonly proposal: Proposal;
  readonly approver: string;
  readonly at: Instant;
}

export function verifyApprovals(
  approvals: readonly Approval[],
  bindings: readonly AccessBinding[] | undefined,
  accounts: readonly AccessAccount[] | undefined,
): AccessFinding[] {
  return approvals.map(({ proposal, approver, at }): AccessFinding => {
    const words = { subject: `proposals/${proposal.id}`, severity: 'medium' as const };
    const what = `${describeChange(proposal.change)}, approved by ${approver} at ${at}`;
    const isDone = isCarriedOut(proposal.change, bindings, accounts);
    if (isDone === undefined)
      return {
        ...words,
        code: 'approval-unverified',
        message: `${what}: it cannot be seen whether it was done`,
        weight: 'unknown',
      };
    if (isDone)
      return {
        ...words,
        severity: 'info',
        code: 'approval-verified',
        message: `${what}: it was done`,
        weight: 'tells',
      };
    return {
      ...words,
      severity: 'high',
      code: 'approval-not-carried-out',
      message: `${what}: it was not done, or undone`,
      weight: 'blocks',
    };
  });
}

export function describeChange(change: AccessChange): string {
  switch (change.kind) {
    case 'remove-binding':
      return `take ${change.binding.role} from ${change.binding.member}`;
    case 'disable-account':
      return `disable ${change.email}`;
    case 'delete-key':
      return `delete key ${change.keyId} of ${change.email}`;
  }
}
