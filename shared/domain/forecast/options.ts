export type ForecastOptions = {
  /** Steps after which the rhythm repeats: 7 for days with a weekly one, 1 for none. */
  season: number;
  /** How many steps ahead. */
  horizon: number;
  /** Share of future values that the interval is to hold, 0.95 means 95 %. */
  confidence: number;
  /**
   * What no value can pass. By default from the past: values that all lie in 0..1 are taken for rates and stay there,
   * values that are never negative stay so. `{}` sets no bounds.
   */
  bounds?: { lower?: number; upper?: number };
};

/** Fewer observed values than this say too little: the answer is an abstention. */
export const FEWEST = 14;

function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`forecast: ${name} ${value} is not a whole number of at least 1`);
  }
}

/** @throws RangeError naming the option, its value and what is allowed */
export function requireOptions({ season, horizon, confidence, bounds }: ForecastOptions): void {
  requireCount('season', season);
  requireCount('horizon', horizon);
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`forecast: confidence ${confidence} is not between 0 and 1 (0.95 means 95 %)`);
  }
  for (const [name, value] of Object.entries(bounds ?? {})) {
    if (Number.isNaN(value)) throw new RangeError(`forecast: bounds.${name} is not a number`);
  }
}

/** A value is a finite number, or null where nothing was observed. @throws RangeError naming the first that is neither */
export function requireValues(ys: ArrayLike<number | null>): void {
  for (let i = 0; i < ys.length; i++) {
    if (ys[i] !== null && !Number.isFinite(ys[i])) {
      throw new RangeError(`forecast: value ${String(ys[i])} at index ${i} is neither a finite number nor null`);
    }
  }
}

/** Why these values cannot be forecast, or undefined. */
export function reasonToAbstain(observed: number, season: number): string | undefined {
  const needed = Math.max(FEWEST, 2 * season);
  return observed >= needed ? undefined : `${observed} values observed, at least ${needed} are needed`;
}
