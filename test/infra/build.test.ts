import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { parse } from 'yaml';
import { differences } from '../../infra/build/compare-schedules.mjs';
import catalog from '../../shared/catalog/phases.json' with { type: 'json' };
import { repository } from './support/tools.ts';

interface Build {
  readonly substitutions: Readonly<Record<string, string>>;
  readonly options: { readonly logging: string; readonly env: readonly string[] };
  readonly steps: readonly { readonly id: string; readonly name: string; readonly args: readonly string[] }[];
}
const build = parse(readFileSync(path.join(repository, 'cloudbuild.yaml'), 'utf8')) as Build;
const STAGES = ['plan', 'apply', 'nightly'];

const folder = mkdtempSync(path.join(tmpdir(), 'high-noon-build-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A checkout with stand-ins for gcloud (its buckets are folders) and terraform (it writes down how it was called). */
function checkout(name: string): { cwd: string; environment: Record<string, string> } {
  const cwd = path.join(folder, name);
  const bin = path.join(cwd, 'bin');
  cpSync(path.join(repository, 'infra/build'), path.join(cwd, 'infra/build'), { recursive: true });
  cpSync(path.join(repository, 'infra/env'), path.join(cwd, 'infra/env'), { recursive: true });
  cpSync(path.join(repository, 'test/infra/fixtures/bin'), bin, { recursive: true });
  const environment = {
    PATH: `${bin}:${process.env.PATH}`,
    BUCKETS: path.join(folder, 'buckets'),
    CALLS: path.join(cwd, 'calls'),
    STATE_BUCKET: 'state',
    ENVIRONMENT: 'prod',
    PROJECT: 'noon-fixture',
    REGION: 'us-central1',
    REVISION: 'a'.repeat(40),
    PLAN_DIGEST: '',
    STAGE: 'plan',
  };
  return { cwd, environment };
}

function sh(
  script: string,
  { cwd, environment }: { cwd: string; environment: Record<string, string> },
): { status: number | null; output: string } {
  const result = spawnSync('sh', script.split(' '), { cwd, env: environment, encoding: 'utf8' });
  return { status: result.status, output: result.stdout + result.stderr };
}

/** Plays the plan stage and gives the digest that it prints. */
function planStage(name: string): string {
  const place = checkout(name);
  const variables = path.join(folder, 'buckets/state/variables');
  mkdirSync(variables, { recursive: true });
  mkdirSync(path.join(place.cwd, 'dist'));
  writeFileSync(path.join(variables, 'prod.tfvars'), 'x = 1\n');
  writeFileSync(path.join(variables, 'prod.yaml'), 'schema_version: "1"\n');
  writeFileSync(path.join(place.cwd, 'dist/functions.zip'), 'PK');
  for (const script of ['fetch-variables.sh', 'plan.sh', 'store.sh']) {
    const { status, output } = sh(`infra/build/${script}`, place);
    assert.equal(status, 0, `${script}: ${output}`);
    const digest = /_PLAN_DIGEST=([0-9a-f]{64})/.exec(output)?.[1];
    if (digest !== undefined) return digest;
  }
  throw new Error('the plan stage printed no digest');
}

describe('the build', () => {
  it('logs to Cloud Logging alone and runs every step in an image of an exact version', () => {
    assert.equal(build.options.logging, 'CLOUD_LOGGING_ONLY');
    for (const { id, name } of build.steps) {
      const image = build.substitutions[name.replace('$', '')] ?? name;
      assert.match(image, /(:\d+\.\d+\.\d+(-[a-z]+)?|@sha256:[0-9a-f]{64})$/, id);
    }
  });

  it('gives every step to known stages and names only scripts that exist', () => {
    for (const { id, args } of build.steps.filter((step) => step.id !== 'inputs')) {
      assert.equal(args[0], 'infra/build/on-stage.sh', id);
      for (const stage of (args[1] ?? '').split(',')) assert.ok(STAGES.includes(stage), `${id}: ${stage}`);
      for (const file of args.filter((word) => word.startsWith('infra/')))
        assert.ok(existsSync(path.join(repository, file)), file);
    }
    const used = new Set(build.steps.flatMap(({ args }) => args).map((word) => path.basename(word)));
    for (const script of readdirSync(path.join(repository, 'infra/build')).filter((name) => !name.endsWith('.d.mts')))
      assert.ok(used.has(script), `${script} is in no step`);
  });

  it('plans only after the tests and the proof, and applies only after the stored plan was compared', () => {
    const order = build.steps.map(({ id }) => id);
    const before = (first: string, second: string): void =>
      assert.ok(order.indexOf(first) < order.indexOf(second), `${first} before ${second}`);
    before('inputs', 'install');
    before('test', 'plan');
    before('proof', 'plan');
    before('plan', 'store');
    before('fetch', 'apply');
    before('apply', 'compare');
    before('apply', 'dry-run');
  });

  it('runs a step in its stage alone', () => {
    const place = checkout('stages');
    const ran = (stage: string): string =>
      sh('infra/build/on-stage.sh plan,nightly echo RAN', {
        ...place,
        environment: { ...place.environment, STAGE: stage },
      }).output;
    assert.match(ran('plan'), /RAN/);
    assert.match(ran('nightly'), /RAN/);
    assert.doesNotMatch(ran('apply'), /RAN/);
  });

  it('refuses a misspelt stage, an unknown environment, a missing bucket and an apply without a digest', () => {
    const place = checkout('inputs');
    const status = (changes: Record<string, string>): number | null =>
      sh('infra/build/check-inputs.sh', { ...place, environment: { ...place.environment, ...changes } }).status;
    assert.equal(status({}), 0);
    assert.equal(status({ STAGE: 'nightly', STATE_BUCKET: '' }), 0);
    assert.equal(status({ STAGE: 'aply' }), 2);
    assert.equal(status({ ENVIRONMENT: 'moon' }), 2);
    assert.equal(status({ STATE_BUCKET: '' }), 2);
    assert.equal(status({ STAGE: 'apply' }), 2);
    assert.equal(status({ STAGE: 'apply', PLAN_DIGEST: 'f'.repeat(64) }), 0);
  });

  it('applies exactly what was planned', () => {
    const digest = planStage('good');
    const place = checkout('good-apply');
    const environment = { ...place.environment, STAGE: 'apply', PLAN_DIGEST: digest };
    assert.equal(sh('infra/build/fetch.sh', { ...place, environment }).status, 0);
    assert.equal(sh('infra/build/apply.sh', { ...place, environment }).status, 0);
    const calls = readFileSync(place.environment.CALLS ?? '', 'utf8');
    assert.match(calls, /init .*-lockfile=readonly/);
    assert.match(calls, /apply -input=false \.\.\/release\/plan\n/);
  });

  for (const file of ['plan', 'functions.zip', 'config.yaml', 'manifest']) {
    it(`applies nothing when the stored ${file} was changed`, () => {
      const digest = planStage(`changed-${file}`);
      writeFileSync(path.join(folder, 'buckets/state/plans', digest, file), 'changed\n');
      const place = checkout(`changed-${file}-apply`);
      assert.notEqual(
        sh('infra/build/fetch.sh', { ...place, environment: { ...place.environment, PLAN_DIGEST: digest } }).status,
        0,
      );
      rmSync(path.join(folder, 'buckets/state/plans', digest), { recursive: true });
    });
  }

  it('applies nothing at another commit or in another environment', () => {
    const digest = planStage('elsewhere');
    const place = checkout('elsewhere-apply');
    const status = (changes: Record<string, string>): number | null =>
      sh('infra/build/fetch.sh', { ...place, environment: { ...place.environment, PLAN_DIGEST: digest, ...changes } })
        .status;
    assert.equal(status({}), 0);
    assert.notEqual(status({ REVISION: 'b'.repeat(40) }), 0);
    assert.notEqual(status({ ENVIRONMENT: 'dev' }), 0);
  });
});

describe('the comparison of live schedules with the catalog', () => {
  const job = (name: string, schedule: string) => ({
    name: `projects/p/locations/r/jobs/highnoon-${name}`,
    schedule,
    timeZone: 'UTC',
    state: 'ENABLED',
    pubsubTarget: {
      topicName: `projects/p/topics/highnoon-${name}`,
      data: Buffer.from(JSON.stringify({ phase: name, trigger: 'schedule' })).toString('base64'),
    },
  });
  const live = [...catalog.phases, ...catalog.services.filter((service) => 'cron' in service)].map(({ name, cron }) =>
    job(name, cron ?? ''),
  );
  const changed = (values: object) => live.map((each, index) => (index === 0 ? { ...each, ...values } : each));

  it('finds nothing where they are equal, whatever other jobs the project has', () => {
    const dev = { ...job('dev-t-90-prep', '0 1 * * *') };
    assert.deepEqual(
      differences(
        catalog,
        [...live, { ...job('x', '* * * * *'), name: 'projects/p/locations/r/jobs/nightly-proof' }, dev],
        'highnoon',
      ),
      [],
    );
  });

  it('names what is missing, extra, paused, moved to another time, zone, message or topic', () => {
    const found = (jobs: readonly object[]): string => differences(catalog, jobs, 'highnoon').join('; ');
    assert.match(found(live.slice(1)), /t-90-prep: missing/);
    assert.match(found([...live, job('t-90-prep-2', '0 1 * * *')]), /t-90-prep-2: extra/);
    assert.match(
      found([...live, { ...job('dev-t-90-prep', '0 1 * * *'), pubsubTarget: live[0]?.pubsubTarget }]),
      /dev-t-90-prep: extra/,
    );
    assert.match(found(changed({ state: 'PAUSED' })), /PAUSED/);
    assert.match(found(changed({ schedule: '0 1 * * *' })), /runs at "0 1/);
    assert.match(found(changed({ timeZone: 'Europe/Berlin' })), /Europe\/Berlin/);
    assert.match(
      found(changed({ pubsubTarget: { topicName: live[0]?.pubsubTarget.topicName, data: '' } })),
      /publishes nothing/,
    );
    assert.match(
      found(changed({ pubsubTarget: { ...live[0]?.pubsubTarget, topicName: 'projects/p/topics/other' } })),
      /its own topic is wanted/,
    );
  });
});
