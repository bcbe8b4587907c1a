import { strikeSecrets } from '../domain/configuration/secrets.ts';
import type { OperationOutcome } from '../domain/operation.ts';

/**
 * What an operation says may repeat what a server answered, and a server may answer with a secret. It is struck out here,
 * before anything is judged, stored, reported or sent: afterwards there would be many places to forget one.
 */
export const withoutSecrets = (outcome: OperationOutcome): OperationOutcome => struck(outcome) as OperationOutcome;

/** The same value where nothing was struck out: almost always. */
function struck(value: unknown): unknown {
  if (typeof value === 'string') return strikeSecrets(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const items = value.map(struck);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const entries = Object.entries(value);
  const changed = entries.map(([key, item]): [string, unknown] => [strikeSecrets(key), struck(item)]);
  const isSame = changed.every(([key, item], index) => key === entries[index]?.[0] && item === entries[index]?.[1]);
  return isSame ? value : Object.fromEntries(changed);
}
