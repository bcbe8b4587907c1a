import { quantile } from '../statistics/quantile.ts';
import { robustSigma } from './robust-weights.ts';

/** How large errors are: proportional to a power of the level, and how that changed of late. */
export type Noise = {
  /** Size of an error at an expected value, in the values' unit; errors divided by it are alike. */
  unitAt(mean: number): number;
  standardised: Float64Array;
};

/** Even noise, noise as the square root of the level (counts), noise in proportion to it. */
const POWERS = [0, 0.5, 1];
/** A power above 0 must be better by this, in units of log likelihood. */
const MARGIN = 1;
const RECENT = 28;

export function noiseOf(ys: Float64Array, fitted: Float64Array): Noise {
  const errors = Float64Array.from(ys, (y, i) => y - (fitted[i] as number));
  // Below this the level is too near nothing to say anything of the noise.
  const floor = quantile(fitted, 0.05);
  const powers = floor > 0 ? POWERS : [0];
  const models = powers.map((power) => {
    const sizeAt = (mean: number): number => Math.max(mean, floor) ** power;
    const standardised = errors.map((error, i) => error / sizeAt(fitted[i] as number));
    const meanSize = standardised.reduce((total, value) => total + Math.abs(value), 0) / ys.length;
    const logSizes = fitted.reduce((total, mean) => total + Math.log(sizeAt(mean)), 0);
    const badness = ys.length * Math.log(Math.max(meanSize, 1e-300)) + logSizes + (power === 0 ? 0 : MARGIN);
    return { sizeAt, standardised, badness };
  });
  const best = models.reduce((a, b) => (b.badness < a.badness ? b : a));
  const change = recentChange(best.standardised);
  return { unitAt: (mean) => best.sizeAt(floor > 0 ? mean : 1) * change, standardised: best.standardised };
}

/**
 * How much larger the errors of the last four weeks are than all of them, outliers cut back, drawn towards 1 since four
 * weeks say little.
 */
function recentChange(standardised: Float64Array): number {
  const n = standardised.length;
  if (n < 2 * RECENT) return 1;
  const sigma = robustSigma(standardised);
  if (sigma === 0) return 1;
  const sizes = Array.from(standardised, (value) => Math.min(Math.abs(value), 3 * sigma));
  const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;
  return Math.sqrt(mean(sizes.slice(-RECENT)) / mean(sizes));
}
