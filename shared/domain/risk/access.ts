import { canonicalJson, sha256 } from '../json.ts';
import { type Instant, plusSeconds, secondsBetween } from '../time.ts';
import type { Severity } from '../verdict.ts';

/** The shapes of the access port, repeated here because the domain knows no ports. */
export interface AccessBinding {
  readonly role: string;
  readonly member: string;
  readonly condition: string | null;
}
export interface AccessAccount {
  readonly email: string;
  readonly disabled: boolean;
  readonly lastUsedAt: Instant | null;
  readonly keys: readonly { readonly id: string; readonly createdAt: Instant; readonly userManaged: boolean }[];
}

/** What a person may approve and carry out by their own right; no program of ours may. */
export type AccessChange =
  | { readonly kind: 'remove-binding'; readonly binding: AccessBinding }
  | { readonly kind: 'disable-account'; readonly email: string }
  | { readonly kind: 'delete-key'; readonly email: string; readonly keyId: string };

export interface Proposal {
  readonly id: string;
  readonly change: AccessChange;
  readonly why: string;
}

export interface AccessFinding {
  readonly code: string;
  readonly subject: string;
  readonly message: string;
  readonly severity: Severity;
  /** `blocks`: hard. `warns`: degrades. `tells`: judges nothing. `unknown`: cannot be told, degrades. */
  readonly weight: 'blocks' | 'warns' | 'tells' | 'unknown';
  readonly proposal?: Proposal;
}

export interface AccessRules {
  readonly forbidHumanRoles: readonly string[];
  readonly staleDays: number;
  readonly approvedAccounts: readonly string[];
  readonly projectId: string;
  readonly now: Instant;
}

export const proposalOf = (change: AccessChange, why: string): Proposal => ({
  id: `access-${sha256(canonicalJson(change)).slice(0, 12)}`,
  change,
  why,
});

const PUBLIC = new Set(['allUsers', 'allAuthenticatedUsers']);
const isHuman = (member: string): boolean => /^(?:user|group|domain):/.test(member);
/** Google's own agents come with its services; nobody creates or approves them. */
const SERVICE_AGENT =
  /@(?:gcp-sa-[a-z0-9-]+|[a-z0-9-]*system|cloudservices|container-engine-robot|serverless-robot-prod|firebase-rules|compute-system|cloudbuild)\.(?:iam\.)?gserviceaccount\.com$/;

export const bindingKey = ({ role, member, condition }: AccessBinding): string =>
  condition === null ? `${role}/${member}` : `${role}/${member}/if-${sha256(condition).slice(0, 8)}`;

export function judgeBindings(bindings: readonly AccessBinding[], rules: AccessRules): AccessFinding[] {
  return bindings.flatMap((binding) => judgeBinding(binding, rules));
}

function judgeBinding(binding: AccessBinding, rules: AccessRules): AccessFinding[] {
  const { role, member, condition } = binding;
  const subject = `bindings/${bindingKey(binding)}`;
  const remove = (why: string) => proposalOf({ kind: 'remove-binding', binding }, why);
  if (PUBLIC.has(member)) {
    const message = `${member} has ${role}: everybody on the internet`;
    return [
      { code: 'public-member', subject, message, severity: 'critical', weight: 'blocks', proposal: remove(message) },
    ];
  }
  if (isHuman(member) && rules.forbidHumanRoles.includes(role)) {
    const message = `${member} has ${role}, which no person may hold`;
    return [{ code: 'human-role', subject, message, severity: 'high', weight: 'blocks', proposal: remove(message) }];
  }
  if (member.startsWith('deleted:')) {
    const message = `${member} is deleted, and still has ${role}`;
    return [{ code: 'deleted-member', subject, message, severity: 'low', weight: 'warns', proposal: remove(message) }];
  }
  const ended = condition === null ? undefined : endOf(condition);
  if (ended !== undefined && ended < rules.now) {
    const message = `${member} had ${role} until ${ended}`;
    return [
      { code: 'binding-ended', subject, message, severity: 'medium', weight: 'warns', proposal: remove(message) },
    ];
  }
  const account = member.startsWith('serviceAccount:') ? member.slice('serviceAccount:'.length) : undefined;
  if (account === undefined || SERVICE_AGENT.test(account) || isOf(account, rules.projectId)) return [];
  const message = `${account} is of another project, and has ${role}`;
  return [
    { code: 'foreign-account', subject, message, severity: 'medium', weight: 'warns', proposal: remove(message) },
  ];
}

const isOf = (account: string, projectId: string): boolean =>
  account.endsWith(`@${projectId}.iam.gserviceaccount.com`) ||
  account.endsWith('@developer.gserviceaccount.com') ||
  account === `${projectId}@appspot.gserviceaccount.com`;

/** When a condition of the usual form lets go: `request.time < timestamp("2026-12-01T00:00:00Z")`. */
function endOf(condition: string): Instant | undefined {
  const match = /request\.time\s*<=?\s*timestamp\(\s*["']([0-9TZ:.+-]+)["']\s*\)/.exec(condition);
  const ms = match?.[1] === undefined ? Number.NaN : Date.parse(match[1]);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

export function judgeAccounts(accounts: readonly AccessAccount[], rules: AccessRules): AccessFinding[] {
  const findings: AccessFinding[] = [];
  if (accounts.length > 0 && rules.approvedAccounts.length === 0) {
    const message = `${accounts.length} service accounts exist, and the configuration approves none by name`;
    findings.push({ code: 'no-approved-list', subject: 'accounts', message, severity: 'medium', weight: 'unknown' });
  }
  const oldest = plusSeconds(rules.now, -rules.staleDays * 86_400);
  for (const account of accounts) findings.push(...judgeAccount(account, rules, oldest));
  return findings;
}

function judgeAccount(account: AccessAccount, rules: AccessRules, oldest: Instant): AccessFinding[] {
  const { email, disabled, lastUsedAt, keys } = account;
  const subject = `accounts/${email}`;
  const findings: AccessFinding[] = keys
    .filter(({ userManaged, createdAt }) => userManaged && createdAt < oldest)
    .map(({ id, createdAt }) => {
      const days = Math.floor(secondsBetween(createdAt, rules.now) / 86_400);
      const message = `key ${id} of ${email} is ${days} days old; ${rules.staleDays} are allowed`;
      const proposal = proposalOf({ kind: 'delete-key', email, keyId: id }, message);
      return {
        code: 'old-key',
        subject: `${subject}/keys/${id}`,
        message,
        severity: 'high',
        weight: 'blocks',
        proposal,
      };
    });
  if (disabled) return findings;
  const disable = (why: string) => proposalOf({ kind: 'disable-account', email }, why);
  const [name = ''] = email.split('@');
  if (rules.approvedAccounts.length > 0 && !rules.approvedAccounts.includes(name)) {
    const message = `${email} exists, and is not on the approved list`;
    findings.push({
      code: 'account-not-approved',
      subject,
      message,
      severity: 'high',
      weight: 'blocks',
      proposal: disable(message),
    });
  }
  if (lastUsedAt === null) {
    const message = `it is not known when ${email} was last used`;
    findings.push({ code: 'use-unknown', subject, message, severity: 'low', weight: 'unknown' });
  } else if (lastUsedAt < oldest) {
    const message = `${email} was last used at ${lastUsedAt}, more than ${rules.staleDays} days ago`;
    findings.push({
      code: 'unused-account',
      subject,
      message,
      severity: 'medium',
      weight: 'warns',
      proposal: disable(message),
    });
  }
  return findings;
}
