const SQRT_PI = Math.sqrt(Math.PI);
/** Below this the series converges quickly without cancellation, above it the continued fraction does. */
const SERIES_LIMIT = 2;

/** erf by its confluent series (Abramowitz and Stegun 7.1.6): every term is positive, so nothing cancels. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / SQRT_PI) * Math.exp(-x * x) * sum;
}

/** erfc for x >= 2 by the Laplace continued fraction (Abramowitz and Stegun 7.1.14), evaluated from the far end. */
function erfcFraction(x: number): number {
  let tail = x;
  for (let n = 120; n >= 1; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / SQRT_PI / tail;
}

function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  return x < SERIES_LIMIT ? 1 - erfSeries(x) : erfcFraction(x);
}

/** Probability that a standard normal value is at most z; relative error below 1e-13 down to where doubles end. */
export function normalCdf(z: number): number {
  return erfc(-z / Math.SQRT2) / 2;
}

/** Two-sided p-value of a standard normal statistic, never from 1 - cdf: that loses every digit of a small p. */
export function twoSidedP(z: number): number {
  return Math.min(1, erfc(Math.abs(z) / Math.SQRT2));
}

/**
 * The z with `normalCdf(z) = p`, for p strictly between 0 and 1. A rough start (Abramowitz and Stegun 26.2.23, error
 * 4.5e-4) and Halley steps on the lower tail, which keep relative precision for small p.
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`normalQuantile: probability ${p} is not strictly between 0 and 1`);
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  const ratio =
    (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
  let z = ratio - t;
  for (let step = 0; step < 4; step++) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const newton = (normalCdf(z) - p) / density;
    z -= newton / (1 + (z * newton) / 2);
  }
  return z;
}
