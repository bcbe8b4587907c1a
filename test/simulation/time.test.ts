import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { epochMs, instant } from '../../shared/domain/time.ts';
import { Dice } from '../../shared/simulation/random.ts';

describe('instants', () => {
  it('are what Date makes of the same milliseconds, in any order of days', () => {
    const dice = new Dice(4);
    const days = [0, 951_782_400_000, 1_582_934_400_000, 1_763_942_400_000, 253_402_214_400_000];
    for (let step = 0; step < 20_000; step++) {
      const ms = Math.floor(dice.pick(days) + dice.between(-1, 2) * 86_400_000 + (dice.chance(0.1) ? 0.7 : 0));
      if (ms > 253_402_300_799_999) continue;
      const text = new Date(ms).toISOString();
      assert.equal(instant(ms), text);
      assert.equal(epochMs(text), ms);
    }
    assert.equal(instant(1_763_942_400_000.9), '2025-11-24T00:00:00.000Z');
    assert.equal(epochMs('2025-11-24T00:00:00+01:00'), 1_763_938_800_000);
    assert.throws(() => instant(Number.NaN), RangeError);
  });
});
