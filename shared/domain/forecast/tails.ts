import { normalCdf, normalQuantile } from '../statistics/normal.ts';
import { robustSigma } from './robust-weights.ts';

/**
 * The law of the errors of one series: most are near normal, a few in a hundred are outliers, and those need not lie
 * evenly on both sides. How many there are is learnt from the residuals, beginning from "hardly any".
 */
export type ErrorLaw = {
  /** How far out an error lies on that side with this probability, in the residuals' unit. */
  above(probability: number): number;
  below(probability: number): number;
};

/** Beyond so many deviations a residual counts as an outlier: of normal ones, one in two thousand. */
const FAR = 3.5;
/** Before anything was seen: a tenth of an outlier on each side in sixty values. */
const PRIOR_OUTLIERS = 0.1;
const PRIOR_VALUES = 60;
/** An outlier lies twice as far out as the nearest one in (1/2)^3 of all cases: a tail without a scale of its own. */
const OUTLIER_POWER = 3;
/** Ordinary errors are rarely quite normal: some are drawn with twice the deviation. */
const WIDE_SHARE = 0.05;
const WIDE = 2;
/** Residuals are cut back to this many deviations before their squares are taken. */
const CUT = 2;

const tailOf = (x: number): number => normalCdf(-x);

/** The mean of min(z^2, CUT^2) for a standard normal z. */
const CUT_SQUARE = ((): number => {
  const density = Math.exp((-CUT * CUT) / 2) / Math.sqrt(2 * Math.PI);
  return 1 - 2 * tailOf(CUT) - 2 * CUT * density + 2 * CUT * CUT * tailOf(CUT);
})();

/** The deviation of the ordinary errors: by squares, which say more than the median, of residuals cut back. */
function ordinarySigma(residuals: Float64Array): number {
  let sigma = robustSigma(residuals);
  for (let round = 0; round < 3 && sigma > 0; round++) {
    const cut = CUT * sigma;
    const squares = residuals.reduce((total, value) => total + Math.min(Math.abs(value), cut) ** 2, 0);
    sigma = Math.sqrt(squares / residuals.length / CUT_SQUARE);
  }
  return sigma;
}

/** @param room how many residuals there are beyond what the fit used up */
export function errorLaw(residuals: Float64Array, room: number): ErrorLaw {
  const n = residuals.length;
  // Residuals are smaller than errors will be, by what the fit took out of them.
  const sigma = ordinarySigma(residuals) * Math.sqrt(n / room);
  const count = (sign: number): number =>
    sigma === 0 ? 0 : residuals.reduce((total, value) => total + (sign * value > FAR * sigma ? 1 : 0), 0);
  const shareOf = (outliers: number): number => (outliers + PRIOR_OUTLIERS) / (n + PRIOR_VALUES);
  const [high, low] = [shareOf(count(1)), shareOf(count(-1))];
  const beyond = (own: number, other: number, probability: number): number => {
    const z = normalQuantile(1 - probability);
    // The deviation itself is estimated: Student's quantile by the first term of Fisher's expansion.
    const student = 1 + (z * z + 1) / (4 * 0.9 * room);
    const ordinary = (x: number): number =>
      (1 - WIDE_SHARE) * tailOf(x / student) + WIDE_SHARE * tailOf(x / student / WIDE);
    const outlying = (x: number): number => (x < FAR ? 1 : (FAR / x) ** OUTLIER_POWER);
    return sigma * solve((x) => (1 - own - other) * ordinary(x) + own * outlying(x), probability);
  };
  return { above: (p) => beyond(high, low, p), below: (p) => beyond(low, high, p) };
}

/** Where a falling tail passes a probability, by halving. */
function solve(tail: (x: number) => number, probability: number): number {
  if (tail(0) <= probability) return 0;
  let [near, far] = [0, 1];
  while (tail(far) > probability) far *= 2;
  for (let round = 0; round < 40; round++) {
    const middle = (near + far) / 2;
    if (tail(middle) > probability) near = middle;
    else far = middle;
  }
  return near;
}
