/** The spans of UTC calendar time of which a rule keeps one snapshot each. */
export type Period = 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';

const DAY_MS = 86_400_000;

/** Names the ISO 8601 week: it belongs to the year its Thursday lies in. */
function isoWeek(time: Date): string {
  const daysToThursday = 4 - (time.getUTCDay() || 7);
  const thursday = new Date(time.getTime() + daysToThursday * DAY_MS);
  const dayOfYear = Math.floor((thursday.getTime() - yearStart(thursday.getUTCFullYear())) / DAY_MS);
  return `${thursday.getUTCFullYear()}-W${Math.floor(dayOfYear / 7) + 1}`;
}

function yearStart(year: number): number {
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  return new Date(0).setUTCFullYear(year, 0, 1);
}

const BUCKETS: Readonly<Record<Period, (time: Date) => string>> = {
  hourly: (time) => time.toISOString().slice(0, -11),
  daily: (time) => time.toISOString().slice(0, -14),
  weekly: isoWeek,
  monthly: (time) => time.toISOString().slice(0, -17),
  yearly: (time) => String(time.getUTCFullYear()),
};

/** The name of the span the time lies in: equal for two times exactly when they share it. */
export function bucketOf(period: Period, time: Date): string {
  return BUCKETS[period](time);
}
