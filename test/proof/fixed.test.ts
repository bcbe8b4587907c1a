import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

interface Step {
  readonly name: string;
  readonly isHeld: boolean;
  readonly answer: {
    readonly days?: number;
    readonly points?: number;
    readonly violations: readonly unknown[];
    readonly recoveryAfterCrashSeconds?: { readonly count: number; readonly p95: number };
  };
}

const sum = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((all, one) => all + (one ?? 0), 0);

describe('the fixed part of the proof', () => {
  it('plays 100,000 days with faults and every single fault of every told day, and no invariant breaks', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['test/proof/run.mjs', '--fixed'], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    assert.equal(status, 0, stderr);
    const { isHeld, steps } = JSON.parse(stdout) as { isHeld: boolean; steps: readonly Step[] };
    assert.equal(isHeld, true);
    for (const { name, answer } of steps) assert.deepEqual(answer.violations, [], name);
    assert.equal(sum(steps.map(({ answer }) => answer.days)), 100_000);
    assert.ok(sum(steps.map(({ answer }) => answer.points)) > 50_000);
    for (const { answer } of steps) {
      const recovery = answer.recoveryAfterCrashSeconds;
      if (recovery !== undefined) assert.ok(recovery.count > 100 && recovery.p95 <= 180, JSON.stringify(recovery));
    }
  });
});
