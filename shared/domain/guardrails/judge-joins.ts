import type { GuardrailOf } from '../configuration/index.ts';
import { fieldOf, instantOf, isEmpty } from './fields.ts';
import { type Decision, type Judge, type Setting, Undecided } from './judge.ts';

export function judgeJoinComplete({ evidence, id }: GuardrailOf<'join_complete'>, setting: Setting): Judge {
  const partners = setting.partners(id);
  return { evidence, decide: (record) => (partners.find(record).length > 0 ? 'holds' : 'fails') };
}

/**
 * Fields equal in every pair. A record without a partner fails, unless `gapsAreTold`: a `join_complete` over the same
 * pairs is judged beside it, and one gap is not told as two faults.
 */
export function judgeJoinEqual(
  { evidence, id, fields }: GuardrailOf<'join_equal'>,
  setting: Setting,
  gapsAreTold: boolean,
): Judge {
  const partners = setting.partners(id);
  return {
    evidence,
    decide(record): Decision {
      const found = partners.find(record);
      if (found.length === 0) return gapsAreTold ? 'skips' : 'fails';
      for (const field of fields) {
        const own = fieldOf(record, field);
        for (const partner of found) {
          const other = fieldOf(partner, field);
          if (isEmpty(own) && isEmpty(other)) return new Undecided(`neither of a pair has the field ${field}`);
          if (!isEqual(own, other)) return 'fails';
        }
      }
      return 'holds';
    },
    nothing: 'no record has a partner, so nothing could be compared',
  };
}

/** A number is equal to the text that a file of comma separated values has for it. */
function isEqual(left: unknown, right: unknown): boolean {
  if (isEmpty(left) || isEmpty(right)) return false;
  if (left instanceof Date || right instanceof Date) return instantOf(left) === instantOf(right);
  if (typeof left === 'object' || typeof right === 'object') return JSON.stringify(left) === JSON.stringify(right);
  return String(left) === String(right);
}
