import { spreadOf } from './interval.ts';
import { memoryOf } from './memory.ts';
import { noiseOf } from './noise.ts';
import { type Observations, observationsOf } from './observations.ts';
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

/** The largest size a value has, or undefined where they do not vary beyond rounding: nothing could be estimated. */
function sizeOf(ys: Float64Array): number | undefined {
  const lowest = ys.reduce((a, b) => Math.min(a, b));
  const highest = ys.reduce((a, b) => Math.max(a, b));
  const size = Math.max(Math.abs(lowest), Math.abs(highest));
  return highest - lowest <= size * 1e-12 || size < Number.MIN_VALUE / Number.EPSILON ? undefined : size;
}

function constantForecast(value: number, horizon: number): Forecast {
  const values = (): number[] => new Array<number>(horizon).fill(value);
  return { mean: values(), lower: values(), upper: values() };
}

/**
 * Says the next values of a series of equal steps, with intervals. The model: a level that may have changed in steps, a
 * trend that is straight, bends upwards or is straight in logarithms, and a season that may have grown, estimated so that
 * outliers do not matter; what is left of the last deviation; intervals from the quantiles of the residuals. A series that never varied
 * is said to stay as it is.
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

  const size = sizeOf(observed.ys);
  if (size === undefined) return constantForecast(observed.ys[observed.ys.length - 1] as number, options.horizon);
  const bounds = boundsOf(observed.ys, options.bounds);
  // Worked on values of at most 1, so that squares neither overflow nor vanish.
  const scaled = { ...observed, ys: observed.ys.map((y) => y / size) };
  const inUnit = (value: number): number => Math.min(bounds.upper, Math.max(bounds.lower, value * size));
  const { mean, lower, upper } = predict(scaled, options);
  return { mean: mean.map(inUnit), lower: lower.map(inUnit), upper: upper.map(inUnit) };
}

function predict(observed: Observations, options: ForecastOptions): Forecast {
  const shapes = shapesOf(observed, options.season);
  const fitted = Float64Array.from(observed.at, (step) => blend(shapes, ({ meanAt }) => meanAt(step)));
  const freedom = blend(shapes, (shape) => shape.freedom);
  const noise = noiseOf(observed.ys, fitted);
  const spread = spreadOf(noise.standardised, freedom, options.confidence);
  const memory = memoryOf(observed, noise.standardised, freedom);
  // Errors that remember each other say less about the mean than as many independent ones.
  const sameness = (1 + memory.phi) / (1 - memory.phi);

  const result: Forecast = { mean: [], lower: [], upper: [] };
  for (let ahead = 1; ahead <= options.horizon; ahead++) {
    const step = observed.length - 1 + ahead;
    const shaped = blend(shapes, ({ meanAt }) => meanAt(step));
    const unit = noise.unitAt(shaped);
    const mean = shaped + unit * memory.last * memory.phi ** ahead;
    // The shapes' disagreement is uncertainty too.
    const disagreement = blend(shapes, ({ meanAt }) => (meanAt(step) - shaped) ** 2);
    const leverage = blend(shapes, ({ leverageAt }) => leverageAt(step));
    const widening = unit * Math.sqrt(1 + leverage * sameness);
    const doubt = spread.deviations * Math.sqrt(disagreement);
    result.mean.push(mean);
    result.lower.push(mean - Math.hypot(widening * spread.below, doubt));
    result.upper.push(mean + Math.hypot(widening * spread.above, doubt));
  }
  return result;
}
