import picomatch from 'picomatch';
import type { GuardrailOf } from '../configuration/index.ts';
import { fieldOf } from './fields.ts';
import { type Judge, type Setting, Undecided } from './judge.ts';
import { daysBetween } from './judge-dates.ts';

/** Where an inventory says when a secret was last rotated; the first that is there counts. */
export const ROTATION_FIELDS = ['rotated_at', 'last_rotated_at', 'rotated_on', 'last_rotated'] as const;

/** `secrets_clean`: no tracked file has a forbidden path, and every secret of the inventory was rotated lately. */
export function judgeSecrets(guardrail: GuardrailOf<'secrets_clean'>, setting: Setting): readonly [Judge, Judge] {
  // A file system that knows no case would hand `.ENV` to whoever asks for `.env`.
  const isDenied = picomatch([...guardrail.deny_paths], { dot: true, nocase: true });
  const files: Judge = {
    evidence: guardrail.evidence,
    decide(record) {
      const path = fieldOf(record, 'path');
      if (typeof path !== 'string') return new Undecided('a tracked file has no path');
      return isDenied(path) ? 'fails' : 'holds';
    },
  };
  const ages = ROTATION_FIELDS.map((field) => [field, daysBetween(field, setting)] as const);
  const rotation: Judge = {
    evidence: guardrail.inventory,
    decide(record) {
      const [, daysSince] = ages.find(([field]) => fieldOf(record, field) !== undefined) ?? [];
      const age = daysSince?.(record) ?? new Undecided(`a secret has none of the fields ${ROTATION_FIELDS.join(', ')}`);
      if (typeof age !== 'number') return age;
      if (age < -1) return new Undecided('a secret was rotated in the future');
      return age > guardrail.max_rotation_days ? 'fails' : 'holds';
    },
  };
  return [files, rotation];
}
