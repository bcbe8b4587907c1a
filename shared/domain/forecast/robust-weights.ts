import { MAD_TO_SIGMA } from '../statistics/mad.ts';
import type { Design } from './design.ts';
import { dot, leastSquares } from './least-squares.ts';
import { medianOf } from './median.ts';

/** Tuning constants of 95 % efficiency under normal noise (Huber 1964; Beaton and Tukey 1974). */
const HUBER = 1.345;
const BISQUARE = 4.685;
/** How much wider in histories of n values, by this over n: in few values a good one that stands alone is not yet wrong. */
const LENIENT = 10;

/** The deviation that most residuals show; never 0 unless all agree exactly. */
export function robustSigma(residuals: Float64Array): number {
  const byMedian = medianOf(residuals.map(Math.abs)) * MAD_TO_SIGMA;
  if (byMedian > 0) return byMedian;
  return residuals.reduce((total, value) => total + Math.abs(value), 0) / residuals.length;
}

/**
 * Weights from 0 (an outlier) to 1, from residuals to a fit that outliers did not move: a few rounds of Huber's weights,
 * which always converge, then of Tukey's, which leave far outliers out altogether.
 */
export function robustWeights(
  design: Design,
  ys: Float64Array,
  start: Float64Array,
  penalties: Float64Array,
): Float64Array {
  let residuals = Float64Array.from(ys, (y, i) => y - (start[i] as number));
  let weights = new Float64Array(ys.length).fill(1);
  let freedom = 0;
  for (let round = 0; round < 6; round++) {
    // A short history fitted closely shows residuals far smaller than its errors, and good values would look far out.
    const sigma = robustSigma(residuals) * Math.sqrt(ys.length / Math.max(2, ys.length - freedom));
    if (sigma === 0) return weights;
    weights = residuals.map((residual) =>
      round < 3 ? huber(residual / sigma) : bisquare(residual / sigma / (1 + LENIENT / ys.length)),
    );
    const model = leastSquares(design.rows, ys, weights, penalties);
    freedom = model.freedom;
    residuals = Float64Array.from(ys, (y, i) => y - dot(design.rows[i] as Float64Array, model.coefficients));
  }
  return weights;
}

function huber(z: number): number {
  return Math.min(1, HUBER / Math.max(Math.abs(z), 1e-12));
}

function bisquare(z: number): number {
  const ratio = z / BISQUARE;
  return Math.abs(ratio) >= 1 ? 0 : (1 - ratio * ratio) ** 2;
}
