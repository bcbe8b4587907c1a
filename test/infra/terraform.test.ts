import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type Plan, planOf } from './support/plan.ts';
import { findTerraform, repository, skipLoudly } from './support/tools.ts';

/** Arguments by which one environment could reach into another: what is unique in a project or in the world. */
const NAMES = [
  'name',
  'account_id',
  'secret_id',
  'repository_id',
  'dashboard_json',
  'display_name',
  'type',
  'service',
  'role_id',
];
/** What a person reads; two environments may share no more than that they are not the same. */
const identity = (values: Readonly<Record<string, unknown>>): string =>
  NAMES.map((name) => String(values[name] ?? '')).join('|');

/** Grants to something that another environment has too: the same person, the same foreign bucket, another account. */
const isGrant = (type: string): boolean => type.includes('_iam_') || type === 'google_billing_budget';

const madeBy = (plan: Plan): Map<string, string> =>
  new Map(
    plan.planned_values.root_module.resources
      .filter(({ type }) => !isGrant(type))
      .filter(({ values }) => NAMES.some((name) => typeof values[name] === 'string'))
      .map(({ type, address, values }) => [`${type} ${identity(values)}`, address]),
  );

describe('the root', () => {
  it('is formatted', (t) => {
    if (findTerraform() === null) return skipLoudly(t, 'terraform is not installed, so formatting was not checked');
    const result = spawnSync('terraform', ['fmt', '-check', '-recursive', path.join(repository, 'infra')], {
      encoding: 'utf8',
    });
    assert.equal(result.status, 0, result.stdout);
  });

  for (const version of ['6.50.0', '7.0.0', '7.30.0']) {
    it(`is valid under version ${version} of the provider`, (t) => {
      const terraform = findTerraform();
      if (terraform === null) return skipLoudly(t, 'terraform is not installed, so the root was not validated');
      // Plain Terraform validates with the provider that its registry gives, in the plan.
      if (terraform.kind === 'plain') return t.skip('only the stand-in can pretend a version');
      const result = spawnSync(terraform.program, ['validate', 'infra'], {
        cwd: repository,
        encoding: 'utf8',
        env: { ...process.env, TF_OFFLINE_VERSIONS: `google=${version}` },
      });
      assert.equal(result.status, 0, result.stdout + result.stderr);
    });
  }

  it('passes its own tests', (t) => {
    const terraform = findTerraform();
    if (terraform === null) return skipLoudly(t, "terraform is not installed, so the root's own tests did not run");
    const plain = terraform.kind === 'plain';
    if (
      plain &&
      spawnSync('terraform', ['-chdir=infra', 'init', '-backend=false', '-input=false'], {
        cwd: repository,
        stdio: 'ignore',
      }).status !== 0
    )
      return skipLoudly(t, "terraform could not fetch the provider, so the root's own tests did not run");
    const result = spawnSync(terraform.program, plain ? ['-chdir=infra', 'test', '-no-color'] : ['test', 'infra'], {
      cwd: repository,
      encoding: 'utf8',
    });
    assert.equal(result.status, 0, result.stdout + result.stderr);
    assert.match(result.stdout, /Success! \d+ passed, 0 failed/);
    t.diagnostic(/Success!.*/.exec(result.stdout)?.[0] ?? '');
  });

  it('plans two environments of one project that make nothing twice', (t) => {
    const [production, dev] = [planOf(t, 'prod'), planOf(t, 'dev')];
    if (production === null || dev === null) return;
    const [here, there] = [madeBy(production), madeBy(dev)];
    assert.ok(here.size > 80 && there.size > 80, `${here.size} and ${there.size} named resources`);
    const both = [...here.keys()].filter((key) => there.has(key));
    assert.deepEqual(
      // A bucket's object, an address of a contact and a rule file are the same content in places of their own.
      both.filter((key) => !/^google_storage_bucket_object |^google_firebaserules_ruleset /.test(key)),
      [],
    );
    t.diagnostic(
      `planned in ${Math.round(production.tookMs)} and ${Math.round(dev.tookMs)} ms: ${here.size} and ${there.size} named resources`,
    );
  });

  it('keeps literals of the catalog out of its files', () => {
    const catalog = JSON.parse(readFileSync(path.join(repository, 'shared/catalog/phases.json'), 'utf8')) as {
      phases: { cron: string; target: string }[];
      function: { runtime: string };
    };
    const text = readdirSync(path.join(repository, 'infra'))
      .filter((name) => name.endsWith('.tf'))
      .map((name) => readFileSync(path.join(repository, 'infra', name), 'utf8'))
      .join('\n');
    const literals = [...catalog.phases.flatMap(({ cron, target }) => [cron, target]), catalog.function.runtime];
    assert.deepEqual(
      literals.filter((literal) => text.includes(`"${literal}"`)),
      [],
    );
  });
});
