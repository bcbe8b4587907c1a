import { fitSeries } from './fit.ts';
import type { Observations } from './observations.ts';
import { PLAIN, type Scale, scalesFor } from './scale.ts';
import { swellOf, trendClock } from './trend-clock.ts';

/** One way in which the series may go on. */
export type Shape = {
  /** How much it counts; the shares of all shapes sum to 1. */
  share: number;
  /** In the values' unit. */
  meanAt(step: number): number;
  /** Variance of that mean, in units of the error variance. */
  leverageAt(step: number): number;
  freedom: number;
};

/** What each bend of a shape must make it better by, in units of log likelihood: a wrong one makes a slope explode. */
const BENT = 4;

/** How a shape on the plain scale bends: slope and season each grow e^g times from start to end of the past. */
type Bend = { slope: number; season: number };
const STRAIGHT: Bend = { slope: 0, season: 0 };
const BENDS: readonly Bend[] = [
  { slope: 0.5, season: 0 },
  { slope: 1, season: 0 },
  { slope: 1.5, season: 0 },
  { slope: 0, season: 0.5 },
  { slope: 0, season: 1 },
  { slope: 0.5, season: 0.5 },
  { slope: 1, season: 1 },
];
/** A bend is looked for only in histories at least this long. */
const BENT_FROM = 42;
/** Price of a step in multiples of log n: its place and its height. Or else a curve is taken for a staircase. */
const STEP_PRICE = 2.5;
/** How much of a likelihood counts: the values of one history are less independent than it takes them to be. */
const TEMPERED = 0.5;
/** Below this share a shape is left out. */
const NEGLIGIBLE = 0.02;

function shapeOf(observed: Observations, season: number, scale: Scale, bend: Bend): Shape & { badness: number } {
  const { ys, length } = observed;
  const bent = { clock: trendClock(length, bend.slope), swell: swellOf(length, bend.season) };
  const fit = fitSeries({ ...observed, ...bent, ys: ys.map(scale.to) }, season);
  const n = ys.length;
  const meanResidual = fit.residuals.reduce((total, value) => total + Math.abs(value), 0) / n;
  const slopes = ys.reduce((total, y) => total + scale.logSlope(y), 0);
  const likelihood = -n * Math.log(Math.max(meanResidual, 1e-300)) + slopes;
  const bends = [bend.slope !== 0 || scale !== PLAIN, bend.season !== 0].filter(Boolean).length;
  const price = fit.steps.length * Math.log(n) * STEP_PRICE + bends * BENT;
  return {
    share: 0,
    badness: price - likelihood,
    meanAt: (step) => scale.from(fit.meanAt(step)),
    leverageAt: fit.leverageAt,
    freedom: fit.freedom,
  };
}

/**
 * The shapes of trend, season and noise that explain the values: a straight trend, one that bends upwards, one that is
 * straight in logarithms, and a season that grows, each by its Laplace likelihood in the values' own unit.
 */
export function shapesOf(observed: Observations, season: number): Shape[] {
  const mayBend = observed.ys.length >= BENT_FROM;
  // Without a season there is none that could grow.
  const bends = mayBend ? BENDS.filter((bend) => season > 1 || bend.season === 0) : [];
  const all = [
    ...scalesFor(observed.ys).map((scale) => shapeOf(observed, season, scale, STRAIGHT)),
    ...bends.map((bend) => shapeOf(observed, season, PLAIN, bend)),
  ];
  const best = Math.min(...all.map(({ badness }) => badness));
  const weighed = all.map((shape) => ({ ...shape, share: Math.exp(TEMPERED * (best - shape.badness)) }));
  const total = weighed.reduce((sum, { share }) => sum + share, 0);
  const kept = weighed.filter(({ share }) => share >= NEGLIGIBLE * total);
  const keptTotal = kept.reduce((sum, { share }) => sum + share, 0);
  return kept.map(({ share, meanAt, leverageAt, freedom }) => ({
    share: share / keptTotal,
    meanAt,
    leverageAt,
    freedom,
  }));
}

export function blend(shapes: readonly Shape[], value: (shape: Shape) => number): number {
  return shapes.reduce((total, shape) => total + shape.share * value(shape), 0);
}
