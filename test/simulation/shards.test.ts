import assert from 'node:assert/strict';
import { it } from 'node:test';
import { playScenario, singleFaults } from '../../shared/simulation/play-scenario.ts';
import { SCENARIOS } from '../../shared/simulation/scenarios.ts';

/** The proof plays every one of them; these are spread over all calls and kinds of fault. */
const EVERY = 7;

it('whatever one fault strikes at a run in shards, at its shards or at its join, nothing happens twice and it ends once', async () => {
  const scenario = SCENARIOS.find(({ shards }) => shards !== undefined);
  assert.ok(scenario !== undefined);
  const base = await playScenario(scenario, [], { notes: true });
  const points = singleFaults(base.result.notes).filter(({ key }) => key.startsWith('snapshot-orchestration'));
  assert.ok(points.length > 500, String(points.length));
  for (let index = 0; index < points.length; index += EVERY) {
    const strike = points[index];
    if (strike === undefined) continue;
    const { result, ends } = await playScenario(scenario, [strike]);
    assert.deepEqual(result.violations, [], JSON.stringify(strike));
    assert.match(ends['snapshot-orchestration'] ?? 'open', /^(passed|inconclusive)$/, JSON.stringify(strike));
  }
});
