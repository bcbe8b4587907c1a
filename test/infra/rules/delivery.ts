import catalog from '../../../shared/catalog/phases.json' with { type: 'json' };
import type { Plan, Resource } from '../support/plan.ts';
import { block, changing, changingBlock, of, type Rule } from './rule.ts';

const isFunction = ({ type }: Resource): boolean => type === 'google_cloudfunctions2_function';
const phases = new Set(catalog.phases.map(({ name }) => name));
const isPhase = (resource: Resource): boolean => isFunction(resource) && phases.has(String(resource.index));
const service = (resource: Resource): Readonly<Record<string, unknown>> => block(resource.values, 'service_config');
const isJob = ({ type }: Resource): boolean => type === 'google_cloud_scheduler_job';
const isPush = (resource: Resource): boolean =>
  resource.type === 'google_pubsub_subscription' && Object.keys(block(resource.values, 'push_config')).length > 0;
const failing = (resources: readonly Resource[], fits: (resource: Resource) => boolean): string[] =>
  resources.filter((resource) => !fits(resource)).map(({ address }) => address);

const scheduled = [...catalog.phases, ...catalog.services.filter((each) => 'cron' in each)];
const functions = [...catalog.phases, ...catalog.services];

/** What Scheduler publishes, decoded. */
const bodyOf = (job: Resource): unknown =>
  JSON.parse(Buffer.from(String(block(job.values, 'pubsub_target').data), 'base64').toString());

const jobIsAsCatalogued = (job: Resource): boolean => {
  const entry = scheduled.find(({ name }) => name === job.index);
  return (
    entry !== undefined &&
    job.values.schedule === entry.cron &&
    job.values.time_zone === entry.timeZone &&
    job.values.paused !== true
  );
};

