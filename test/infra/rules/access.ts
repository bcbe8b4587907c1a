import type { Plan, Resource } from '../support/plan.ts';
import { adding, changing, of, type Rule } from './rule.ts';

const grants = (plan: Plan): Resource[] =>
  plan.planned_values.root_module.resources.filter(({ type }) => /_iam_(member|binding|policy)$/.test(type));

const membersOf = ({ values }: Resource): string[] =>
  [values.member, ...((values.members as unknown[] | undefined) ?? [])].filter((member) => typeof member === 'string');

const roleOf = ({ values }: Resource): string => (typeof values.role === 'string' ? values.role : '');

const addressesOf = (resources: readonly Resource[]): string[] => resources.map(({ address }) => address);

const projectGrant = (role: string, member: string) => (plan: Plan) =>
  adding(plan, 'google_project_iam_member', { role, member });

const someone = 'serviceAccount:highnoon-t90@noon-fixture.iam.gserviceaccount.com';

export const accessRules: readonly Rule[] = [
  {
    claim: 'nobody unknown is a member of anything',
    check: (plan) =>
      addressesOf(
        grants(plan).filter((grant) =>
          membersOf(grant).some((member) => /^(allUsers|allAuthenticatedUsers|domain:)/.test(member)),
        ),
      ),
    breach: (plan) =>
      adding(plan, 'google_cloud_run_v2_service_iam_member', { role: 'roles/run.invoker', member: 'allUsers' }),
  },
  {
    claim: 'no basic role and no role that administers is granted',
    check: (plan) =>
      addressesOf(grants(plan).filter((grant) => /^roles\/(owner|editor|viewer|browser)$|admin$/i.test(roleOf(grant)))),
    breach: projectGrant('roles/storage.admin', someone),
  },
  {
    claim: 'no role may set IAM policies',
    check: (plan) => [
      ...addressesOf(
        grants(plan).filter((grant) => /securityAdmin|projectIamAdmin|roleAdmin|setIamPolicy/i.test(roleOf(grant))),
      ),
      ...of(plan, 'google_project_iam_custom_role')
        .filter(({ values }) =>
          (values.permissions as string[]).some((permission) =>
            /setIamPolicy|\.actAs$|getAccessToken|signBlob|implicitDelegation/.test(permission),
          ),
        )
        .map(({ address }) => address),
    ],
    breach: (plan) =>
      adding(plan, 'google_project_iam_custom_role', { permissions: ['resourcemanager.projects.setIamPolicy'] }),
  },
  {
    claim: 'nobody may act as another account across the project',
    check: (plan) =>
      addressesOf(
        of(plan, 'google_project_iam_member').filter((grant) =>
          /^roles\/iam\.(serviceAccount(TokenCreator|User|OpenIdTokenCreator)|workloadIdentityUser)$/.test(
            roleOf(grant),
          ),
        ),
      ),
    breach: projectGrant('roles/iam.serviceAccountTokenCreator', someone),
  },
  {
    claim: 'no default account is used or granted anything',
    check: (plan) => [
      ...addressesOf(
        grants(plan).filter((grant) =>
          membersOf(grant).some((member) =>
            /-compute@developer\.|@appspot\.gserviceaccount|@cloudbuild\.gserviceaccount/.test(member),
          ),
        ),
      ),
      ...of(plan, 'google_cloudfunctions2_function')
        .filter(({ values, index }) => {
          const service = (values.service_config as { service_account_email?: string }[])[0];
          return (
            service?.service_account_email === undefined ||
            !service.service_account_email.startsWith('highnoon-') ||
            index === undefined
          );
        })
        .map(({ address }) => address),
    ],
    breach: projectGrant('roles/datastore.user', 'serviceAccount:1234-compute@developer.gserviceaccount.com'),
  },
  {
    claim: 'each function runs as an account of its own',
    check: (plan) => {
      const emails = of(plan, 'google_cloudfunctions2_function').map(
        ({ values }) => (values.service_config as { service_account_email?: string }[])[0]?.service_account_email,
      );
      return emails.length === new Set(emails).size ? [] : ['two functions share an account'];
    },
    breach: (plan) => {
      const [first] = of(plan, 'google_cloudfunctions2_function');
      return changing(
        plan,
        ({ type, address }) => type === 'google_cloudfunctions2_function' && address !== first?.address,
        { service_config: first?.values.service_config },
      );
    },
  },
  {
    claim: 'roles are granted one by one, so that nothing granted elsewhere is swept away',
    check: (plan) => addressesOf(grants(plan).filter(({ type }) => /_iam_(binding|policy)$/.test(type))),
    breach: (plan) => adding(plan, 'google_project_iam_policy', { policy_data: '{}' }),
  },
  {
    claim: 'Firestore is reached only through a condition on a named database',
    check: (plan) =>
      addressesOf(
        of(plan, 'google_project_iam_member').filter((grant) => {
          const [condition] = (grant.values.condition as { expression: string }[] | undefined) ?? [];
          return (
            roleOf(grant).startsWith('roles/datastore.') &&
            !/^resource\.name == "projects\/[^"]+\/databases\/[^"]+"$/.test(condition?.expression ?? '')
          );
        }),
      ),
    breach: projectGrant('roles/datastore.user', someone),
  },
  {
    claim: 'the git write token is read by noon alone',
    check: (plan) =>
      addressesOf(
        of(plan, 'google_secret_manager_secret_iam_member').filter(
          (grant) =>
            String(grant.index).startsWith('git-write-token/') &&
            membersOf(grant).some((member) => !member.includes('-noon@')),
        ),
      ),
    breach: (plan) => changing(plan, ({ index }) => index === 'git-write-token/high-noon-sync', { member: someone }),
  },
  {
    claim: 'BigQuery is written by T-90 and noon alone, in the datasets that are live',
    check: (plan) =>
      addressesOf(
        grants(plan).filter((grant) => {
          const role = roleOf(grant);
          if (!role.startsWith('roles/bigquery.')) return false;
          if (role === 'roles/bigquery.dataViewer') return grant.type !== 'google_bigquery_dataset_iam_member';
          if (role === 'roles/bigquery.jobUser') return grant.type !== 'google_project_iam_member';
          const isLive = grant.type === 'google_bigquery_dataset_iam_member' && String(grant.index).endsWith('/live');
          return !isLive || membersOf(grant).some((member) => !/-(t90|noon)@/.test(member));
        }),
      ),
    breach: projectGrant('roles/bigquery.dataEditor', someone),
  },
  {
    claim: 'only the proxy may invoke the operator, only the push account the others',
    check: (plan) =>
      addressesOf(
        of(plan, 'google_cloud_run_v2_service_iam_member').filter((grant) => {
          if (roleOf(grant) !== 'roles/run.invoker' || !String(grant.values.name).startsWith('highnoon')) return false;
          const wanted = String(grant.values.name).endsWith('-operator')
            ? /@gcp-sa-iap\./
            : /^serviceAccount:highnoon(-[a-z0-9]+)?-push@/;
          return membersOf(grant).some((member) => !wanted.test(member));
        }),
      ),
    breach: (plan) =>
      adding(plan, 'google_cloud_run_v2_service_iam_member', {
        name: 'highnoon-operator',
        role: 'roles/run.invoker',
        member: 'user:ada@example.com',
      }),
  },
];
