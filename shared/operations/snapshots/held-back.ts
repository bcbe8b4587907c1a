import { noted, type Observation } from '../../domain/finding.ts';
import { EffectError } from '../../domain/operation.ts';

/** In a lockdown nothing is deleted or archived: the engine refuses the intent, and that is no failure of the clean-up. */
export function heldBack(error: unknown, what: string): Observation {
  if (!(error instanceof EffectError) || error.fault !== 'intent-refused') throw error;
  return noted({
    code: 'held-back',
    subject: 'snapshots',
    message: `nothing was ${what}: ${error.message}`,
    remedy: 'it is done by the first run after the lockdown is lifted',
  });
}
