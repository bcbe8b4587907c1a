import { type Fit, fitSeries } from './fit.ts';
import { spreadOf } from './interval.ts';
import { memoryOf } from './memory.ts';
import { type Observations, observationsOf } from './observations.ts';
import { type ForecastOptions, reasonToAbstain, requireOptions, requireValues } from './options.ts';
import { PLAIN, type Scale, scalesFor } from './scale.ts';
import { trendClock } from './trend-clock.ts';

/** One value per step ahead, in the values' unit; lower and upper hold the truth with the asked confidence. */
export type Forecast = { mean: number[]; lower: number[]; upper: number[] };
export type Abstention = { abstained: string };

type Candidate = { scale: Scale; observations: Observations; fit: Fit; badness: number };

/** What a bent shape must be better by, in units of log likelihood: a wrong one makes a slope explode. */
const BENT = 2;
const STEP_PRICE = 1.5;
/** How far the slope may rise from start to end of the past on the plain scale: e^g times. */
const GROWTHS = [1, 2];
/** A bend is looked for only in histories at least this long. */
const BENT_FROM = 42;

function candidate(observed: Observations, season: number, scale: Scale, growth: number): Candidate {
  const { ys, length } = observed;
  const observations = { ...observed, ys: ys.map(scale.to), clock: trendClock(length, growth) };
  const fit = fitSeries(observations, season);
  const n = ys.length;
  const meanResidual = fit.residuals.reduce((total, value) => total + Math.abs(value), 0) / n;
  const slopes = ys.reduce((total, y) => total + scale.logSlope(y), 0);
  const likelihood = -n * Math.log(Math.max(meanResidual, 1e-300)) + slopes;
  // Steps cost as the Bayesian criterion has it, place and height: or else a curve is taken for a staircase.
  const price = fit.steps.length * Math.log(n) * STEP_PRICE + (growth === 0 && scale === PLAIN ? 0 : BENT);
  return { scale, observations, fit, badness: price - likelihood };
}

/** The shape of trend and scale that explains the values best, by Laplace likelihood in their own unit. */
function bestShape(observed: Observations, season: number): Candidate {
  const growths = observed.ys.length >= BENT_FROM ? GROWTHS : [];
  const candidates = [
    ...scalesFor(observed.ys).map((scale) => candidate(observed, season, scale, 0)),
    ...growths.map((growth) => candidate(observed, season, PLAIN, growth)),
  ];
  return candidates.reduce((best, other) => (other.badness < best.badness ? other : best));
}

function boundsOf(ys: Float64Array, asked: ForecastOptions['bounds']): { lower: number; upper: number } {
  if (asked !== undefined) {
    return { lower: asked.lower ?? Number.NEGATIVE_INFINITY, upper: asked.upper ?? Number.POSITIVE_INFINITY };
  }
  const isPositive = ys.every((y) => y >= 0);
  const isRate = isPositive && ys.every((y) => y <= 1);
  return { lower: isPositive ? 0 : Number.NEGATIVE_INFINITY, upper: isRate ? 1 : Number.POSITIVE_INFINITY };
}

/**
 * Says the next values of a series of equal steps, with intervals. The model: a level that may have changed in steps, a
 * straight trend (on a logarithmic scale where that fits better) and a season, estimated so that outliers do not
 * matter; what is left of the last deviation; intervals from the quantiles of the residuals.
 * @param ys oldest first; null where nothing was observed
 * @returns an abstention with its reason below 14 observed values or two seasons
 * @throws RangeError for a value that is not a number, or an option out of range
 */
export function forecast(ys: ArrayLike<number | null>, options: ForecastOptions): Forecast | Abstention {
  requireOptions(options);
  requireValues(ys);
  const observed = observationsOf(ys);
  const abstained = reasonToAbstain(observed.ys.length, options.season);
  if (abstained !== undefined) return { abstained };

  const { scale, observations, fit } = bestShape(observed, options.season);
  const spread = spreadOf(fit.residuals, fit.freedom, options.confidence);
  const memory = memoryOf(observations, fit.residuals, fit.freedom);
  // Errors that remember each other say less about the mean than as many independent ones.
  const sameness = (1 + memory.phi) / (1 - memory.phi);
  const bounds = boundsOf(observed.ys, options.bounds);
  const bounded = (z: number): number => Math.min(bounds.upper, Math.max(bounds.lower, scale.from(z)));

  const result: Forecast = { mean: [], lower: [], upper: [] };
  for (let ahead = 1; ahead <= options.horizon; ahead++) {
    const step = ys.length - 1 + ahead;
    const mean = fit.meanAt(step) + memory.last * memory.phi ** ahead;
    const widening = Math.sqrt(1 + fit.leverageAt(step) * sameness);
    result.mean.push(bounded(mean));
    result.lower.push(bounded(mean - widening * spread.below));
    result.upper.push(bounded(mean + widening * spread.above));
  }
  return result;
}
