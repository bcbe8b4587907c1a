import { parseSlotId, slotAt } from './slot.ts';
import { dateOf, isDate, parseInstant } from './time.ts';

/** What is allowed where a noon is meant. */
export const NOON_TEXTS = 'a date, or the time or slot id of a noon,';

/**
 * The date of the noon that a text names: `2026-11-24`, `2026-11-24T12:00:00Z` or `high-noon-sync@2026-11-24T12:00Z`.
 * Another slot's id or time is undefined: who names T-90 does not mean that noon is to wait.
 */
export function noonDateOf(text: string): string | undefined {
  if (isDate(text)) return text;
  const at = parseInstant(text);
  const slot = at === undefined ? parseSlotId(text) : slotAt('high-noon-sync', at);
  return slot?.phase === 'high-noon-sync' ? dateOf(slot.dueAt) : undefined;
}
