import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { playScenario } from '../../shared/simulation/play-scenario.ts';
import { SCENARIOS } from '../../shared/simulation/scenarios.ts';

describe('told days', () => {
  for (const scenario of SCENARIOS) {
    it(`${scenario.name}: ends as it must, and every invariant holds`, async () => {
      const { result, ends } = await playScenario(scenario);
      assert.deepEqual(result.violations, []);
      for (const [phase, ending] of Object.entries(scenario.ends)) assert.equal(ends[phase], ending, phase);
    });
  }
});
