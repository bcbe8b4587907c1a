import { normalQuantile } from '../statistics/normal.ts';
import { quantile } from '../statistics/quantile.ts';
import { errorLaw } from './tails.ts';

/** Distances below and above the mean that hold an error with the asked confidence, one step ahead. */
export type Spread = {
  below: number;
  above: number;
  /** How many standard deviations the confidence takes. */
  deviations: number;
};

/** At this many residuals their own quantiles weigh as much as the law that was fitted to them. */
const TRUSTED_AT = 300;

/**
 * Each tail by itself, from the law of the errors; since no law is quite right, and since the 2.5 % quantile of a month is
 * no more than its worst day, it is mixed with the residuals' own quantiles by how many there are.
 */
export function spreadOf(residuals: Float64Array, freedom: number, confidence: number): Spread {
  const n = residuals.length;
  const room = Math.max(1, n - freedom);
  const shrunk = Math.sqrt(n / room);
  const tail = (1 - confidence) / 2;
  const law = errorLaw(residuals, room);
  const trust = n / (n + TRUSTED_AT);
  const mixed = (assumed: number, own: number): number => (1 - trust) * assumed + trust * shrunk * Math.max(0, own);
  return {
    deviations: normalQuantile(1 - tail),
    below: mixed(law.below(tail), -quantile(residuals, tail, 8)),
    above: mixed(law.above(tail), quantile(residuals, 1 - tail, 8)),
  };
}
