import { type Cron, previousInstant } from './cron.ts';
import type { Escalation } from './escalation.ts';
import { type Instant, secondsBetween, toMinutes } from './time.ts';

/**
 * The self-test of delivery, weekly unless configured otherwise: an escalation of no cause goes the way that a real one would go, from the outbox
 * through the relay to every channel. A path that is walked only when the house burns is found broken only then.
 */
export interface SelfTestRecord {
  /** The newest test, and when it was begun. */
  readonly id: string;
  readonly startedAt: Instant;
  /** When the relay had told every channel of it; null as long as it has not. */
  readonly deliveredAt: Instant | null;
  /** The newest delivery that came in time; null before the first. */
  readonly lastSuccessAt: Instant | null;
}

/** Marks the escalation: a test is nobody's incident, and no slot's cause is named so. */
export const SELF_TEST_CAUSE = 'self-test';
export const isSelfTest = ({ cause }: Pick<Escalation, 'cause'>): boolean => cause === SELF_TEST_CAUSE;

/** The first word that a person reads: the severity, or that it is a test. */
export const headWord = (escalation: Pick<Escalation, 'cause' | 'severity'>): string =>
  isSelfTest(escalation) ? 'SELF-TEST' : escalation.severity.toUpperCase();

/** Delivery in time: three ticks of the watchdog (15 min) and the longest backoff of the subscription (10 min) fit in. */
export const DELIVERED_WITHIN_SECONDS = 1800;

/** A Wednesday, 09:00 UTC: people are at work, T-90 is far, and both ends of the week are. */
export const SELF_TEST_CRON = '0 9 * * 3';

const inTime = (record: SelfTestRecord, deliveredAt: Instant): boolean =>
  secondsBetween(record.startedAt, deliveredAt) <= DELIVERED_WITHIN_SECONDS;

/** The record after its escalation was acknowledged. Late is not delivered: the success that counts stays the older one. */
export function delivered(record: SelfTestRecord, at: Instant): SelfTestRecord {
  return { ...record, deliveredAt: at, lastSuccessAt: inTime(record, at) ? at : record.lastSuccessAt };
}

/**
 * Whether a test is to begin. One at a time: a path that delivers nothing is not fed more. A test that was delivered too
 * late is followed by another at once, so that a path that was mended is known to be within minutes and not within a week.
 */
export function isSelfTestDue(
  record: SelfTestRecord | undefined,
  schedule: Cron,
  watchedSince: Instant,
  now: Instant,
): boolean {
  const instantDue = previousInstant(schedule, now);
  if (instantDue === undefined) return false;
  if (record === undefined) return instantDue >= watchedSince;
  if (record.deliveredAt === null) return false;
  return record.startedAt < instantDue || !inTime(record, record.deliveredAt);
}

export function beginSelfTest(
  known: SelfTestRecord | undefined,
  environment: string,
  now: Instant,
): { readonly record: SelfTestRecord; readonly escalation: Escalation } {
  const id = `${SELF_TEST_CAUSE}@${toMinutes(now)}`;
  return {
    record: { id, startedAt: now, deliveredAt: null, lastSuccessAt: known?.lastSuccessAt ?? null },
    escalation: {
      id,
      cause: SELF_TEST_CAUSE,
      routes: ['engineering'],
      severity: 'warning',
      title: `Self-test of escalation delivery (${environment}): nothing has happened`,
      phase: null,
      slotId: null,
      runId: null,
      since: now,
      findings: [],
      rolledBack: [],
      nextStep: 'nothing; that this came is the test, and nobody was paged for it',
      acknowledgedAt: null,
      joined: [],
    },
  };
}
