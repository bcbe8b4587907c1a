import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CALM, type Profile } from '../../shared/simulation/faults.ts';
import { simulate, worldOptions } from '../../shared/simulation/simulate.ts';
import { Simulation } from '../../shared/simulation/simulation.ts';

const request = (days: number, faults: 'none' | 'uniform' | 'swarm') => ({ days, seed: 9, faults, cpuMs: () => 0 });

describe('simulated worlds', () => {
  it('are green without faults: every chain passes, and each day changes the world once', async () => {
    const answer = await simulate(request(16, 'none'));
    assert.deepEqual(answer.violations, []);
    assert.equal(answer.endings['high-noon-sync passed'], 16);
    assert.equal(answer.injectedFaults, 0);
  });

  for (const faults of ['uniform', 'swarm'] as const)
    it(`hold every invariant under ${faults} faults`, async () => {
      const answer = await simulate(request(240, faults));
      assert.deepEqual(answer.violations, []);
      assert.equal(answer.days, 240);
      assert.ok(answer.injectedFaults > 200);
    });

  it('end the same, with the same effects, when metrics and senders fail', async () => {
    const troubled: Profile = {
      ...CALM,
      verdicts: { fails: 0.03, unknown: 0.02, soft: 0.05, violates: 0.01, slow: 0 },
    };
    for (let seed = 1; seed <= 10; seed++) {
      const options = { ...worldOptions(seed, 'none', 4), profile: troubled };
      const failing = {
        ...troubled,
        calls: { ...CALM.calls, metrics: 0.9, messenger: 0.7 },
        callKinds: ['error', 'refused', 'ambiguous'] as const,
      };
      const healthy = await new Simulation(options).run();
      const ill = await new Simulation({ ...options, profile: failing }).run();
      assert.deepEqual(ill.violations, []);
      assert.deepEqual([...ill.endings].sort(), [...healthy.endings].sort());
      assert.equal(ill.effects, healthy.effects);
    }
  });

  it('go on from whatever stands when every fault ends', async () => {
    const [begins, ends] = [10.4 * 3_600_000, 12.8 * 3_600_000];
    for (let seed = 1; seed <= 24; seed++) {
      const healsAtMs = begins + ((ends - begins) * seed) / 24;
      const { violations, trace } = await new Simulation({
        ...worldOptions(seed, 'swarm', 1),
        healsAtMs,
        trace: true,
      }).run();
      assert.deepEqual(violations, [], `seed ${seed}`);
      const healed = trace.findIndex((line) => line.endsWith('every fault ends'));
      assert.ok(healed > 0);
      assert.ok(!trace.slice(healed).some((line) => line.includes('<<<')), `seed ${seed}: a fault after the last`);
    }
  });
});
