/**
 * Instants are RFC 3339 strings in UTC with milliseconds, always of the same length, so that comparing strings
 * compares times and a stored document reads as a person would write it.
 */
export type Instant = string;

export function instant(epochMs: number): Instant {
  return new Date(epochMs).toISOString();
}

/** Any RFC 3339 time with an offset, as an Instant; undefined when it is not one. */
export function parseInstant(text: string): Instant | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(:(\d\d)(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day] = match;
  // Date.parse rolls 31 June over into July; a person who typed it meant something else.
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(day) < 1 || Number(day) > daysInMonth) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : instant(ms);
}

export const epochMs = (at: Instant): number => Date.parse(at);
export const plusMs = (at: Instant, ms: number): Instant => instant(epochMs(at) + ms);
export const plusSeconds = (at: Instant, seconds: number): Instant => plusMs(at, seconds * 1000);
export const secondsBetween = (from: Instant, to: Instant): number => (epochMs(to) - epochMs(from)) / 1000;
export const hoursBetween = (from: Instant, to: Instant): number => secondsBetween(from, to) / 3600;
export const dateOf = (at: Instant): string => at.slice(0, 10);
export const latest = (a: Instant, b: Instant): Instant => (a > b ? a : b);

/** `2026-11-24T12:00:00Z`: how instants on whole seconds are written for people and in interfaces. */
export function toSeconds(at: Instant): string {
  return `${at.slice(0, 19)}Z`;
}

/** `2026-11-24T12:00Z`: the form inside a slot id. */
export function toMinutes(at: Instant): string {
  return `${at.slice(0, 16)}Z`;
}

/** A calendar date `YYYY-MM-DD` that exists. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && parseInstant(`${text}T00:00:00Z`) !== undefined;
}
