import type { Observations } from './observations.ts';
import { robustSigma } from './robust-weights.ts';

/** How much of today's deviation is still there tomorrow, and how much of it there is at the end of the past. */
export type Memory = { phi: number; last: number };

const MOST = 0.9;

/**
 * Lag-one autocorrelation of the residuals, outliers cut back to two deviations so that two in a row do not look like
 * memory, corrected for the downward bias that fitting leaves, and taken as 0 while it is within chance.
 */
export function memoryOf({ at }: Observations, residuals: Float64Array, freedom: number): Memory {
  const sigma = robustSigma(residuals);
  if (sigma === 0) return { phi: 0, last: 0 };
  const cut = residuals.map((residual) => Math.max(-2, Math.min(2, residual / sigma)));
  let products = 0;
  let squares = 0;
  let pairs = 0;
  cut.forEach((value, i) => {
    squares += value * value;
    if (i === 0 || (at[i] as number) - (at[i - 1] as number) !== 1) return;
    products += value * (cut[i - 1] as number);
    pairs += 1;
  });
  if (pairs < 10 || squares === 0) return { phi: 0, last: 0 };
  const n = cut.length;
  const raw = products / pairs / (squares / n);
  const corrected = raw + (freedom / n) * (1 + raw);
  // Soft threshold at one standard error.
  const phi = Math.min(MOST, Math.max(0, corrected - 1 / Math.sqrt(n)));
  return { phi, last: sigma * (cut[n - 1] as number) };
}
