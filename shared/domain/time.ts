/**
 * Instants are RFC 3339 strings in UTC with milliseconds, always of the same length, so that comparing strings
 * compares times and a stored document reads as a person would write it.
 */
export type Instant = string;

const DAY_MS = 86_400_000;
const digits = (number: number, width: number): string => String(number).padStart(width, '0');
const MINUTES: readonly string[] = Array.from(
  { length: 1440 },
  (_, number) => `${digits(Math.floor(number / 60), 2)}:${digits(number % 60, 2)}:`,
);
const SECONDS: readonly string[] = Array.from({ length: 60 }, (_, number) => `${digits(number, 2)}.`);
const MILLISECONDS: readonly string[] = Array.from({ length: 1000 }, (_, number) => `${digits(number, 3)}Z`);
/** The dates of a few days lie ready: whatever happens together is about yesterday, today and tomorrow. Tests hold this to what Date says. */
const KNOWN_DAYS = 16;
const knownDays = new Float64Array(KNOWN_DAYS).fill(Number.NaN);
const midnights: string[] = Array.from({ length: KNOWN_DAYS }, () => '');

export function instant(epochMs: number): Instant {
  const whole = Math.trunc(epochMs);
  const day = Math.floor(whole / DAY_MS);
  const place = day & (KNOWN_DAYS - 1);
  if (knownDays[place] !== day) {
    const text = new Date(epochMs).toISOString();
    if (text.length !== 24) return text;
    midnights[place] = text.slice(0, 11);
    knownDays[place] = day;
  }
  const rest = whole - day * DAY_MS;
  const seconds = Math.floor(rest / 1000);
  const minutes = Math.floor(seconds / 60);
  return `${midnights[place]}${MINUTES[minutes]}${SECONDS[seconds - minutes * 60]}${MILLISECONDS[rest - seconds * 1000]}`;
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

let parsedDate = '';
let parsedMidnightMs = 0;

export function epochMs(at: Instant): number {
  if (at.length !== 24) return Date.parse(at);
  if (!at.startsWith(parsedDate) || parsedDate === '') {
    const date = at.slice(0, 11);
    const midnightMs = Date.parse(`${date}00:00:00.000Z`);
    if (Number.isNaN(midnightMs)) return Date.parse(at);
    parsedDate = date;
    parsedMidnightMs = midnightMs;
  }
  const minutes = twoDigits(at, 11) * 60 + twoDigits(at, 14);
  return (
    parsedMidnightMs + (minutes * 60 + twoDigits(at, 17)) * 1000 + twoDigits(at, 20) * 10 + at.charCodeAt(22) - ZERO
  );
}

const ZERO = 48;
const twoDigits = (at: Instant, index: number): number =>
  (at.charCodeAt(index) - ZERO) * 10 + at.charCodeAt(index + 1) - ZERO;
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
