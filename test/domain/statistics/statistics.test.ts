import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  holtWinters,
  linearRegression,
  mad,
  mannKendall,
  normalCdf,
  normalQuantile,
  pettitt,
  type QuantileType,
  quantile,
  theilSen,
  wilson,
} from '../../../shared/domain/statistics/index.ts';
import { allCloseTo, closeTo } from './close-to.ts';
import { LONGLEY, NORRIS } from './norris-longley.ts';
// Made with R 4.2.2 (quantile, mad, prop.test, HoltWinters, pnorm, qnorm, and the trend package's mk.test and
// pettitt.test) and SciPy 1.17.1 (theilslopes, and kendalltau as a second opinion on tau).
import reference from './reference.json' with { type: 'json' };

const series = new Map(reference.series.map((entry) => [entry.name, entry]));
const ysOf = (name: string): number[] => (series.get(name) as (typeof reference.series)[number]).ys;

describe('statistics equal their reference implementations', () => {
  for (const entry of reference.series) {
    it(`gives R's quantiles of every type for ${entry.name}`, () => {
      entry.quantiles.forEach((expected, row) => {
        const actual = reference.probabilities.map((p) => quantile(entry.ys, p, (row + 1) as QuantileType));
        allCloseTo(actual, expected, `type ${row + 1}`);
      });
    });

    it(`gives the trend package's Mann-Kendall and Pettitt tests for ${entry.name}`, () => {
      const trend = mannKendall(entry.ys);
      for (const key of ['s', 'z', 'p', 'tau'] as const) closeTo(trend[key], entry.mannKendall[key], key);
      const step = pettitt(entry.ys);
      for (const key of ['k', 'index', 'p'] as const) closeTo(step[key], entry.pettitt[key], key);
    });

    it(`gives R's median and unscaled deviation for ${entry.name}`, () => {
      const spread = mad(entry.ys);
      closeTo(spread.median, entry.mad.median, 'median');
      closeTo(spread.mad, entry.mad.mad, 'mad');
    });
  }

  for (const entry of reference.theilSen) {
    it(`gives SciPy's Theil-Sen line for ${entry.name} over ${entry.kind} at ${entry.confidence}`, () => {
      const line = theilSen(entry.xs, ysOf(entry.name), entry.confidence);
      for (const key of ['slope', 'intercept', 'lower', 'upper'] as const) closeTo(line[key], entry[key], key);
    });
  }

  for (const entry of reference.wilson) {
    it(`gives R's score interval for ${entry.k} of ${entry.n} at ${entry.confidence}`, () => {
      const interval = wilson(entry.k, entry.n, entry.confidence);
      closeTo(interval.lower, entry.lower, 'lower');
      closeTo(interval.upper, entry.upper, 'upper');
    });
  }

  for (const entry of reference.holtWinters) {
    it(`gives R's Holt-Winters recursions for ${entry.name}`, () => {
      const model = holtWinters(ysOf(entry.name), entry.options);
      closeTo(model.level, entry.level, 'level');
      closeTo(model.trend, entry.trend, 'trend');
      closeTo(model.sse, entry.sse, 'sse');
      allCloseTo(model.seasonal, entry.seasonal, 'seasonal');
      allCloseTo(model.fitted, entry.fitted, 'fitted');
      allCloseTo(model.ahead(entry.ahead.length), entry.ahead, 'ahead');
    });
  }

  it('gives the normal distribution to twelve digits, far tails included', () => {
    for (const [z, p] of reference.normalCdf as [number, number][]) {
      assert.ok(Math.abs(normalCdf(z) / p - 1) < 1e-12, `cdf(${z}) = ${normalCdf(z)}, expected ${p}`);
    }
    for (const [p, z] of reference.normalQuantile as [number, number][]) {
      closeTo(normalQuantile(p), z, `quantile(${p})`, 1e-12);
    }
  });

  it("gives NIST's certified values for Norris", () => {
    const fit = linearRegression([NORRIS.xs], NORRIS.ys);
    allCloseTo(fit.coefficients, NORRIS.coefficients, 'coefficients');
    allCloseTo(fit.standardErrors, NORRIS.standardErrors, 'standard errors');
    closeTo(fit.residualStandardDeviation, NORRIS.residualStandardDeviation, 'residual');
    closeTo(fit.rSquared, NORRIS.rSquared, 'r squared');
  });

  it("gives NIST's certified values for Longley, whose predictors are nearly collinear", () => {
    const fit = linearRegression(LONGLEY.predictors, LONGLEY.ys);
    fit.coefficients.forEach((value, i) => {
      assert.ok(Math.abs(value / (LONGLEY.coefficients[i] as number) - 1) < 1e-9, `coefficient ${i}: ${value}`);
    });
    fit.standardErrors.forEach((value, i) => {
      assert.ok(Math.abs(value / (LONGLEY.standardErrors[i] as number) - 1) < 1e-9, `standard error ${i}: ${value}`);
    });
    closeTo(fit.residualStandardDeviation, LONGLEY.residualStandardDeviation, 'residual');
    closeTo(fit.rSquared, LONGLEY.rSquared, 'r squared');
  });
});

