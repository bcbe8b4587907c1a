import { type Design, designOf, segmentsOf } from './design.ts';
import { dot, type LeastSquares, normalEquations, solveWith } from './least-squares.ts';
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

/**
 * Error variance over the prior variance of a coefficient: how large season and slope may be against the noise. A
 * slope of the largest is none at all, a season of the largest next to none; the slope's unit is the rise over the whole
 * past.
 */
const SEASON_PENALTIES = [16, 4, 1, 0.25, 0.06];
const SLOPE_PENALTIES = [1e6, 1, 0.1, 0.01, 0.001];

/**
 * Level, slope and season by weighted least squares without the outliers, averaged over how much season and slope the
 * data support: each pair of penalties weighs by its restricted likelihood, so that a season or trend that may be
 * chance counts in part and not all or nothing.
 */
export function fitSeries(observations: Observations, season: number): Fit {
  const { ys } = observations;
  const steps = findSteps(observations, season);
  const design = designOf(observations, season, steps);
  const start = robustStart(observations, season, segmentsOf(observations, steps));
  const weights = robustWeights(design, ys, start, penaltiesOf(design, 4, 0.1));
  const strengths = SEASON_PENALTIES.slice(0, design.seasonColumns.length === 0 ? 1 : undefined).flatMap(
    (seasonPenalty) => SLOPE_PENALTIES.map((slopePenalty) => [seasonPenalty, slopePenalty] as const),
  );
  const equations = normalEquations(design.rows, ys, weights);
  const candidates = strengths.map(([seasonPenalty, slopePenalty]) => {
    const penalties = penaltiesOf(design, seasonPenalty, slopePenalty);
    const model = solveWith(equations, penalties);
    return { model, score: restrictedDeviance(model, weights, penalties) };
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

/** Minus twice the log likelihood with the coefficients integrated out; level and steps have no prior. */
function restrictedDeviance(model: LeastSquares, weights: Float64Array, penalties: Float64Array): number {
  const count = weights.reduce((total, weight) => total + weight, 0);
  const free = penalties.filter((penalty) => penalty === 0).length;
  const room = Math.max(count - free, 1);
  const priors = penalties.reduce((total, penalty) => total + (penalty === 0 ? 0 : Math.log(penalty)), 0);
  return room * Math.log(Math.max(model.squares, 1e-300) / room) + model.logDeterminant - priors;
}
