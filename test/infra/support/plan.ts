import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { findTerraform, repository, skipLoudly, type Terraform } from './tools.ts';

/** What one planned resource will be; what is known only after apply is absent. */
export interface Resource {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly index?: string | number;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Expression {
  readonly references?: readonly string[];
}
export interface Plan {
  readonly planned_values: { readonly root_module: { readonly resources: Resource[] } };
  readonly configuration: {
    readonly root_module: {
      readonly resources: readonly {
        readonly address: string;
        readonly expressions: Readonly<Record<string, Expression | unknown>>;
      }[];
    };
  };
  /** Milliseconds that planning took, where it was not read from an earlier run. */
  readonly tookMs: number;
}

const fixtures = path.join(repository, 'test/infra/fixtures');
export type Environment = 'prod' | 'dev';

function variables(environment: Environment): string[] {
  return [
    `-var-file=${path.join(repository, 'infra/env', `${environment}.tfvars`)}`,
    `-var-file=${path.join(fixtures, 'plan.tfvars')}`,
    `-var=archive_path=${path.join(fixtures, 'functions.zip')}`,
    `-var=config_path=${path.join(fixtures, 'minimal.yaml')}`,
  ];
}

/** Files that decide the plan, so that the test files of one run plan once. */
function digest(environment: Environment): string {
  const hash = createHash('sha256').update(environment);
  for (const folder of ['infra', 'infra/env', 'shared/catalog', 'test/infra/fixtures']) {
    for (const entry of readdirSync(path.join(repository, folder), { withFileTypes: true }).filter((found) =>
      found.isFile(),
    )) {
      hash.update(entry.name).update(readFileSync(path.join(repository, folder, entry.name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Plain Terraform needs a local backend and a copy, so that neither state nor lock file lands in the checkout. */
function planPlainly(args: readonly string[]): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'high-noon-root-'));
  try {
    for (const folder of ['infra', 'shared/catalog'])
      cpSync(path.join(repository, folder), path.join(copy, folder), { recursive: true });
    const cwd = path.join(copy, 'infra');
    writeFileSync(path.join(cwd, 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
    run('terraform', ['init', '-input=false', '-no-color'], cwd);
    // The project is looked up, so it must be one that the caller may see.
    const project = process.env.GOOGLE_CLOUD_PROJECT;
    const lookup = project === undefined ? [] : [`-var=project_id=${project}`];
    run('terraform', ['plan', '-input=false', '-no-color', '-out=plan', ...args, ...lookup], cwd);
    return run('terraform', ['show', '-json', 'plan'], cwd);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd: string): string {
  const result = spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status !== 0)
    throw new Error(`${program} ${args[0]} failed: ${result.stderr}${result.error?.message ?? ''}`);
  return result.stdout;
}

function make(terraform: Terraform, environment: Environment): Plan {
  const startedAt = performance.now();
  const args = variables(environment);
  const text =
    terraform.kind === 'stand-in'
      ? run(terraform.program, ['plan-json', 'infra', ...args], repository)
      : planPlainly(args);
  return { ...(JSON.parse(text) as Omit<Plan, 'tookMs'>), tookMs: performance.now() - startedAt };
}

/** The plan of an environment from nothing, or null after a loud skip. */
export function planOf(t: TestContext, environment: Environment): Plan | null {
  const terraform = findTerraform();
  if (terraform === null) {
    skipLoudly(t, 'terraform is not installed, so the plan was not looked at');
    return null;
  }
  const file = path.join(tmpdir(), 'high-noon-plan', `${environment}-${digest(environment)}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  if (!existsSync(file)) {
    try {
      const plan = make(terraform, environment);
      writeFileSync(`${file}.${process.pid}`, JSON.stringify(plan));
      renameSync(`${file}.${process.pid}`, file);
    } catch (error) {
      if (terraform.kind === 'stand-in') throw error;
      skipLoudly(t, `terraform could not plan without a project (${(error as Error).message.slice(0, 300)})`);
      return null;
    }
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Plan;
}

export const resourcesOf = (plan: Plan, type?: string): readonly Resource[] =>
  plan.planned_values.root_module.resources.filter((resource) => type === undefined || resource.type === type);