describe('statistics at their edges', () => {
  it('proves only 64.6 % with seven successes of seven', () => {
    const { lower, upper } = wilson(7, 7, 0.95);
    assert.equal(lower.toFixed(3), '0.646');
    assert.equal(upper, 1);
    assert.equal(wilson(0, 7, 0.95).lower, 0);
  });

  it('claims no trend and no step in constant values', () => {
    assert.deepEqual(mannKendall([4, 4, 4, 4]), { s: 0, z: 0, p: 1, tau: 0 });
    assert.deepEqual(pettitt([4, 4, 4, 4]), { k: 0, index: 1, p: 1 });
    assert.deepEqual(mad([4, 4, 4]), { median: 4, mad: 0 });
    assert.deepEqual(theilSen([0, 1, 2], [4, 4, 4], 0.95), { slope: 0, intercept: 4, lower: 0, upper: 0 });
  });

  it('puts the step of Pettitt at the first value of the new level', () => {
    const ys = [...Array(20).fill(1), ...Array(20).fill(5)];
    assert.equal(pettitt(ys).index, 20);
    assert.equal(ys[pettitt(ys).index], 5);
  });

  it('gives the whole range of slopes where ties leave no variance to work with', () => {
    const xs = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    const ys = [2, 2, 2, 2, 2, 2, 2, 2, 5, 4];
    const line = theilSen(xs, ys, 0.95);
    assert.deepEqual([line.lower, line.upper], [-1, 2]);
  });

  it('does not change the values it is given', () => {
    const ys = [3, 1, 2, 9, 4];
    quantile(ys, 0.5);
    mad(ys);
    theilSen([0, 1, 2, 3, 4], ys, 0.9);
    pettitt(ys);
    assert.deepEqual(ys, [3, 1, 2, 9, 4]);
  });

  it('refuses nothing, NaN and infinity, naming the place', () => {
    const calls: [string, (xs: number[]) => unknown][] = [
      ['quantile', (xs) => quantile(xs, 0.5)],
      ['mad', (xs) => mad(xs)],
      ['mannKendall', (xs) => mannKendall(xs)],
      ['pettitt', (xs) => pettitt(xs)],
      ['theilSen', (xs) => theilSen(xs, xs, 0.95)],
      ['linearRegression', (xs) => linearRegression([xs], xs)],
      ['holtWinters', (xs) => holtWinters(xs, { alpha: 0.5, beta: 0.1, gamma: 0.1, season: 2 })],
    ];
    for (const [name, call] of calls) {
      assert.throws(() => call([]), new RegExp(`${name}.*0 values, at least \\d`));
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        assert.throws(() => call([1, 2, bad, 4, 5]), new RegExp(`${name}.*${bad} at index 2 is not a finite number`));
      }
    }
  });

  it('refuses arguments out of range, saying what is allowed', () => {
    assert.throws(() => quantile([1], 1.01), /probability 1.01 is not between 0 and 1/);
    assert.throws(() => quantile([1], 0.5, 10 as QuantileType), /type 10 is not one of 1 to 9/);
    assert.throws(() => wilson(8, 7, 0.95), /k 8 is not a whole number from 0 to n = 7/);
    assert.throws(() => wilson(0, 0, 0.95), /n 0 is not a whole number of at least 1/);
    assert.throws(() => wilson(1, 2, 95), /confidence 95 is not between 0 and 1/);
    assert.throws(() => theilSen([1, 1], [1, 2], 0.95), /all 2 xs are equal/);
    assert.throws(() => theilSen([1, 2, 3], [1, 2], 0.95), /3 xs but 2 ys/);
    assert.throws(
      () =>
        linearRegression(
          [
            [1, 2, 3, 4, 5],
            [2, 4, 6, 8, 10],
          ],
          [1, 2, 2, 3, 5],
        ),
      /predictor 2 is constant or/,
    );
    assert.throws(
      () => holtWinters([1, 2, 3, 4], { alpha: 0, beta: 0, gamma: 0, season: 2 }),
      /alpha 0 is not above 0/,
    );
    assert.throws(() => holtWinters([1, 2, 3], { alpha: 1, beta: 0, gamma: 0, season: 2 }), /3 values, at least 4/);
  });
});
