import { type Design, designOf, segmentsOf } from './design.ts';
import { dot, leastSquares } from './least-squares.ts';
import type { Observations } from './observations.ts';
import { robustStart } from './robust-start.ts';
import { robustWeights } from './robust-weights.ts';
import { findSteps } from './steps.ts';

export type Fit = {
  steps: readonly number[];
  /** The expected value at a step of the past or future. */
  meanAt(step: number): number;
  /** Variance of that expectation, in units of the error variance. */
  leverageAt(step: number): number;
  /** Observed minus expected, outliers included. */
  residuals: Float64Array;
  weights: Float64Array;
  freedom: number;
};

const SEASON_PENALTIES = [0.05, 1, 4, 16, 1e6];
const SLOPE_PENALTIES = [1e-6, 1, 1e6];

/**
 * Level, slope and season by weighted least squares without the outliers, averaged over how much season and slope the
 * data support: each strength of penalty weighs by its corrected Akaike criterion, so that a season or trend that may
 * be chance counts in part and not all or nothing.
 */
export function fitSeries(observations: Observations, season: number): Fit {
  const { ys } = observations;
  const steps = findSteps(observations, season);
  const design = designOf(observations, season, steps);
  const start = robustStart(observations, season, segmentsOf(observations, steps));
  const weights = robustWeights(design, ys, start, penaltiesOf(design, 1, 1e-6));
  const strengths = SEASON_PENALTIES.slice(design.seasonColumns.length === 0 ? -1 : 0).flatMap((seasonPenalty) =>
    SLOPE_PENALTIES.map((slopePenalty) => [seasonPenalty, slopePenalty] as const),
  );
  const candidates = strengths.map(([seasonPenalty, slopePenalty]) => {
    const model = leastSquares(design.rows, ys, weights, penaltiesOf(design, seasonPenalty, slopePenalty));
    return { model, score: criterion(design, ys, weights, model.coefficients, model.freedom) };
  });
  const best = Math.min(...candidates.map(({ score }) => score));
  const shares = candidates.map(({ score }) => Math.exp((best - score) / 2));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const averaged = (value: (model: (typeof candidates)[number]['model']) => number): number =>
    candidates.reduce((sum, { model }, i) => sum + ((shares[i] as number) / total) * value(model), 0);

  const coefficients = new Float64Array(design.size).map((_, j) => averaged(({ coefficients: c }) => c[j] as number));
  const meanAt = (step: number): number => dot(design.rowAt(step), coefficients);
  return {
    steps,
    meanAt,
    leverageAt: (step) => averaged(({ leverageOf }) => leverageOf(design.rowAt(step))),
    residuals: Float64Array.from(ys, (y, i) => y - dot(design.rows[i] as Float64Array, coefficients)),
    weights,
    freedom: averaged(({ freedom }) => freedom),
  };
}

function penaltiesOf(design: Design, seasonPenalty: number, slopePenalty: number): Float64Array {
  const penalties = new Float64Array(design.size);
  penalties[design.slopeColumn] = slopePenalty;
  for (const column of design.seasonColumns) penalties[column] = seasonPenalty;
  return penalties;
}

function criterion(
  design: Design,
  ys: Float64Array,
  weights: Float64Array,
  coefficients: Float64Array,
  freedom: number,
): number {
  let squares = 0;
  let count = 0;
  ys.forEach((y, i) => {
    const residual = y - dot(design.rows[i] as Float64Array, coefficients);
    squares += (weights[i] as number) * residual * residual;
    count += weights[i] as number;
  });
  const parameters = freedom + 1;
  const room = Math.max(count - parameters - 1, 0.5);
  return count * Math.log(Math.max(squares, 1e-300) / count) + (2 * parameters * count) / room;
}
