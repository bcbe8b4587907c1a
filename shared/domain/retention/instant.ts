/** A point in time in nanoseconds since 1970 UTC: snapshots are taken at finer instants than a millisecond. */
export type Instant = bigint;

const PER_MILLISECOND = 1_000_000n;
const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Reads an RFC 3339 time, a Date, or milliseconds since 1970.
 * @throws RangeError naming the place, the value and what is allowed; a day such as February 30 is refused
 */
export function parseInstant(time: string | number | Date, place: string): Instant {
  if (typeof time === 'string') return parseText(time, place);
  const milliseconds = typeof time === 'number' ? time : time instanceof Date ? time.getTime() : Number.NaN;
  if (!Number.isFinite(milliseconds) || Math.abs(milliseconds) > 8.64e15) {
    throw new RangeError(`${place}: ${String(time)} is not a time (RFC 3339 text, a Date, or milliseconds since 1970)`);
  }
  return BigInt(Math.trunc(milliseconds)) * PER_MILLISECOND;
}

function parseText(text: string, place: string): Instant {
  const refused = new RangeError(`${place}: ${JSON.stringify(text)} is not an RFC 3339 time like 2026-11-23T12:00:00Z`);
  const match = RFC3339.exec(text);
  if (match === null) throw refused;
  const [, date, clock, fraction = '', zone = 'Z'] = match;
  // Date accepts February 30 and moves it to March; the round trip shows that.
  const asWritten = Date.parse(`${date}T${clock}Z`);
  const instant = Date.parse(`${date}T${clock}${zone.toUpperCase()}`);
  if (Number.isNaN(instant) || new Date(asWritten).toISOString().slice(0, 19) !== `${date}T${clock}`) throw refused;
  return BigInt(instant) * PER_MILLISECOND + BigInt(fraction.padEnd(9, '0'));
}

/** The UTC calendar of an instant; everything below a millisecond is cut off, so it never moves to the next hour. */
export function calendar(instant: Instant): Date {
  const milliseconds = instant / PER_MILLISECOND;
  const isBefore1970 = instant < 0n && instant % PER_MILLISECOND !== 0n;
  return new Date(Number(isBefore1970 ? milliseconds - 1n : milliseconds));
}

/** The instant that many calendar years, months and days, then hours, earlier. October 31 less a month is October 1. */
export function earlier(instant: Instant, by: { years: number; months: number; days: number; hours: number }): Instant {
  const from = calendar(instant);
  const rest = instant - BigInt(from.getTime()) * PER_MILLISECOND;
  const moved = new Date(from);
  // One call: setting the year first would turn February 29 into March 1 before the month is taken off.
  moved.setUTCFullYear(from.getUTCFullYear() - by.years, from.getUTCMonth() - by.months, from.getUTCDate() - by.days);
  moved.setUTCHours(moved.getUTCHours() - by.hours);
  // Beyond the calendar's reach nothing is excluded.
  return Number.isNaN(moved.getTime()) ? -(10n ** 30n) : BigInt(moved.getTime()) * PER_MILLISECOND + rest;
}
