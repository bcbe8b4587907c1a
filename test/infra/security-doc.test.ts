import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { type Plan, planOf, type Resource } from './support/plan.ts';
import { repository } from './support/tools.ts';

/** The last word of an account, or whose agent it is. */
function accountOf(member: string): string {
  const agent = /@gcp-sa-([a-z]+)(?:-notification)?\./.exec(member)?.[1];
  if (agent !== undefined) return `agent ${agent}`;
  if (!member.startsWith('serviceAccount:')) return 'people';
  return /^serviceAccount:highnoon-([a-z0-9]+)@/.exec(member)?.[1] ?? member;
}

const condition = ({ values }: Resource): string => {
  const [found] = (values.condition as { title: string }[] | undefined) ?? [];
  if (found === undefined) return '';
  if (found.title === 'own-database') return ', own database';
  return found.title.startsWith('evidence-') ? ', evidence database' : `, ${found.title}`;
};

/** Where a role is granted, in the words of the table. */
function placeOf(resource: Resource): string {
  const { type, values, name } = resource;
  const index = String(resource.index);
  switch (type) {
    case 'google_project_iam_member':
      return `project${condition(resource)}`;
    case 'google_storage_bucket_iam_member': {
      const own = /^noon-fixture-highnoon-([a-z]+)$/.exec(String(values.bucket))?.[1];
      return `bucket ${own ?? String(values.bucket).replace('noon-fixture-', '')}${condition(resource)}`;
    }
    case 'google_secret_manager_secret_iam_member':
      return `secret ${index.split('/')[0]}`;
    case 'google_cloud_run_v2_service_iam_member':
      return name === 'service' ? 'service' : 'own service';
    case 'google_pubsub_topic_iam_member':
      return 'topic';
    case 'google_pubsub_subscription_iam_member':
      return 'subscription';
    case 'google_bigquery_dataset_iam_member':
      return 'dataset';
    case 'google_service_account_iam_member':
      return 'account';
    case 'google_artifact_registry_repository_iam_member':
      return 'registry';
    case 'google_iap_web_backend_service_iam_member':
    case 'google_iap_web_cloud_run_service_iam_member':
      return 'proxy';
    default:
      throw new Error(`${type}: a kind of grant that docs/security.md has no word for`);
  }
}

const planned = (plan: Plan): Set<string> =>
  new Set(
    plan.planned_values.root_module.resources
      .filter(({ type }) => type.includes('_iam_') && type !== 'google_project_iam_custom_role')
      .map((grant) => {
        const role = String(grant.values.role).replace(/^projects\/[^/]+\//, '');
        return `${accountOf(String(grant.values.member))} | ${placeOf(grant)} | ${role}`;
      }),
  );

function documented(): { grants: Set<string>; withoutReason: string[] } {
  const text = readFileSync(path.join(repository, 'docs/security.md'), 'utf8');
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('roles/'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const grants = rows.flatMap(([accounts = '', place, role]) =>
    accounts.split(', ').map((account) => `${account} | ${place} | ${role}`),
  );
  return {
    grants: new Set(grants),
    withoutReason: rows.filter(([, , , reason = '']) => reason.length < 15).map((row) => row.join(' | ')),
  };
}

it('docs/security.md lists exactly the roles that the plan grants, each with its reason', (t) => {
  const plan = planOf(t, 'prod');
  if (plan === null) return;
  const { grants, withoutReason } = documented();
  const actual = planned(plan);
  assert.deepEqual(
    [...actual].filter((grant) => !grants.has(grant)).sort(),
    [],
    'granted without standing in the table',
  );
  assert.deepEqual([...grants].filter((grant) => !actual.has(grant)).sort(), [], 'in the table without being granted');
  assert.deepEqual(withoutReason, []);
});
