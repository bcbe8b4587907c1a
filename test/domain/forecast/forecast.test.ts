import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { backTest, type Forecast, forecast } from '../../../shared/domain/forecast/index.ts';
import { ets } from './ets.ts';
import { allKnowing, type Interval, meanScore, scoreOf, seasonalNaive } from './score.ts';
import { HORIZON, randomFrom, SEASON, type Series, suiteOf } from './suite.ts';

const OPTIONS = { season: 7, horizon: 14, confidence: 0.95 };
const WEEK = [3, 1, 0, -1, 1, -2, -2];

function made(ys: ArrayLike<number | null>, options: Partial<typeof OPTIONS> = {}): Forecast {
  const answer = forecast(ys, { ...OPTIONS, ...options });
  assert.ok(!('abstained' in answer), 'it abstained');
  return answer;
}

/** Level 100, the week above, a trend a day, and noise of the given deviation from a fixed seed. */
function daily(length: number, trend = 0, noise = 0, seed = 1): number[] {
  const random = randomFrom(seed);
  return Array.from({ length }, (_, day) => 100 + trend * day + (WEEK[day % 7] as number) + noise * random.normal());
}

function near(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expected.forEach((value, i) => {
    assert.ok(
      Math.abs((actual[i] as number) - value) <= tolerance,
      `[${i}] ${actual[i]} is not ${value} +- ${tolerance}`,
    );
  });
}

