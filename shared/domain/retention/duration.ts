/** A span in calendar units: a month has no fixed length until it is taken off a date. */
export type Duration = { years: number; months: number; days: number; hours: number };

const UNITS = { y: 'years', m: 'months', d: 'days', h: 'hours' } as const;
const PART = /(\d{1,6})([ymdh])/g;
const WHOLE = /^(?:\d{1,6}[ymdh])+$/;

/**
 * Reads restic's durations: `1y2m3d4h`, any order, each unit at most once (restic lets the last of two win, which in a
 * rule about deletion is more likely a slip than a wish).
 * @throws RangeError naming the rule, the value and what is allowed
 */
export function parseDuration(text: unknown, rule: string): Duration {
  const refused = (why: string): RangeError =>
    new RangeError(
      `${rule}: ${JSON.stringify(text)} ${why}; allowed are years, months, days and hours like "1y2m3d4h"`,
    );
  if (typeof text !== 'string') throw refused('is not text');
  const trimmed = text.trim();
  if (!WHOLE.test(trimmed)) throw refused('is not a duration');
  const duration: Duration = { years: 0, months: 0, days: 0, hours: 0 };
  const seen = new Set<string>();
  for (const [, digits, unit] of trimmed.matchAll(PART)) {
    if (seen.has(unit as string)) throw refused(`gives the unit ${unit} twice`);
    seen.add(unit as string);
    duration[UNITS[unit as keyof typeof UNITS]] = Number(digits);
  }
  return duration;
}

export function isZero(duration: Duration): boolean {
  return duration.years + duration.months + duration.days + duration.hours === 0;
}

export function formatDuration({ years, months, days, hours }: Duration): string {
  const part = (amount: number, unit: string): string => (amount === 0 ? '' : `${amount}${unit}`);
  return part(years, 'y') + part(months, 'm') + part(days, 'd') + part(hours, 'h');
}
