import { zoneOffsetSeconds } from './zone.ts';

/** A day of the Gregorian calendar; month and day count from 1. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Reads `YYYY-MM-DD`; undefined when it is not a day of the calendar. */
export function parseDay(text: string): CalendarDay | undefined {
  if (text.length !== 10 || text[4] !== '-' || text[7] !== '-') return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
    ? { year, month, day }
    : undefined;
}

/** NaN, which is in no range, when there is anything but digits; by hand because it runs once for every record. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** The local day in a zone at an instant; undefined when there is no such zone. */
export function dayIn(zone: string, seconds: number): CalendarDay | undefined {
  const offset = zoneOffsetSeconds(zone, seconds);
  return offset === undefined ? undefined : dayOf(seconds + offset);
}

/** The UTC day of an instant, in whole seconds since 1970. */
export function dayOf(seconds: number): CalendarDay {
  const date = new Date(seconds * 1000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/**
 * Completed years between a birth and a day, by the calendar: a person is 21 from the first moment of the 21st
 * birthday, local time, and not before. Age is attained on the anniversary of birth (so counted for 21+ sales in
 * Texas, the first user's state); a person born on 29 February attains it on 1 March in years without that day,
 * because 28 February is not yet the anniversary, and a sale a day late breaks no law while one a day early does.
 *
 * @returns years from 0; negative when the day is before the birth
 */
export function yearsBetween(birth: CalendarDay, day: CalendarDay): number {
  const years = day.year - birth.year;
  const isBefore = day.month < birth.month || (day.month === birth.month && day.day < birth.day);
  return isBefore ? years - 1 : years;
}

/**
 * Completed calendar years at an instant in a zone.
 * @param birth the day of birth
 * @param seconds the instant, in seconds since 1970 UTC
 * @param zone IANA name of the zone whose calendar counts, for example the store's
 * @returns undefined when there is no such zone
 */
export function calendarAge(birth: CalendarDay, seconds: number, zone: string): number | undefined {
  const day = dayIn(zone, seconds);
  return day === undefined ? undefined : yearsBetween(birth, day);
}
