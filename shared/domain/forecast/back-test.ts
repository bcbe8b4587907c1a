import { type Abstention, forecast } from './forecast.ts';
import { type ForecastOptions, reasonToAbstain, requireOptions, requireValues } from './options.ts';

export type BackTest = {
  /** How many times the past was cut and forecast. */
  origins: number;
  /** Values that could be compared. */
  compared: number;
  /** In the values' unit. */
  meanAbsoluteError: number;
  /** That error over the error of saying "as a season ago" within the past; below 1 is better. null: that never erred. */
  mase: number | null;
  /** Share of the values inside their interval, to be held against the confidence. */
  coverage: number;
};

export type BackTestOptions = ForecastOptions & {
  /** How many cuts at most, default 6, each a third of the horizon (at least one step) before the next. */
  origins?: number;
};

/** Mean absolute difference of values a season apart. */
function naiveError(ys: ArrayLike<number | null>, season: number): number {
  let total = 0;
  let count = 0;
  for (let i = season; i < ys.length; i++) {
    const [now, before] = [ys[i], ys[i - season]];
    if (now === null || now === undefined || before === null || before === undefined) continue;
    total += Math.abs(now - before);
    count += 1;
  }
  return count === 0 ? 0 : total / count;
}

/**
 * How far this forecast would have been off: the past is cut at several places, each rest forecast from what stood
 * before it, and compared with what came. Abstains where not even one cut leaves enough before it.
 * @throws RangeError as `forecast`
 */
export function backTest(ys: ArrayLike<number | null>, options: BackTestOptions): BackTest | Abstention {
  const { origins: most = 6, ...forecastOptions } = options;
  requireOptions(forecastOptions);
  requireValues(ys);
  if (!Number.isSafeInteger(most) || most < 1) {
    throw new RangeError(`backTest: origins ${most} is not a whole number of at least 1`);
  }
  const all = Array.from(ys);
  const stride = Math.max(1, Math.floor(options.horizon / 3));
  let origins = 0;
  let compared = 0;
  let errors = 0;
  let held = 0;
  for (let cut = all.length - options.horizon; origins < most && cut > 0; cut -= stride) {
    const answer = forecast(all.slice(0, cut), forecastOptions);
    if ('abstained' in answer) break;
    origins += 1;
    all.slice(cut, cut + options.horizon).forEach((value, h) => {
      if (value === null) return;
      compared += 1;
      errors += Math.abs(value - (answer.mean[h] as number));
      if (value >= (answer.lower[h] as number) && value <= (answer.upper[h] as number)) held += 1;
    });
  }
  if (compared === 0) {
    const before = all.slice(0, Math.max(0, all.length - options.horizon)).filter((y) => y !== null).length;
    const reason = reasonToAbstain(before, options.season) ?? 'nothing was observed after any cut';
    return { abstained: `before the last ${options.horizon} steps: ${reason}` };
  }
  const meanAbsoluteError = errors / compared;
  const unit = naiveError(all, options.season);
  return {
    origins,
    compared,
    meanAbsoluteError,
    mase: unit === 0 ? null : meanAbsoluteError / unit,
    coverage: held / compared,
  };
}
