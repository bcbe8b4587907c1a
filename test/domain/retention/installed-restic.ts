import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RetentionPolicy, RetentionSnapshot } from '../../../shared/domain/retention/index.ts';

/** "0.14.0" or undefined where restic is not installed. */
export function resticVersion(): string | undefined {
  try {
    return /^restic (\d+\.\d+\.\d+)/.exec(execFileSync('restic', ['version'], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}

const FLAGS: readonly (readonly [keyof RetentionPolicy, string])[] = [
  ['keepLast', '--keep-last'],
  ['keepHourly', '--keep-hourly'],
  ['keepDaily', '--keep-daily'],
  ['keepWeekly', '--keep-weekly'],
  ['keepMonthly', '--keep-monthly'],
  ['keepYearly', '--keep-yearly'],
  ['keepWithin', '--keep-within'],
  ['keepWithinHourly', '--keep-within-hourly'],
  ['keepWithinDaily', '--keep-within-daily'],
  ['keepWithinWeekly', '--keep-within-weekly'],
  ['keepWithinMonthly', '--keep-within-monthly'],
  ['keepWithinYearly', '--keep-within-yearly'],
];

/** A tiny repository that holds these snapshots; ask it what `forget` would keep. */
export class ResticRepository {
  readonly #folder = mkdtempSync(join(tmpdir(), 'high-noon-restic-'));
  readonly #idOf = new Map<string, string>();

  constructor(snapshots: readonly RetentionSnapshot[]) {
    this.#restic(['init']);
    for (const { id, time, tags } of snapshots) {
      const clock = new Date(time).toISOString().slice(0, 19).replace('T', ' ');
      const tagFlags = (tags ?? []).flatMap((tag) => ['--tag', tag]);
      const output = this.#restic(['backup', '--stdin', '--json', '--time', clock, ...tagFlags], id);
      const summary = output.split('\n').find((line) => line.includes('"snapshot_id"'));
      this.#idOf.set((JSON.parse(summary as string).snapshot_id as string).slice(0, 8), id);
    }
  }

  kept(policy: RetentionPolicy): Set<string> {
    const flags = FLAGS.flatMap(([rule, flag]) => (policy[rule] === undefined ? [] : [flag, String(policy[rule])]));
    const tagFlags = (policy.keepTags ?? []).flatMap((list) => ['--keep-tag', list.join(',')]);
    const output = this.#restic([
      'forget',
      '--dry-run',
      '--json',
      '--no-lock',
      '--group-by',
      '',
      ...flags,
      ...tagFlags,
    ]);
    const groups = JSON.parse(output) as { keep: { short_id: string }[] | null }[];
    return new Set(
      groups.flatMap(({ keep }) => (keep ?? []).map(({ short_id }) => this.#idOf.get(short_id) as string)),
    );
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #restic(args: readonly string[], input = ''): string {
    return execFileSync('restic', ['--no-cache', '--quiet', ...args], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        TZ: 'UTC',
        RESTIC_REPOSITORY: this.#folder,
        RESTIC_PASSWORD: 'only a test',
      },
    });
  }
}
