import { phaseNamed } from '../domain/catalog.ts';
import { effectDeadlineOf, type Slot } from '../domain/slot.ts';
import { type Instant, plusSeconds } from '../domain/time.ts';

/** When an attempt has had its budget; noon may use its time up to the effect deadline. */
export function overtimeAt(slot: Slot, startedAt: Instant): Instant {
  const budget = plusSeconds(startedAt, phaseNamed(slot.phase)?.budgetSeconds ?? 0);
  const deadline = effectDeadlineOf(slot);
  return slot.phase === 'high-noon-sync' && deadline < budget ? deadline : budget;
}
