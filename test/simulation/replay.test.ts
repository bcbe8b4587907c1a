import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shrink } from '../../shared/simulation/shrink.ts';
import { worldOptions } from '../../shared/simulation/simulate.ts';
import { Simulation } from '../../shared/simulation/simulation.ts';
import type { SimulationOptions } from '../../shared/simulation/stage.ts';

const play = (options: SimulationOptions) => new Simulation(options).run();
const traceOf = async (options: SimulationOptions) => (await play({ ...options, trace: true })).trace.join('\n');

describe('a seed', () => {
  it('replays to the same trace, byte for byte', async () => {
    for (const seed of [3, 11, 12]) {
      const options = worldOptions(seed, 'swarm', 3);
      const first = await traceOf(options);
      assert.ok(first.length > 10_000);
      assert.equal(await traceOf(options), first);
    }
  });

  it('tells another story than the next one', async () => {
    assert.notEqual(await traceOf(worldOptions(3, 'swarm', 1)), await traceOf(worldOptions(4, 'swarm', 1)));
  });

  it('plays the same when every document is copied at every read and write: nobody changes one in place', async () => {
    for (const seed of [5, 26]) {
      const options = worldOptions(seed, 'swarm', 3);
      assert.equal(await traceOf({ ...options, copies: true }), await traceOf(options));
    }
  });

  it('leaves the other faults where they are when one is left out', async () => {
    const options = worldOptions(26, 'swarm', 2);
    const { injected } = await play(options);
    const keys = injected.map(({ key }) => key);
    assert.ok(keys.length > 3);
    const all = await play({ ...options, only: new Set(keys) });
    assert.deepEqual(all.injected, injected);
    const [first = '', ...rest] = keys;
    const fewer = await play({ ...options, only: new Set(rest) });
    assert.ok(!fewer.injected.some(({ key }) => key === first));
  });

  it('is shrunk to the faults that a violation needs', async () => {
    const options = worldOptions(26, 'swarm', 2);
    // A found violation stands in for one: any run breaks it that has the first fault.
    const found = await play(options);
    const shortest = await shrink(options, found);
    assert.deepEqual(shortest.violations, []);
  });
});