describe('forecast', () => {
  it('abstains below 14 observed values or two seasons, and says why', () => {
    assert.deepEqual(forecast(daily(13), OPTIONS), { abstained: '13 values observed, at least 14 are needed' });
    assert.deepEqual(forecast([], OPTIONS), { abstained: '0 values observed, at least 14 are needed' });
    assert.deepEqual(forecast([...daily(13), null, null], OPTIONS), {
      abstained: '13 values observed, at least 14 are needed',
    });
    assert.deepEqual(forecast(daily(20), { ...OPTIONS, season: 12 }), {
      abstained: '20 values observed, at least 24 are needed',
    });
    assert.ok('mean' in forecast(daily(14, 0, 1), OPTIONS));
  });

  it('continues a season and a trend without noise', () => {
    near(made(daily(70, 0.5)).mean, daily(84, 0.5).slice(70), 0.2);
  });

  it('is not moved by outliers', () => {
    const clean = daily(90, 0.1, 1);
    const spoiled = clean.map((y, day) => (day % 19 === 5 || day === 88 ? y * 4 : y));
    near(made(spoiled).mean, made(clean).mean, 1);
  });

  it('starts from the level after a step, not from the mean of both', () => {
    const stepped = daily(90, 0, 1).map((y, day) => (day >= 60 ? y + 40 : y));
    near(
      made(stepped).mean,
      daily(104)
        .slice(90)
        .map((y) => y + 40),
      1.5,
    );
  });

  it('believes a step of two weeks ago in however long a history', () => {
    const stepped = daily(365, 0, 1).map((y, day) => (day >= 350 ? y + 40 : y));
    near(
      made(stepped).mean,
      daily(379)
        .slice(365)
        .map((y) => y + 40),
      2,
    );
  });

  it('continues a season that grows under a level that does not', () => {
    const random = randomFrom(6);
    const at = (day: number): number => 500 + 10 * Math.exp(day / 140) * (WEEK[day % 7] as number);
    const { mean } = made(Array.from({ length: 140 }, (_, day) => at(day) + 3 * random.normal()));
    near(
      mean,
      Array.from({ length: 14 }, (_, h) => at(140 + h)),
      7,
    );
  });

  it('continues growth by shares', () => {
    const random = randomFrom(3);
    const grown = Array.from({ length: 134 }, (_, day) => 50 * Math.exp(0.015 * day + 0.02 * random.normal()));
    const { mean } = made(grown.slice(0, 120));
    grown.slice(120).forEach((value, h) => {
      assert.ok(Math.abs((mean[h] as number) / value - 1) < 0.08, `day ${h}: ${mean[h]} for ${value}`);
    });
  });

  it('follows growth that bends upwards under a noise that does not grow', () => {
    const random = randomFrom(4);
    const bent = Array.from({ length: 164 }, (_, day) => 20 * Math.exp(0.012 * day) - 15 + 2 * random.normal());
    // Moved below 0, where logarithms cannot help; a straight line lies far too low.
    const { mean } = made(bent.slice(0, 150).map((y) => y - 40));
    near(
      mean,
      Array.from({ length: 14 }, (_, h) => 20 * Math.exp(0.012 * (150 + h)) - 55),
      8,
    );
  });

  it('starts from the last deviation where deviations last, and forgets it over the days', () => {
    const random = randomFrom(8);
    let carried = 0;
    const ys = Array.from({ length: 200 }, (_, day) => {
      carried = 0.7 * carried + random.normal();
      return 100 + (WEEK[day % 7] as number) + carried;
    });
    const at = (deviation: number): number[] => made([...ys, 100 + (WEEK[200 % 7] as number) + deviation]).mean;
    const [high, low] = [at(2), at(-2)];
    const gap = (h: number): number => (high[h] as number) - (low[h] as number);
    assert.ok(gap(0) > 1, `the first day differs by ${gap(0)}`);
    assert.ok(gap(10) < gap(0) / 3, `the eleventh by ${gap(10)}`);
  });

  it('keeps a missing day in its place in the week', () => {
    const full = daily(84, 0.3, 0.5);
    const gaps = full.map((y, day) => (day % 9 === 4 ? null : y));
    near(made(gaps).mean, made(full).mean, 0.6);
    // Left out instead, every later day would move to another weekday.
    const closed = made(gaps.filter((y) => y !== null)).mean;
    assert.ok(closed.some((value, h) => Math.abs(value - (made(full).mean[h] as number)) > 1.5));
  });

  it('keeps rates within 0 and 1, and durations above 0', () => {
    const random = randomFrom(5);
    const rates = Array.from({ length: 60 }, () => Math.min(1, 0.985 + 0.02 * random.normal()));
    const rate = made(rates);
    assert.ok([...rate.mean, ...rate.upper].every((y) => y <= 1) && rate.lower.every((y) => y >= 0));
    const falling = Array.from({ length: 60 }, (_, day) => Math.max(0, 30 - 0.5 * day + random.normal()));
    assert.ok([...made(falling).mean, ...made(falling).lower].every((y) => y >= 0));
    const free = forecast(falling, { ...OPTIONS, bounds: {} }) as Forecast;
    assert.ok(free.lower.some((y) => y < 0));
  });

  it('says constant values will stay', () => {
    const { mean, lower, upper } = made(Array(30).fill(42));
    for (const values of [mean, lower, upper]) near(values, Array(14).fill(42), 1e-6);
  });

  it('widens with the confidence and with the days ahead', () => {
    const ys = daily(40, 0.2, 2);
    const width = (f: Forecast, h: number): number => (f.upper[h] as number) - (f.lower[h] as number);
    assert.ok(width(made(ys, { confidence: 0.99 }), 5) > width(made(ys, { confidence: 0.8 }), 5));
    assert.ok(width(made(ys), 13) > width(made(ys), 6), 'same weekday, a week later');
  });

  it('holds lower <= mean <= upper and finite numbers for whatever it is given', () => {
    const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    const series = fc.array(fc.option(value, { freq: 9 }), { minLength: 14, maxLength: 60 });
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 20 }), (ys, season, horizon) => {
        const answer = forecast(ys, { season, horizon, confidence: 0.9 });
        if ('abstained' in answer) return;
        for (const list of [answer.mean, answer.lower, answer.upper]) {
          assert.equal(list.length, horizon);
          assert.ok(list.every(Number.isFinite));
        }
        answer.mean.forEach((mean, h) => {
          assert.ok((answer.lower[h] as number) <= mean && mean <= (answer.upper[h] as number));
        });
      }),
      { numRuns: 40 },
    );
  });

  it('scales with the unit: milliseconds or seconds give the same forecast', () => {
    const ys = daily(80, 0.1, 2, 9);
    const small = made(ys.map((y) => y / 1000));
    const large = made(ys);
    near(
      small.mean.map((y) => y * 1000),
      large.mean,
      1e-6,
    );
    near(
      small.upper.map((y) => y * 1000),
      large.upper,
      1e-6,
    );
  });

  it('refuses what is not a number and options out of range, naming them', () => {
    const bad = [...daily(20), Number.NaN];
    assert.throws(() => forecast(bad, OPTIONS), /value NaN at index 20 is neither a finite number nor null/);
    assert.throws(() => forecast(daily(20), { ...OPTIONS, season: 0 }), /season 0 is not a whole number of at least 1/);
    assert.throws(() => forecast(daily(20), { ...OPTIONS, horizon: 1.5 }), /horizon 1.5 is not a whole number/);
    assert.throws(() => forecast(daily(20), { ...OPTIONS, confidence: 95 }), /confidence 95 is not between 0 and 1/);
  });
});

