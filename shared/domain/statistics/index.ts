/** The statistics the weekly review stands on: pure functions that equal their reference implementations to 1e-9. */
export { type HoltWinters, type HoltWintersOptions, holtWinters } from './holt-winters.ts';
export { type LinearRegression, linearRegression } from './linear-regression.ts';
export { MAD_TO_SIGMA, mad } from './mad.ts';
export { type MannKendall, mannKendall } from './mann-kendall.ts';
export { normalCdf, normalQuantile } from './normal.ts';
export { type Pettitt, pettitt } from './pettitt.ts';
export { type QuantileType, quantile } from './quantile.ts';
export { type TheilSen, theilSen } from './theil-sen.ts';
export { wilson } from './wilson.ts';
