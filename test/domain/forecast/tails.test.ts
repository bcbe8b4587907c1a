import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorLaw } from '../../../shared/domain/forecast/tails.ts';
import { randomFrom } from './suite.ts';

const normals = (count: number, seed = 1): Float64Array => {
  const random = randomFrom(seed);
  return Float64Array.from({ length: count }, () => random.normal());
};

describe('the law of the errors', () => {
  it('is near the normal one where there are no outliers', () => {
    const law = errorLaw(normals(4000), 4000);
    for (const side of [law.above, law.below]) {
      const reach = side(0.025);
      assert.ok(Math.abs(reach - 2.02) < 0.1, `${reach}`);
    }
  });

  it('reaches out on the side on which outliers were seen, and hardly on the other', () => {
    const residuals = normals(400).map((value, i) => (i % 25 === 0 ? 12 : value));
    const law = errorLaw(residuals, 400);
    assert.ok(law.above(0.025) > 3.5, `${law.above(0.025)}`);
    assert.ok(law.below(0.025) < 2.3, `${law.below(0.025)}`);
  });

  it('is not widened by one outlier, however far it is', () => {
    const clean = normals(200);
    const spoiled = clean.map((value, i) => (i === 77 ? 1e6 : value));
    const [without, with_] = [errorLaw(clean, 200).above(0.025), errorLaw(spoiled, 200).above(0.025)];
    assert.ok(with_ < 1.15 * without, `${without} became ${with_}`);
  });

  it('is wider where the fit has left little room, and where few values were seen', () => {
    const residuals = normals(30);
    assert.ok(errorLaw(residuals, 15).above(0.025) > 1.35 * errorLaw(residuals, 30).above(0.025));
  });

  it('has no width where nothing ever erred', () => {
    assert.equal(errorLaw(new Float64Array(20), 12).above(0.025), 0);
  });
});
