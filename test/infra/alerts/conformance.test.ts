import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import catalog from '../../../shared/catalog/alerts.json' with { type: 'json' };
import { type Plan, planOf } from '../support/plan.ts';
import { findPromtool, skipLoudly } from '../support/tools.ts';
import {
  judge,
  type Loss,
  PAGE_WITHIN_MINUTES,
  PAGE_WITHIN_MINUTES_AFTER_A_LOST_TICK,
  playAll,
  rulesOf,
} from './judge.ts';
import { situations } from './situations.ts';

const routeOf = new Map(catalog.policies.map((policy) => [policy.id, policy.route]));

/** Plan and engine, or null after a loud skip. */
function equipment(t: TestContext): { plan: Plan; promtool: string } | null {
  const plan = planOf(t, 'prod');
  if (plan === null) return null;
  const promtool = findPromtool();
  if (promtool === null) {
    skipLoudly(t, 'promtool is not installed (Debian package prometheus), so no alert was proven to fire');
    return null;
  }
  return { plan, promtool };
}

describe('alerts, from the points to the page', () => {
  const losses: readonly Loss[] = ['later', 'first'];
  for (const loss of losses) {
    const which = loss === 'first' ? 'with the first tick after the failure lost' : 'with one later tick lost';
    const longer =
      loss === 'first' ? ` (${PAGE_WITHIN_MINUTES_AFTER_A_LOST_TICK} where only that tick could tell)` : '';
    it(`page exactly those who are concerned within ${PAGE_WITHIN_MINUTES} minutes${longer}, ${which}`, (t) => {
      const ready = equipment(t);
      if (ready === null) return;
      const played = playAll(ready.promtool, rulesOf(ready.plan), situations, loss);
      const complaints = situations.flatMap((situation) => judge(situation, played.get(situation.title) ?? [], loss));
      assert.deepEqual(complaints, []);

      const rows = situations.flatMap((situation) =>
        situation.pages.map((page) => {
          const firing = played
            .get(situation.title)
            ?.find(({ rule, phase }) => rule === page.policy && phase === page.phase);
          return `${String((firing?.first ?? Number.NaN) - page.at + 1).padStart(3)} min  ${(routeOf.get(page.policy) ?? '?').padEnd(12)} ${page.policy.padEnd(24)} ${situation.title}`;
        }),
      );
      t.diagnostic(`minutes from failure to page, ${which}:\n${rows.join('\n')}`);
    });
  }

  it('have at least one situation that fires each policy and one that does not', () => {
    for (const { id } of catalog.policies) {
      assert.ok(
        situations.some(({ pages }) => pages.some((page) => page.policy === id)),
        `${id}: no situation fires it`,
      );
      assert.ok(
        situations.some(({ pages }) => !pages.some((page) => page.policy === id)),
        `${id}: no situation leaves it silent`,
      );
    }
    for (const { pages } of situations)
      for (const page of pages) assert.ok(routeOf.has(page.policy), `${page.policy}: not in the catalog`);
  });
});
