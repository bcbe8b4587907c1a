/** What is wrong with a cron expression, and how often a right one fires. */
import { type Cron, parseCron } from '../cron.ts';

export const CRON_ALLOWED =
  'five cron fields of digits: minute hour day-of-month month day-of-week, with `*`, `a-b`, `a-b/n`, `*/n` and lists';

/** Undefined when it is right. Names, macros and `5/10` mean different things to different schedulers and are refused. */
export function cronMistake(expression: string): string | undefined {
  if (expression.length > 100 || !/^[0-9*,/-]+(?: [0-9*,/-]+){4}$/.test(expression))
    return 'is not five fields of digits with one space between them';
  if (/(?:^|[ ,])\d+\//.test(expression)) return 'has a step without a range';
  try {
    return firingDays(parseCron(expression)).length === 0 ? 'names a day that no year has' : undefined;
  } catch {
    return 'has a field outside its range';
  }
}

const DAY_MS = 86_400_000;
/** A span with a leap day; no date of a cron is rarer than 29 February. */
const FIRST_DAY = Date.UTC(2024, 0, 1) / DAY_MS;
const SPAN_DAYS = 4 * 365 + 1;

function firingDays(cron: Cron): number[] {
  return Array.from({ length: SPAN_DAYS }, (_, index) => index).filter((index) => cron.matchesDay(FIRST_DAY + index));
}

function minutesOfDay(cron: Cron): number[] {
  return cron.hours.flatMap((hour) => cron.minutes.map((minute) => hour * 60 + minute));
}

/** The shortest time between two firings, in seconds; Infinity when it fires once in four years. */
export function shortestIntervalSeconds(cron: Cron): number {
  const times = minutesOfDay(cron);
  const days = firingDays(cron);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const overnight = 1440 - (times.at(-1) ?? 0) + (times[0] ?? 0);
  const nights = days.slice(1).map((day, index) => (day - (days[index] ?? 0) - 1) * 1440 + overnight);
  return (
    Math.min(
      ...gaps,
      nights.reduce((least, gap) => Math.min(least, gap), Number.POSITIVE_INFINITY),
    ) * 60
  );
}

/** Seconds after midnight when it fires exactly once on every day; undefined otherwise. */
export function dailySecondOfDay(cron: Cron): number | undefined {
  const [minute, ...others] = minutesOfDay(cron);
  return others.length === 0 && minute !== undefined && firingDays(cron).length === SPAN_DAYS ? minute * 60 : undefined;
}
