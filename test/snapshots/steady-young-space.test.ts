import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';

/** Makes garbage of which the newest survives, in a process of its own, and tells how large the young space became. */
function youngMiB(work: string): number {
  const module = new URL('../../shared/snapshots/steady-young-space.ts', import.meta.url).href;
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { withSteadyYoungSpace } from ${JSON.stringify(module)};
    const churn = async () => {
      const kept = new Array(200_000);
      for (let i = 0; i < 4_000_000; i++) kept[i % kept.length] = { i, text: String(i) };
    };
    ${work}
    const { space_size: bytes } = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    process.stdout.write(String(bytes / 1024 ** 2));`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }));
}

describe('work with a steady young space', () => {
  it('does not let the space of young objects grow, and lets it grow again afterwards', () => {
    const steady = youngMiB('await withSteadyYoungSpace(churn);');
    const usual = youngMiB('await churn();');
    const after = youngMiB(
      'await withSteadyYoungSpace(async () => { throw new Error(); }).catch(() => undefined); await churn();',
    );
    const beside = youngMiB(`
      const soon = async () => {};
      const later = async () => { for (let i = 0; i < 9; i++) await null; await churn(); };
      await Promise.all([withSteadyYoungSpace(soon), withSteadyYoungSpace(later)]);`);
    assert.ok(steady * 2 <= usual, `${steady} MiB steady, ${usual} MiB as usual`);
    assert.ok(beside * 2 <= usual, `${beside} MiB beside another work that ended, ${usual} MiB as usual`);
    assert.ok(steady * 2 <= after, `${steady} MiB steady, ${after} MiB afterwards`);
  });
});
