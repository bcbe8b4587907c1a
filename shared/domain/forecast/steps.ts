import { pettitt } from '../statistics/pettitt.ts';
import { type Design, designOf, segmentsOf } from './design.ts';
import { dot, leastSquares } from './least-squares.ts';
import type { Observations } from './observations.ts';
import { robustStart } from './robust-start.ts';
import { robustSigma, robustWeights } from './robust-weights.ts';

/** A level must have been seen on this many observed steps, before and after: below it may be a spell of outliers. */
const SHORTEST = 14;
/** Pettitt's probability below which a step is believed. */
const BELIEVED = 0.001;
const MOST_STEPS = 4;
/**
 * A part is compared with at most so many times its length of the other: against a year the test gives fifteen days hardly
 * any weight, and the newest step, which says most of tomorrow, would never be believed.
 */
const BALANCE = 2;

/**
 * Where the level of the series changed for good, ascending. One step at a time: the place where a step column explains
 * most of what trend and season leave (with outliers cut back), believed when the rank test of Pettitt on the series
 * without trend and season agrees, and when the step stands out from the noise.
 */
export function findSteps(observations: Observations, season: number): number[] {
  let steps: number[] = [];
  while (steps.length < MOST_STEPS) {
    const next = nextStep(observations, season, steps);
    if (next === undefined) break;
    steps = [...steps, next].sort((a, b) => a - b);
  }
  return steps;
}

function nextStep(observations: Observations, season: number, steps: readonly number[]): number | undefined {
  const { at, ys } = observations;
  const n = ys.length;
  if (n < 2 * SHORTEST) return undefined;
  const design = designOf(observations, season, steps);
  const penalties = new Float64Array(design.size).fill(0.01);
  const start = robustStart(observations, season, segmentsOf(observations, steps));
  const weights = robustWeights(design, ys, start, penalties);
  const base = leastSquares(design.rows, ys, weights, penalties);
  const fitted = design.rows.map((row) => dot(row, base.coefficients));
  const sigma = robustSigma(Float64Array.from(ys, (y, i) => y - (fitted[i] as number)));
  if (sigma === 0) return undefined;
  const clipped = Float64Array.from(ys, (y, i) => Math.max(-3 * sigma, Math.min(3 * sigma, y - (fitted[i] as number))));

  const index = bestPlace(design, clipped, penalties, segmentsOf(observations, steps));
  if (index === undefined) return undefined;
  const step = at[index] as number;
  return isBelieved(observations, season, steps, step) ? step : undefined;
}

/**
 * The observation before which a step explains most of the residuals. A step column is first freed of what the other
 * columns can say of it; its products with them are running sums, so that each place costs the same few operations.
 */
function bestPlace(
  design: Design,
  residuals: Float64Array,
  penalties: Float64Array,
  segmentOf: Int32Array,
): number | undefined {
  const n = residuals.length;
  const model = leastSquares(design.rows, residuals, new Float64Array(n).fill(1), penalties);
  const left = residuals.map((value, i) => value - dot(design.rows[i] as Float64Array, model.coefficients));
  const products = new Float64Array(design.size);
  let best: { index: number; gain: number } | undefined;
  let sum = 0;
  for (let index = 1; index <= n - SHORTEST; index++) {
    (design.rows[index - 1] as Float64Array).forEach((value, j) => {
      products[j] = (products[j] as number) + value;
    });
    sum += left[index - 1] as number;
    if (index < SHORTEST || !isRoomy(segmentOf, index)) continue;
    const length = index - dot(products, model.solve(products));
    const gain = (sum * sum) / length;
    if (length > 1e-6 && (best === undefined || gain > best.gain)) best = { index, gain };
  }
  return best?.index;
}

/** Whether both parts of the segment that a step at this observation divides are long enough. */
function isRoomy(segmentOf: Int32Array, index: number): boolean {
  return (
    segmentOf[index - SHORTEST] === segmentOf[index - 1] &&
    segmentOf[index] === segmentOf[index + SHORTEST - 1] &&
    segmentOf[index - 1] === segmentOf[index]
  );
}

/** Pettitt's test on as much of either side of the step, with the trend and season of a model that has the step taken out. */
function isBelieved(observations: Observations, season: number, steps: readonly number[], step: number): boolean {
  const { at, ys } = observations;
  const all = [...steps, step].sort((a, b) => a - b);
  const segmentOf = segmentsOf(observations, all);
  const design = designOf(observations, season, all);
  const penalties = new Float64Array(design.size).fill(0.01);
  const weights = robustWeights(design, ys, robustStart(observations, season, segmentOf), penalties);
  const { coefficients } = leastSquares(design.rows, ys, weights, penalties);
  const column = design.size - all.length + all.indexOf(step);
  // Residuals with only this step put back in.
  const place = all.indexOf(step);
  const before: number[] = [];
  const after: number[] = [];
  const rest: number[] = [];
  ys.forEach((y, i) => {
    const row = design.rows[i] as Float64Array;
    const residual = y - dot(row, coefficients);
    rest.push(residual);
    const segment = segmentOf[i] as number;
    if (segment !== place && segment !== place + 1) return;
    if ((at[i] as number) < step) before.push(residual + (coefficients[column] as number));
    else after.push(residual);
  });
  const size = Math.abs(coefficients[column] as number);
  const most = BALANCE * Math.min(before.length, after.length);
  const around = [...before.slice(-most), ...after.slice(0, most)];
  return size > 1.5 * robustSigma(Float64Array.from(rest)) && pettitt(around).p < BELIEVED;
}
