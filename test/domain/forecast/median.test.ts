import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { medianInPlace, medianOf, Scratch } from '../../../shared/domain/forecast/median.ts';
import { medianOfSorted, sorted } from '../../../shared/domain/statistics/checks.ts';

const few = fc.integer({ min: -3, max: 3 });
const numbers = fc.oneof(
  fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 200 }),
  // Ties, and runs that are sorted already or the wrong way round.
  fc.array(few, { minLength: 1, maxLength: 50 }),
  fc.array(few, { minLength: 1, maxLength: 50 }).map((values) => values.sort((a, b) => a - b)),
  fc.array(few, { minLength: 1, maxLength: 50 }).map((values) => values.sort((a, b) => b - a)),
);

describe('the median', () => {
  it('is that of the sorted values, however many are equal', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        assert.equal(medianOf(values) + 0, medianOfSorted(sorted(values)) + 0);
      }),
      { seed: 71, numRuns: 3_000 },
    );
  });

  it('leaves the values of its caller as they are, and takes more than it ever had room for', () => {
    const values = Float64Array.from({ length: 5_001 }, (_, i) => (i * 7_919) % 5_001);
    const before = [...values];
    assert.equal(medianOf(values), 2_500);
    assert.deepEqual([...values], before);
    assert.equal(medianInPlace(Float64Array.of(4, 1, 3, 2)), 2.5);
  });

  it('hands out as much room as was asked for', () => {
    const scratch = new Scratch();
    assert.deepEqual(
      [1, 1_024, 1_025, 100_000, 3].map((count) => scratch.take(count).length),
      [1, 1_024, 1_025, 100_000, 3],
    );
  });
});
