import { admit } from './admit.ts';
import { calendarAge, dayOf, parseDay } from './calendar-age.ts';
import { Fault } from './errors.ts';
import { parseTimestamp } from './instants.ts';
import { fn, type LibraryFunction, method } from './library.ts';
import { Duration, Timestamp, typeName, type Value } from './values.ts';
import { zoneOffsetSeconds } from './zone.ts';

/** Looking up an offset reads Intl twice at worst: about 10 us. */
const ZONE_STEPS = 50;

/** A part of an instant's local time; `local` is a Date whose UTC fields are the local ones. */
function part(name: string, read: (local: Date, nanos: number) => number): LibraryFunction {
  return method(name, ['(timestamp) int', '(timestamp, string) int'], (frame, at, [instant, zone = 'UTC']) => {
    if (!(instant instanceof Timestamp) || typeof zone !== 'string') return undefined;
    frame.spend(zone === 'UTC' ? 1 : ZONE_STEPS);
    const offset = zoneOffsetSeconds(zone, instant.seconds);
    if (offset === undefined) return new Fault('bad-argument', 'no such time zone', at);
    return BigInt(read(new Date((instant.seconds + offset) * 1000), instant.nanos));
  });
}

/** The same names read a duration, in which they are totals (milliseconds: the part below a second). */
function partOrTotal(name: string, read: (local: Date, nanos: number) => number, total: (nanos: bigint) => bigint) {
  const ofInstant = part(name, read);
  return method(name, [...ofInstant.overloads, '(duration) int'], (frame, at, args) => {
    const [duration, zone] = args;
    if (duration instanceof Duration) return zone === undefined ? total(duration.nanos) : undefined;
    return ofInstant.run(frame, at, args);
  });
}

const DAY_MS = 86_400_000;

function dayOfYear(local: Date): number {
  const start = new Date(local.getTime());
  start.setUTCMonth(0, 1);
  return Math.round((local.getTime() - start.getTime()) / DAY_MS);
}

export const CLOCK: readonly LibraryFunction[] = [
  part('getFullYear', (local) => local.getUTCFullYear()),
  part('getMonth', (local) => local.getUTCMonth()),
  part('getDate', (local) => local.getUTCDate()),
  part('getDayOfMonth', (local) => local.getUTCDate() - 1),
  part('getDayOfWeek', (local) => local.getUTCDay()),
  part('getDayOfYear', dayOfYear),
  partOrTotal(
    'getHours',
    (local) => local.getUTCHours(),
    (nanos) => nanos / 3_600_000_000_000n,
  ),
  partOrTotal(
    'getMinutes',
    (local) => local.getUTCMinutes(),
    (nanos) => nanos / 60_000_000_000n,
  ),
  partOrTotal(
    'getSeconds',
    (local) => local.getUTCSeconds(),
    (nanos) => nanos / 1_000_000_000n,
  ),
  partOrTotal(
    'getMilliseconds',
    (_local, nanos) => Math.floor(nanos / 1_000_000),
    (nanos) => (nanos / 1_000_000n) % 1000n,
  ),
  fn('calendar_age', ['(string, timestamp, string) int', '(timestamp, timestamp, string) int'], (frame, at, args) => {
    frame.spend(ZONE_STEPS);
    return age(args[0] as Value, args[1] as Value, args[2] as Value, at);
  }),
  fn('age_h', ['(timestamp) double'], (frame, at, [value]) => {
    const instant = instantOf(value as Value, at);
    if (!(instant instanceof Timestamp)) return instant;
    const now = Object.hasOwn(frame.bindings, 'now') ? instantOf(admit(frame.bindings.now, at), at) : frame.given;
    if (!(now instanceof Timestamp))
      return new Fault('unknown-variable', 'age_h needs the time: no `now` is given', at);
    return (now.seconds - instant.seconds + (now.nanos - instant.nanos) / 1e9) / 3600;
  }),
];

/** An instant, or its RFC 3339 text: documents from JSON have no timestamps of their own. */
function instantOf(value: Value, at: number): Timestamp | Fault | undefined {
  if (value instanceof Timestamp) return value;
  return typeof value === 'string' ? parseTimestamp(value, at) : undefined;
}

/**
 * Completed calendar years of a person at an instant in a zone. The birth is `YYYY-MM-DD`, or a timestamp whose UTC
 * day counts, since stores that know only timestamps keep a day as its midnight in UTC.
 */
function age(birth: Value, instant: Value, zone: Value, at: number): Value | undefined {
  const day = birth instanceof Timestamp ? dayOf(birth.seconds) : typeof birth === 'string' ? parseDay(birth) : null;
  const moment = instantOf(instant, at);
  if (day === null || moment === undefined || typeof zone !== 'string') return undefined;
  if (day === undefined) return new Fault('bad-argument', 'a date of birth is not a day as YYYY-MM-DD', at);
  if (moment instanceof Fault) return moment;
  const years = calendarAge(day, moment.seconds, zone);
  if (years === undefined) return new Fault('bad-argument', `no such time zone (a ${typeName(zone)})`, at);
  return years < 0 ? new Fault('bad-argument', 'a date of birth lies after the instant', at) : BigInt(years);
}
