import { UsageError } from './errors.ts';
import { epochMs, type Instant, instant } from './time.ts';

/** A five-field cron expression in UTC, parsed. Days follow the usual rule: with both day fields restricted, either matches. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Milliseconds after midnight at which it fires on a day that matches, in order. */
  readonly timesMs: readonly number[];
  /** By the number of days since 1970-01-01. */
  readonly matchesDay: (day: number) => boolean;
}

const FIELDS = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12 },
  { name: 'day of week', min: 0, max: 7 },
] as const;

const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 4;

const known = new Map<string, Cron>();

/** `parseCron`, once for every expression: those of the catalog and of the configuration are few. */
export function cronOf(expression: string): Cron {
  const cron = known.get(expression) ?? parseCron(expression);
  known.set(expression, cron);
  return cron;
}

/** Throws UsageError naming the field, its value and the allowed range. */
export function parseCron(expression: string): Cron {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    throw new UsageError(
      `cron '${expression}': has ${parts.length} fields; five are allowed: minute hour day month weekday`,
    );
  }
  const [minutes, hours, days, months, weekdays] = parts.map((part, index) => parseField(expression, part, index)) as [
    number[],
    number[],
    number[],
    number[],
    number[],
  ];
  const weekdaySet = new Set(weekdays.map((day) => day % 7));
  const daySet = new Set(days);
  const monthSet = new Set(months);
  const eitherDay = parts[2] !== '*' && parts[4] !== '*';
  const isByWeekday = parts[2] === '*' && parts[3] === '*';
  return {
    minutes,
    hours,
    timesMs: hours.flatMap((hour) => minutes.map((minute) => hour * 3_600_000 + minute * 60_000)),
    matchesDay: (day) => {
      const byWeekday = weekdaySet.has((((day + FIRST_WEEKDAY) % 7) + 7) % 7);
      // Nearly every schedule is of weekdays alone, and is asked often: no calendar is needed for it.
      if (isByWeekday) return byWeekday;
      const date = new Date(day * DAY_MS);
      if (!monthSet.has(date.getUTCMonth() + 1)) return false;
      const byDate = daySet.has(date.getUTCDate());
      return eitherDay ? byDate || byWeekday : byDate && byWeekday;
    },
  };
}

function parseField(expression: string, text: string, index: number): number[] {
  const field = FIELDS[index] ?? FIELDS[0];
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    const from = match?.[2] === undefined ? field.min : Number(match[2]);
    const to =
      match?.[3] !== undefined
        ? Number(match[3])
        : match?.[2] === undefined || match[4] !== undefined
          ? field.max
          : from;
    const step = match?.[4] === undefined ? 1 : Number(match[4]);
    if (match === null || from < field.min || to > field.max || from > to || step < 1) {
      throw new UsageError(
        `cron '${expression}': ${field.name} '${part}' is not allowed; use *, a number ${field.min}-${field.max}, a range or a step`,
      );
    }
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

/** Leap days on a given weekday are at most 40 years apart; a cron that matches less often than that matches never. */
const SEARCH_DAYS = 366 * 41;

/** The newest instant of the cron at or before `at`. */
export function previousInstant(cron: Cron, at: Instant): Instant | undefined {
  return search(cron, epochMs(at), -1);
}

/** The first instant of the cron strictly after `at`. */
export function nextInstant(cron: Cron, at: Instant): Instant | undefined {
  return search(cron, epochMs(at) + 1, 1);
}

/** Every instant of the cron with `from <= instant < to`, in order. */
export function instantsBetween(cron: Cron, from: Instant, to: Instant): Instant[] {
  const [begins, ends] = [epochMs(from), epochMs(to)];
  const found: Instant[] = [];
  for (let day = Math.floor(begins / DAY_MS); day * DAY_MS < ends; day++) {
    if (!cron.matchesDay(day)) continue;
    for (const time of cron.timesMs) {
      const at = day * DAY_MS + time;
      if (at >= begins && at < ends) found.push(instant(at));
    }
  }
  return found;
}

function search(cron: Cron, bound: number, direction: 1 | -1): Instant | undefined {
  const firstDay = Math.floor(bound / DAY_MS);
  for (let n = 0; n < SEARCH_DAYS; n++) {
    const day = firstDay + direction * n;
    if (!cron.matchesDay(day)) continue;
    const limit = bound - day * DAY_MS;
    const found =
      direction === 1 ? cron.timesMs.find((time) => time >= limit) : cron.timesMs.findLast((time) => time <= limit);
    if (found !== undefined) return instant(day * DAY_MS + found);
  }
  return undefined;
}
