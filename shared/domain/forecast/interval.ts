import { normalQuantile } from '../statistics/normal.ts';
import { quantile } from '../statistics/quantile.ts';
import { robustSigma } from './robust-weights.ts';

/** Distances below and above the mean that hold an error with the asked confidence, one step ahead. */
export type Spread = {
  below: number;
  above: number;
  /** How many standard deviations the confidence takes. */
  deviations: number;
};

/** Operational errors have heavier tails than the normal's: Student's t with this many degrees of freedom is close. */
const TAIL_FREEDOM = 4;
/** At this many residuals their own quantiles weigh as much as the assumed tails. */
const TRUSTED_AT = 100;

/** Student's quantile by the first term of Fisher's expansion, z + (z^3 + z) / 4v. */
function heavyQuantile(p: number): number {
  const z = normalQuantile(p);
  return z + (z ** 3 + z) / (4 * TAIL_FREEDOM);
}

/**
 * Quantiles of the residuals, outliers among them, each tail by itself; since the 2.5 % quantile of a month is no more
 * than its worst day, they are mixed with the tails of the robust deviation, by how many residuals there are. Residuals
 * are smaller than errors will be, by what the fit took out of them.
 */
export function spreadOf(residuals: Float64Array, freedom: number, confidence: number): Spread {
  const n = residuals.length;
  const shrunk = Math.sqrt(n / Math.max(1, n - freedom));
  const tail = (1 - confidence) / 2;
  const deviations = heavyQuantile(1 - tail);
  const assumed = deviations * robustSigma(residuals);
  const trust = n / (n + TRUSTED_AT);
  const mixed = (own: number): number => shrunk * ((1 - trust) * assumed + trust * Math.max(0, own));
  return {
    deviations,
    below: mixed(-quantile(residuals, tail, 8)),
    above: mixed(quantile(residuals, 1 - tail, 8)),
  };
}
