import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';

export const repository = path.resolve(import.meta.dirname, '../../..');

const onPath = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore', timeout: 60_000 }).error === undefined;

/** A stand-in for the provider registry may lie beside the checkout; it takes the subcommand, then the folder. */
const standIn = path.resolve(repository, '../shared/tools/terraform-offline/tf-offline');

export type Terraform = { readonly kind: 'stand-in' | 'plain'; readonly program: string };

/** The program that plans without a project: the stand-in where it is there, else Terraform itself, else null. */
export function findTerraform(): Terraform | null {
  if (!onPath('terraform')) return null;
  return existsSync(standIn) ? { kind: 'stand-in', program: standIn } : { kind: 'plain', program: 'terraform' };
}

export const findPromtool = (): string | null => (onPath('promtool') ? 'promtool' : null);

/**
 * Skips a test for want of a tool, where everybody sees it. A build that counts on the proof fails instead: a check
 * that silently did not run is how schedules that never fired went unnoticed.
 */
export function skipLoudly(t: TestContext, why: string): void {
  if (process.env.CI) throw new Error(`${why}: in CI this check must run`);
  skipEverywhere(t, why);
}

/** For what not every build's image has: skipped there too, and as loudly. */
export function skipEverywhere(t: TestContext, why: string): void {
  process.stderr.write(`\n*** NOT CHECKED: ${why} ***\n`);
  t.skip(why);
}