describe('forecast of fresh suites', () => {
  it('beats a textbook ETS and holds what it promises', () => {
    // Two thirds of one suite, for time; the bench prints whole ones.
    const suite = suiteOf(20_261_123).slice(0, 40);
    const score = (method: (series: Series) => Interval) =>
      meanScore(suite.map((series) => scoreOf(series, method(series))));
    const our = score(({ past }) => made(past));
    const [peer, naive] = [score(({ past }) => ets(past)), score(({ past }) => seasonalNaive(past))];
    assert.ok(our.mase < 0.88 * peer.mase, `MASE ${our.mase} against ${peer.mase}`);
    assert.ok(our.msis < 0.8 * peer.msis, `MSIS ${our.msis} against ${peer.msis}`);
    assert.ok(our.mase < 0.7 * naive.mase, `MASE ${our.mase} against ${naive.mase}`);
    assert.ok(our.coverage > 0.92 && our.coverage < 0.98, `coverage ${our.coverage}`);
    const floor = score(allKnowing);
    assert.ok(floor.msis < our.msis && floor.mase < our.mase, 'nobody beats who knows the law');
    assert.equal(HORIZON, OPTIONS.horizon);
    assert.equal(SEASON, OPTIONS.season);
  });
});

describe('back-test', () => {
  it('tells error, coverage and how much better than a week ago', () => {
    const result = backTest(daily(120, 0.1, 2), OPTIONS);
    assert.ok(!('abstained' in result));
    assert.equal(result.origins, 6);
    assert.equal(result.compared, 6 * 14);
    assert.ok(result.meanAbsoluteError > 1 && result.meanAbsoluteError < 2.5, `${result.meanAbsoluteError}`);
    assert.ok((result.mase as number) < 1);
    assert.ok(result.coverage > 0.85);
  });

  it('sees a method fail where the series turns', () => {
    const turned = daily(100, 0, 0.5).map((y, day) => (day >= 86 ? y + 50 : y));
    const result = backTest(turned, { ...OPTIONS, origins: 1 });
    assert.ok(!('abstained' in result));
    assert.ok(result.meanAbsoluteError > 45);
    assert.equal(result.coverage, 0);
  });

  it('abstains where no cut leaves enough, and counts only observed days', () => {
    assert.deepEqual(backTest(daily(20), OPTIONS), {
      abstained: 'before the last 14 steps: 6 values observed, at least 14 are needed',
    });
    const gaps = daily(60, 0, 1).map((y, day) => (day >= 50 && day % 2 === 0 ? null : y));
    const result = backTest(gaps, { ...OPTIONS, horizon: 10, origins: 1 });
    assert.ok(!('abstained' in result));
    assert.equal(result.compared, 5);
  });

  it('gives null for its ratio where a week ago never erred', () => {
    const result = backTest(Array(40).fill(7), OPTIONS);
    assert.ok(!('abstained' in result));
    assert.equal(result.mase, null);
    assert.equal(result.coverage, 1);
  });
});
