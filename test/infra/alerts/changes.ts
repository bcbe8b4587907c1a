import { type Changes, clock, type Step } from './world.ts';

export const T90 = 't-90-prep';
export const T30 = 't-30-final-check';
export const NOON = 'high-noon-sync';
export const WEEKLY = 'weekly-risk-review';
export const SNAPSHOT = 'snapshot-orchestration';

/** What the levels of a phase show once a slot of it is settled. */
export const settled = (phase: string, verdict: number, ending: number, failures: number): Changes => ({
  [`phase_verdict/${phase}`]: verdict,
  [`phase_ending/${phase}`]: ending,
  [`consecutive_failures/${phase}`]: failures,
});
export const good = (phase: string): Changes => settled(phase, 0, 0, 0);
export const failed = (phase: string, failures = 1): Changes => settled(phase, 3, 3, failures);
/** Skipped, scrubbed or refused: the cause was told before. */
export const joined = (phase: string, failures = 1): Changes => settled(phase, 2, 1, failures);
export const missed = (phase: string): Changes => settled(phase, 2, 2, 1);
export const violated = (phase: string): Changes => ({ ...settled(phase, 4, 4, 1), lockdown_active: 1 });
export const noonDidNotRun = (failures = 1): Changes => ({ ...joined(NOON, failures), high_noon_sync_status: 0 });
/** After T-90 was not go: T-30 and noon are skipped when their windows close. */
export const skippedDay = (day = 0, failures = 1): Step[] => [
  { at: clock('12:20', day), set: joined(T30, failures) },
  { at: clock('12:30', day), set: noonDidNotRun(failures) },
];
export const refusedDay: Step[] = [
  { at: clock('11:30'), set: joined(T30) },
  { at: clock('12:00'), set: noonDidNotRun() },
];
