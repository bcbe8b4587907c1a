import type { GuardrailOf } from '../configuration/index.ts';
import { type Condition, conditionOf, decided } from './conditions.ts';
import type { Fields } from './fields.ts';
import { fieldOf, instantOf, isEmpty } from './fields.ts';
import type { Decision, Judge, Setting, Undecided } from './judge.ts';
import type { Partners } from './partners.ts';

type RecordsGuardrail = GuardrailOf<'records_all'> | GuardrailOf<'records_none'>;

/** `records_all`, `records_none`: a condition on each record, or on each pair that it makes. */
export function judgeRecords(guardrail: RecordsGuardrail, setting: Setting): Judge {
  const { evidence, check } = guardrail;
  const condition = conditionFor(guardrail, setting);
  const partners = guardrail.join === undefined ? undefined : setting.partners(guardrail.id);
  const judgeOne = check === 'records_all' ? forAll(condition, partners) : forNone(condition, partners);
  return { evidence, decide: judgeOne };
}

function conditionFor(guardrail: RecordsGuardrail, { evidence, storeTimezone, now }: Setting): Condition {
  const { expr, fields = [], value } = guardrail;
  if (expr === undefined) return (record) => fields.every((field) => isSame(fieldOf(record, field), value));
  const recordOf = (name: string) => ({
    alias: evidence[name]?.alias ?? name,
    fields: evidence[name]?.fields,
  });
  return conditionOf(
    { ...guardrail, expr },
    recordOf(guardrail.evidence),
    guardrail.join === undefined ? undefined : recordOf(guardrail.join),
    { tz: storeTimezone, now },
  );
}

/** Files of comma separated values have text for everything. */
function isSame(found: unknown, wanted: unknown): boolean {
  if (found === wanted) return true;
  if (found instanceof Date) return typeof wanted === 'string' && instantOf(found) === instantOf(wanted);
  return typeof found === 'string' && (typeof wanted === 'number' || typeof wanted === 'boolean')
    ? found === String(wanted)
    : (found ?? null) === null && wanted === null;
}

/**
 * Every pair must satisfy the condition. A record without a partner is judged by what it says alone, and fails when
 * that is not enough: a sale without a decision on the buyer's age must not pass because nothing contradicts it.
 */
function forAll(condition: Condition, partners: Partners | undefined): (record: Fields) => Decision {
  if (partners === undefined) return (record) => decided(condition(record, undefined));
  return (record) => {
    const found = partners.find(record);
    if (found.length === 0) return condition(record, undefined) === true ? 'holds' : 'fails';
    let decision: Decision = 'holds';
    for (const partner of found) {
      const one = decided(condition(record, partner));
      if (one === 'fails') return one;
      if (one !== 'holds') decision = one;
    }
    return decision;
  };
}

/** No pair may satisfy it; a record without a partner only breaks it by what it says alone. */
function forNone(condition: Condition, partners: Partners | undefined): (record: Fields) => Decision {
  const turned = (value: boolean | Undecided): Decision => (typeof value === 'boolean' ? decided(!value) : value);
  if (partners === undefined) return (record) => turned(condition(record, undefined));
  return (record) => {
    const found = partners.find(record);
    if (found.length === 0) return condition(record, undefined) === true ? 'fails' : 'holds';
    let decision: Decision = 'holds';
    for (const partner of found) {
      const one = turned(condition(record, partner));
      if (one === 'fails') return one;
      if (one !== 'holds') decision = one;
    }
    return decision;
  };
}

export function judgeFieldsPresent({ evidence, fields }: GuardrailOf<'fields_present'>): Judge {
  return {
    evidence,
    decide: (record) => (fields.some((field) => isEmpty(fieldOf(record, field))) ? 'fails' : 'holds'),
  };
}

/** A flag that is missing was never set, so it is not true. */
export function judgeFieldsTrue({ evidence, fields }: GuardrailOf<'fields_true'>): Judge {
  const isTrue = (value: unknown) => value === true || value === 'true';
  return {
    evidence,
    decide: (record) => (fields.every((field) => isTrue(fieldOf(record, field))) ? 'holds' : 'fails'),
  };
}