export const deliveryRules: readonly Rule[] = [
  {
    claim: 'everything but the operator is internal',
    check: (plan) =>
      failing(
        of(plan, 'google_cloudfunctions2_function'),
        (each) => each.index === 'operator' || service(each).ingress_settings === 'ALLOW_INTERNAL_ONLY',
      ),
    breach: (plan) => changingBlock(plan, isPhase, 'service_config', { ingress_settings: 'ALLOW_ALL' }),
  },
  {
    claim: 'a phase works alone in its instance',
    check: (plan) =>
      failing(
        of(plan, 'google_cloudfunctions2_function').filter(isPhase),
        (each) => service(each).max_instance_request_concurrency === 1,
      ),
    breach: (plan) => changingBlock(plan, isPhase, 'service_config', { max_instance_request_concurrency: 80 }),
  },
  {
    claim: 'a function ends before its message comes back',
    check: (plan) =>
      failing(
        of(plan, 'google_cloudfunctions2_function'),
        (each) =>
          Number(service(each).timeout_seconds) <= 600 &&
          Number(service(each).timeout_seconds) < catalog.function.ackDeadlineSeconds,
      ),
    breach: (plan) => changingBlock(plan, isFunction, 'service_config', { timeout_seconds: 3600 }),
  },
  {
    claim: 'every function of the catalog is deployed with its target and runtime, and no other',
    check: (plan) => {
      const planned = new Map(
        of(plan, 'google_cloudfunctions2_function').map((each) => [
          String(each.index),
          block(each.values, 'build_config'),
        ]),
      );
      const wrong = functions.filter(
        ({ name, target }) =>
          planned.get(name)?.entry_point !== target || planned.get(name)?.runtime !== catalog.function.runtime,
      );
      return [
        ...wrong.map(({ name }) => name),
        ...[...planned.keys()].filter((name) => !functions.some((each) => each.name === name)),
      ];
    },
    breach: (plan) => changingBlock(plan, isFunction, 'build_config', { runtime: 'nodejs20' }),
  },
  {
    claim: 'the source object is named by a digest',
    check: (plan) =>
      failing(of(plan, 'google_storage_bucket_object'), ({ values }) =>
        /\/[0-9a-f]{64}\.(zip|yaml)$/.test(String(values.name)),
      ),
    breach: (plan) =>
      changing(plan, ({ type, name }) => type === 'google_storage_bucket_object' && name === 'archive', {
        name: 'functions/latest.zip',
      }),
  },
  {
    claim: 'the pinned digest is that of the configuration that is read',
    check: (plan) =>
      failing(of(plan, 'google_cloudfunctions2_function'), (each) => {
        const variables = service(each).environment_variables as Record<string, string>;
        return variables.HIGHNOON_CONFIG?.endsWith(`/${variables.HIGHNOON_CONFIG_SHA256}.yaml`) === true;
      }),
    breach: (plan) =>
      changingBlock(plan, isFunction, 'service_config', {
        environment_variables: { HIGHNOON_CONFIG: 'gs://b/herbitrage.yaml' },
      }),
  },
  {
    claim: 'every subscription but the last one has dead letters and never expires',
    check: (plan) =>
      failing(of(plan, 'google_pubsub_subscription'), (each) => {
        const given = block(each.values, 'dead_letter_policy').max_delivery_attempts;
        return (
          (each.name === 'dead_letters' || given === catalog.function.maxDeliveryAttempts) &&
          block(each.values, 'expiration_policy').ttl === ''
        );
      }),
    breach: (plan) => changing(plan, isPush, { dead_letter_policy: [] }),
  },
  {
    claim: 'the Pub/Sub agent may forward dead letters from every subscription that has them',
    check: (plan) => {
      const forwarded = new Set(
        of(plan, 'google_pubsub_subscription_iam_member').map(({ values }) => values.subscription),
      );
      return failing(
        of(plan, 'google_pubsub_subscription'),
        (each) => each.name === 'dead_letters' || forwarded.has(each.values.name),
      );
    },
    breach: (plan) =>
      changing(plan, ({ type }) => type === 'google_pubsub_subscription_iam_member', { subscription: 'another' }),
  },
  {
    claim: 'a push outlasts the function that it starts and backs off as the catalog says',
    check: (plan) =>
      failing(of(plan, 'google_pubsub_subscription').filter(isPush), (each) => {
        const retry = block(each.values, 'retry_policy');
        return (
          each.values.ack_deadline_seconds === catalog.function.ackDeadlineSeconds &&
          retry.minimum_backoff === `${catalog.function.minBackoffSeconds}s` &&
          retry.maximum_backoff === `${catalog.function.maxBackoffSeconds}s`
        );
      }),
    breach: (plan) => changing(plan, isPush, { ack_deadline_seconds: 10 }),
  },
  {
    claim: 'every push is signed by the push account',
    check: (plan) =>
      failing(of(plan, 'google_pubsub_subscription').filter(isPush), (each) =>
        /^highnoon(-[a-z0-9]+)?-push@/.test(
          String(block(block(each.values, 'push_config'), 'oidc_token').service_account_email),
        ),
      ),
    breach: (plan) => changing(plan, isPush, { push_config: [{ push_endpoint: 'https://x' }] }),
  },
  {
    claim: 'every schedule of the catalog stands with its cron and zone, and no other',
    check: (plan) => {
      const jobs = of(plan, 'google_cloud_scheduler_job');
      return [
        ...failing(jobs, jobIsAsCatalogued),
        ...scheduled
          .filter(({ name }) => !jobs.some((job) => job.index === name))
          .map(({ name }) => `${name} has no schedule`),
      ];
    },
    breach: (plan) => changing(plan, isJob, { time_zone: 'Europe/Berlin' }),
  },
  {
    claim: 'a schedule publishes the static body, retries one to three times and sets no attempt deadline',
    check: (plan) =>
      failing(of(plan, 'google_cloud_scheduler_job'), (job) => {
        const retries = Number(block(job.values, 'retry_config').retry_count);
        const body = bodyOf(job) as Record<string, unknown>;
        return (
          retries >= 1 &&
          retries <= 3 &&
          Object.keys(body).length === 2 &&
          body.phase === job.index &&
          body.trigger === 'schedule' &&
          !isSet(plan, 'google_cloud_scheduler_job.this', 'attempt_deadline')
        );
      }),
    breach: (plan) => changing(plan, isJob, { pubsub_target: [{ data: Buffer.from('{}').toString('base64') }] }),
  },
];

/** Whether the configuration sets an argument; the planned value would show the provider's default too. */
function isSet(plan: Plan, address: string, argument: string): boolean {
  const resource = plan.configuration.root_module.resources.find((each) => each.address === address);
  return resource !== undefined && argument in resource.expressions;
}
