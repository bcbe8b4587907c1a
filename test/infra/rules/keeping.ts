import type { Resource } from '../support/plan.ts';
import { adding, block, changing, changingBlock, of, type Rule } from './rule.ts';

const isBucket = ({ type }: Resource): boolean => type === 'google_storage_bucket';
const addresses = (resources: readonly Resource[]): string[] => resources.map(({ address }) => address);

const SECRET_TYPES =
  /^(google_secret_manager_secret_version|google_service_account_key|google_iap_client|google_storage_hmac_key|google_apikeys_key|random_password|tls_private_key)$/;
const SECRET_KEYS =
  /^(secret_data|private_key|password|auth_token|service_key|oauth2_client_secret|client_secret|token|webhook_url)$/;
const SECRET_VALUES =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|\bghp_[A-Za-z0-9]{20,}|\bgithub_pat_|\bxox[abp]-|\bAIza[A-Za-z0-9_-]{30,}|hooks\.slack\.com\/services/;

/** Paths at which a value looks like a secret. */
function secretsIn(value: unknown, path: string): string[] {
  if (typeof value === 'string') return SECRET_VALUES.test(value) ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((each, index) => secretsIn(each, `${path}[${index}]`));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, each]) => [
    ...(SECRET_KEYS.test(key) && typeof each === 'string' && each !== '' ? [`${path}.${key}`] : []),
    ...secretsIn(each, `${path}.${key}`),
  ]);
}

export const keepingRules: readonly Rule[] = [
  {
    claim: 'no secret lands in state',
    check: ({ planned_values: { root_module } }) =>
      root_module.resources.flatMap((resource) => [
        ...(SECRET_TYPES.test(resource.type) ? [resource.address] : []),
        ...secretsIn(resource.values, resource.address),
      ]),
    breach: (plan) =>
      adding(plan, 'google_monitoring_notification_channel', {
        type: 'slack',
        sensitive_labels: [{ auth_token: 'not-a-real-token' }],
      }),
  },
  {
    claim: 'PagerDuty and Slack are named by their ids only',
    check: (plan) =>
      addresses(
        of(plan, 'google_monitoring_notification_channel').filter(
          ({ values }) => !['email', 'pubsub'].includes(String(values.type)),
        ),
      ),
    breach: (plan) => adding(plan, 'google_monitoring_notification_channel', { type: 'pagerduty' }),
  },
  {
    claim: 'no bucket can be opened to the public or holds per-object permissions',
    check: (plan) =>
      addresses(
        of(plan, 'google_storage_bucket').filter(
          ({ values }) =>
            values.uniform_bucket_level_access !== true ||
            values.public_access_prevention !== 'enforced' ||
            values.force_destroy === true,
        ),
      ),
    breach: (plan) => changing(plan, isBucket, { public_access_prevention: 'inherited' }),
  },
  {
    claim: 'every bucket keeps what is replaced, by versions or by retention',
    check: (plan) =>
      addresses(
        of(plan, 'google_storage_bucket').filter(
          ({ values }) =>
            block(values, 'versioning').enabled !== true &&
            Number(block(values, 'retention_policy').retention_period ?? 0) === 0,
        ),
      ),
    breach: (plan) =>
      changing(plan, (resource) => isBucket(resource) && resource.index === 'reports', {
        versioning: [{ enabled: false }],
      }),
  },
  {
    claim: 'the retention of ledger anchors is locked for at least a year in production',
    check: (plan) =>
      addresses(
        of(plan, 'google_storage_bucket').filter(
          ({ index, values }) =>
            index === 'anchors' &&
            (block(values, 'retention_policy').is_locked !== true ||
              Number(block(values, 'retention_policy').retention_period) < 365 * 86_400),
        ),
      ),
    breach: (plan) =>
      changingBlock(
        plan,
        ({ index, type }) => type === 'google_storage_bucket' && index === 'anchors',
        'retention_policy',
        { is_locked: false },
      ),
  },
  {
    claim: 'old snapshots move to the archive class and are never deleted by the bucket while current',
    check: (plan) =>
      addresses(
        of(plan, 'google_storage_bucket').filter(({ index, values }) => {
          const actions =
            (values.lifecycle_rule as
              | { action: { type: string; storage_class?: string }[]; condition: { with_state?: string }[] }[]
              | undefined) ?? [];
          const archives = actions.some(({ action }) => action[0]?.storage_class === 'ARCHIVE');
          const deletes = actions.some(
            ({ action, condition }) => action[0]?.type === 'Delete' && condition[0]?.with_state !== 'ARCHIVED',
          );
          return (index === 'snapshots' && !archives) || deletes;
        }),
      ),
    breach: (plan) =>
      changing(plan, (resource) => isBucket(resource) && resource.index === 'snapshots', {
        lifecycle_rule: [{ action: [{ type: 'Delete' }], condition: [{ age: 30 }] }],
      }),
  },
  {
    claim: 'the database is protected from deletion, recoverable to the minute, backed up and optimistic',
    check: (plan) => [
      ...addresses(
        of(plan, 'google_firestore_database').filter(
          ({ values }) =>
            values.delete_protection_state !== 'DELETE_PROTECTION_ENABLED' ||
            values.point_in_time_recovery_enablement !== 'POINT_IN_TIME_RECOVERY_ENABLED' ||
            values.concurrency_mode !== 'OPTIMISTIC' ||
            values.deletion_policy !== 'ABANDON',
        ),
      ),
      ...(of(plan, 'google_firestore_backup_schedule').length >= 2 ? [] : ['daily and weekly backups wanted']),
    ],
    breach: (plan) =>
      changing(plan, ({ type }) => type === 'google_firestore_database', {
        delete_protection_state: 'DELETE_PROTECTION_DISABLED',
      }),
  },
  {
    claim: 'rules deny every client that does not come through IAM',
    check: (plan) => {
      const rulesets = of(plan, 'google_firebaserules_ruleset').map(({ values }) => JSON.stringify(values));
      const released = of(plan, 'google_firebaserules_release').some(({ values }) =>
        String(values.name).startsWith('cloud.firestore/highnoon'),
      );
      const open = rulesets.filter(
        (text) => !/allow read, write: if false;/.test(text) || (text.match(/\ballow\b/g) ?? []).length !== 1,
      );
      return [...open, ...(released && rulesets.length === 1 ? [] : ['one released ruleset wanted'])];
    },
    breach: (plan) =>
      changing(plan, ({ type }) => type === 'google_firebaserules_ruleset', {
        source: [{ files: [{ content: 'match /{d=**} { allow read: if true; }' }] }],
      }),
  },
  {
    claim: 'no expiry stands on anything that leases, holds or evidence are judged by',
    check: (plan) =>
      addresses(
        of(plan, 'google_firestore_field').filter(
          ({ values }) =>
            Array.isArray(values.ttl_config) && values.ttl_config.length > 0 && values.collection !== 'quarantine',
        ),
      ),
    breach: (plan) => adding(plan, 'google_firestore_field', { collection: 'slots', ttl_config: [{}] }),
  },
];
