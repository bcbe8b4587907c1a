import type { GuardrailOf } from '../configuration/index.ts';
import { dayIn, parseDay } from '../policy/index.ts';
import { epochMs } from '../time.ts';
import type { Fields } from './fields.ts';
import { fieldOf, instantOf } from './fields.ts';
import { type Judge, type Setting, Undecided } from './judge.ts';

const DAY_MS = 86_400_000;

/** `max_age_days`: a date at most so long ago; with `warn`, said before it is too late. */
export function judgeMaxAge(guardrail: GuardrailOf<'max_age_days'>, setting: Setting): Judge {
  const { evidence, field, max, warn } = guardrail;
  const daysSince = daysBetween(field, setting);
  return {
    evidence,
    decide(record) {
      const age = daysSince(record);
      if (age instanceof Undecided) return age;
      // A day of grace: a date without a zone may lie in a zone that is ahead.
      if (age < -1) return new Undecided(`the field ${field} lies in the future`);
      if (age > max) return 'fails';
      return warn !== undefined && age > warn ? 'warns' : 'holds';
    },
  };
}

/** `expiry_min_days`: more than so many days are left. */
export function judgeExpiry({ evidence, field, min }: GuardrailOf<'expiry_min_days'>, setting: Setting): Judge {
  const daysSince = daysBetween(field, setting);
  return {
    evidence,
    decide(record) {
      const age = daysSince(record);
      if (age instanceof Undecided) return age;
      return -age > min ? 'holds' : 'fails';
    },
  };
}

/**
 * Days from a field's date to now, negative for the future. A date counts in days of the store's calendar, a moment to
 * the millisecond.
 */
export function daysBetween(field: string, { now, storeTimezone }: Setting): (record: Fields) => number | Undecided {
  const nowMs = epochMs(now);
  const today = dayIn(storeTimezone, Math.floor(nowMs / 1000));
  const todayMs = today === undefined ? Number.NaN : Date.UTC(today.year, today.month - 1, today.day);
  return (record) => {
    const value = fieldOf(record, field);
    const day = typeof value === 'string' ? parseDay(value) : undefined;
    if (day !== undefined) return Math.round((todayMs - Date.UTC(day.year, day.month - 1, day.day)) / DAY_MS);
    const at = instantOf(value);
    return at === undefined ? new Undecided(`the field ${field} is no date`) : (nowMs - epochMs(at)) / DAY_MS;
  };
}
