import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { calendarAge, compilePolicy, parseDay } from '../../../shared/domain/policy/index.ts';
import { zoneOffsetSeconds } from '../../../shared/domain/policy/zone.ts';

const ZONES = [
  'America/Chicago',
  'UTC',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Europe/London',
  'America/St_Johns',
  'Africa/Monrovia',
];

const age = (birth: string, at: string, zone = 'America/Chicago'): unknown =>
  compilePolicy('calendar_age(birth, timestamp(at), zone)')({ birth, at, zone });

/** Counts birthdays one by one on local dates that Intl prints: slow, and shares nothing with the code under test. */
function countedAge(birth: string, instant: Date, zone: string): number {
  const printed = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const today = printed.format(instant).padStart(10, '0');
  const [year = 0, month = 0, day = 0] = birth.split('-').map(Number);
  let years = 0;
  for (;;) {
    const next = year + years + 1;
    const hasDay = new Date(Date.UTC(next, month - 1, day)).getUTCMonth() === month - 1;
    const birthday = hasDay ? `${next}${birth.slice(4)}` : `${next}-03-01`;
    if (birthday > today) return years;
    years += 1;
  }
}

test('a person is 21 from the first moment of the 21st birthday in the zone of the store', () => {
  assert.equal(age('2005-11-23', '2026-11-23T05:59:59.999Z'), 20n);
  assert.equal(age('2005-11-23', '2026-11-23T06:00:00Z'), 21n);
  assert.equal(age('2005-11-23', '2026-11-23T05:59:59Z', 'UTC'), 21n);
});

test('the day counts, not days divided by 365.25', () => {
  // 7670 days lie between; divided by 365.25 that is 20.9993, though the birthday has come.
  assert.equal(age('2005-03-01', '2026-03-01T12:00:00Z'), 21n);
  assert.equal(age('2001-03-01', '2022-02-28T23:00:00Z'), 20n);
});

test('born on 29 February: a year older on 1 March in common years, on 29 February in leap years', () => {
  assert.equal(age('2004-02-29', '2025-02-28T18:00:00Z'), 20n);
  assert.equal(age('2004-02-29', '2025-03-01T18:00:00Z'), 21n);
  assert.equal(age('2004-02-29', '2028-02-28T18:00:00Z'), 23n);
  assert.equal(age('2004-02-29', '2028-02-29T18:00:00Z'), 24n);
});

test('the hour of a change of the clock does not move a birthday', () => {
  assert.equal(age('2005-11-01', '2026-11-01T04:59:59Z'), 20n);
  assert.equal(age('2005-11-01', '2026-11-01T05:00:00Z'), 21n);
  assert.equal(age('2005-11-02', '2026-11-02T05:59:59Z'), 20n);
  assert.equal(age('2005-11-02', '2026-11-02T06:00:00Z'), 21n);
});

test('a day that a zone left out is no birthday lost: Samoa had no 30 December 2011', () => {
  assert.equal(age('1990-12-30', '2011-12-30T09:59:59Z', 'Pacific/Apia'), 20n);
  assert.equal(age('1990-12-30', '2011-12-30T10:00:00Z', 'Pacific/Apia'), 21n);
});

test('a birth as timestamp counts by its UTC day', () => {
  const policy = compilePolicy("calendar_age(b, timestamp('2026-11-23T06:00:00Z'), 'America/Chicago')");
  assert.equal(policy({ b: new Date('2005-11-23T00:00:00Z') }), 21n);
  assert.equal(policy({ b: new Date('2005-11-24T00:00:00Z') }), 20n);
});

test('what is no day, no zone, or a birth after the instant is an error, never an age', () => {
  for (const birth of [
    '2005-02-30',
    '2005-13-01',
    '2005-1-01',
    '23.11.2005',
    '2005-11-23T00:00:00Z',
    '',
    'abcd-ef-gh',
  ]) {
    assert.throws(() => age(birth, '2026-11-23T12:00:00Z'), { code: 'bad-argument' }, birth);
  }
  assert.throws(() => age('2005-11-23', '2026-11-23T12:00:00Z', 'America/Atlantis'), { code: 'bad-argument' });
  assert.throws(() => age('2026-11-24', '2026-11-23T12:00:00Z'), { code: 'bad-argument' });
});

test('property: the age is that of counting birthdays one by one', () => {
  const births = fc.date({ min: new Date('1900-01-01'), max: new Date('2015-12-31'), noInvalidDate: true });
  const leapDays = fc.integer({ min: 476, max: 503 }).map((n) => `${n * 4}-02-29`);
  const birth = fc.oneof(
    births.map((date) => date.toISOString().slice(0, 10)),
    leapDays,
  );
  const instant = fc.date({ min: new Date('2017-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(birth, instant, fc.constantFrom(...ZONES), (born, at, zone) => {
      const day = parseDay(born);
      fc.pre(day !== undefined && born !== '1900-02-29');
      assert.equal(day && calendarAge(day, Math.floor(at.getTime() / 1000), zone), countedAge(born, at, zone));
    }),
    { numRuns: 2_000, seed: 21 },
  );
});

test('property: around midnight of the birthday the age rises exactly there', () => {
  const birth = fc.date({ min: new Date('1920-01-01'), max: new Date('2004-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(birth, fc.constantFrom(...ZONES), fc.integer({ min: -120_000, max: 120_000 }), (date, zone, shift) => {
      const born = date.toISOString().slice(0, 10);
      const day = parseDay(born);
      const at = new Date(Date.UTC(date.getUTCFullYear() + 21, date.getUTCMonth(), date.getUTCDate()) + shift * 1000);
      assert.equal(day && calendarAge(day, Math.floor(at.getTime() / 1000), zone), countedAge(born, at, zone));
    }),
    { numRuns: 2_000, seed: 21 },
  );
});

test('property: a remembered offset is the one that Intl gives for that very second', () => {
  const instant = fc.integer({ min: -4_000_000_000, max: 4_000_000_000 });
  fc.assert(
    fc.property(instant, fc.constantFrom(...ZONES), (seconds, zone) => {
      const shown = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).format(
        seconds * 1000,
      );
      const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(shown);
      const size = Number(match?.[2] ?? 0) * 3600 + Number(match?.[3] ?? 0) * 60 + Number(match?.[4] ?? 0);
      assert.equal(zoneOffsetSeconds(zone, seconds), match?.[1] === '-' ? -size : size);
    }),
    { numRuns: 2_000, seed: 7 },
  );
});

test('age_h is hours before now, from the bindings or else from the options, and an error without either', () => {
  const bindings = { t: new Date('2026-11-20T12:00:00Z') };
  const now = new Date('2026-11-23T12:30:00Z');
  assert.equal(compilePolicy('age_h(t)')({ ...bindings, now }), 72.5);
  assert.equal(compilePolicy('age_h(t)', { now })(bindings), 72.5);
  assert.equal(compilePolicy('age_h(t) == double((now - t).getSeconds()) / 3600.0', { now })(bindings), true);
  assert.equal(compilePolicy('age_h(t)', { now: new Date(0) })({ ...bindings, now }), 72.5);
  assert.equal(compilePolicy('age_h(t)', { now })({ t: '2026-11-23T12:00:00Z' }), 0.5);
  assert.throws(() => compilePolicy('age_h(t)')(bindings), { code: 'unknown-variable' });
});
