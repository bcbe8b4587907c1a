/** A scale on which trend and season add up and the noise is even. */
export type Scale = {
  name: 'plain' | 'log';
  to(y: number): number;
  from(z: number): number;
  /** log of the derivative of `to` at y: what a density on this scale gains in the values' own unit. */
  logSlope(y: number): number;
};

/** e^300: far beyond any measure, and its square is still a number. */
const LARGEST = 300;

export const PLAIN: Scale = { name: 'plain', to: (y) => y, from: (z) => z, logSlope: () => 0 };
/** For values that grow by shares: a trend on it is a rate of growth, a season is a share of the level. */
export const LOG: Scale = {
  name: 'log',
  to: Math.log,
  from: (z) => Math.exp(Math.min(z, LARGEST)),
  logSlope: (y) => -Math.log(y),
};

/** Which scales the values allow: logarithms only where there is no zero and nothing below. */
export function scalesFor(ys: Float64Array): readonly Scale[] {
  return ys.every((y) => y > 0) ? [PLAIN, LOG] : [PLAIN];
}
