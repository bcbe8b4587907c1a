import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dayHeadline, judgeDay } from '../../../functions/cli/render/day.ts';
import type { PhaseName } from '../../../shared/domain/catalog.ts';
import { type Ending, exitCodeOf, isJudged } from '../../../shared/domain/ending.ts';
import type { Verdict } from '../../../shared/domain/verdict.ts';

const DATE = '2026-11-24';

function ended(phase: PhaseName, ending: Ending, verdict = (isJudged(ending) ? ending : null) as Verdict | null) {
  return { phase, ending, verdict, status: 'concluded' as const, exitCode: exitCodeOf(ending, verdict) };
}
const waiting = (phase: PhaseName) => ({ phase, ending: null, verdict: null, status: 'waiting', exitCode: 1 }) as const;
const snapshot = ended('snapshot-orchestration', 'passed');
const chain = (...endings: readonly [Ending, Ending, Ending]) =>
  (['t-90-prep', 't-30-final-check', 'high-noon-sync'] as const).map((phase, index) =>
    ended(phase, endings[index] ?? 'missed'),
  );
const said = (runs: Parameters<typeof judgeDay>[0]) => [dayHeadline(DATE, runs), judgeDay(runs).verdict];

describe('the judgement of a day', () => {
  it('is passed only when every slot was judged good', () => {
    assert.deepEqual(said([snapshot, ...chain('passed', 'passed', 'passed')]), [
      `${DATE}: PASSED (exit code 0), noon passed`,
      'passed',
    ]);
    assert.deepEqual(said([snapshot, ...chain('passed', 'degraded', 'passed')]), [
      `${DATE}: DEGRADED (exit code 0), noon passed`,
      'degraded',
    ]);
  });

  it('is never passed by good snapshots when a lockdown refused the chain', () => {
    assert.deepEqual(said([snapshot, ...chain('refused', 'refused', 'refused')]), [
      `${DATE}: REFUSED (exit code 4), noon refused`,
      'inconclusive',
    ]);
    assert.deepEqual(said([snapshot, ...chain('passed', 'failed', 'refused')]), [
      `${DATE}: REFUSED (exit code 4), noon refused`,
      'failed',
    ]);
  });

  it('leads with the violation, or the failure, that the other endings follow from', () => {
    assert.deepEqual(said([snapshot, ...chain('violated', 'refused', 'refused')]), [
      `${DATE}: VIOLATED (exit code 4), noon refused`,
      'violated',
    ]);
    assert.deepEqual(said([snapshot, ...chain('failed', 'skipped', 'skipped')]), [
      `${DATE}: FAILED (exit code 1), noon skipped`,
      'failed',
    ]);
  });

  it('names the ending of slots that nothing was judged on', () => {
    assert.deepEqual(said([snapshot, ...chain('missed', 'skipped', 'skipped')]), [
      `${DATE}: SKIPPED (exit code 1), noon skipped`,
      'inconclusive',
    ]);
    assert.deepEqual(said([snapshot, waiting('high-noon-sync')]), [
      `${DATE}: NOT CONCLUDED (exit code 1), noon not concluded`,
      'inconclusive',
    ]);
    assert.deepEqual(said([waiting('high-noon-sync')])[1], null);
  });
});
