import { spreadOf } from './interval.ts';
import { memoryOf } from './memory.ts';
import { noiseOf } from './noise.ts';
import { observationsOf } from './observations.ts';
import { type ForecastOptions, reasonToAbstain, requireOptions, requireValues } from './options.ts';
import { blend, shapesOf } from './shapes.ts';

/** One value per step ahead, in the values' unit; lower and upper hold the truth with the asked confidence. */
export type Forecast = { mean: number[]; lower: number[]; upper: number[] };
export type Abstention = { abstained: string };

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

  const shapes = shapesOf(observed, options.season);
  const fitted = Float64Array.from(observed.at, (step) => blend(shapes, ({ meanAt }) => meanAt(step)));
  const freedom = blend(shapes, (shape) => shape.freedom);
  const noise = noiseOf(observed.ys, fitted);
  const spread = spreadOf(noise.standardised, freedom, options.confidence);
  const memory = memoryOf(observed, noise.standardised, freedom);
  // Errors that remember each other say less about the mean than as many independent ones.
  const sameness = (1 + memory.phi) / (1 - memory.phi);
  const bounds = boundsOf(observed.ys, options.bounds);
  const bounded = (value: number): number => Math.min(bounds.upper, Math.max(bounds.lower, value));

  const result: Forecast = { mean: [], lower: [], upper: [] };
  for (let ahead = 1; ahead <= options.horizon; ahead++) {
    const step = ys.length - 1 + ahead;
    const shaped = blend(shapes, ({ meanAt }) => meanAt(step));
    const unit = noise.unitAt(shaped);
    const mean = shaped + unit * memory.last * memory.phi ** ahead;
    // The shapes' disagreement is uncertainty too.
    const disagreement = blend(shapes, ({ meanAt }) => (meanAt(step) - shaped) ** 2);
    const leverage = blend(shapes, ({ leverageAt }) => leverageAt(step));
    const foreign = disagreement === 0 ? 0 : disagreement / (unit * spread.sigma) ** 2;
    const widening = unit * Math.sqrt(1 + leverage * sameness + foreign);
    result.mean.push(bounded(mean));
    result.lower.push(bounded(mean - widening * spread.below));
    result.upper.push(bounded(mean + widening * spread.above));
  }
  return result;
}
