/** Which snapshots stay and why: restic's rules as one pure function. */

export { planRetention, type RetentionPlan, type RetentionSnapshot } from './plan-retention.ts';
export type { KeepCount, RetentionPolicy } from './policy.ts';
