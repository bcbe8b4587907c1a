import type { FieldType as ConfiguredType, Guardrail } from '../configuration/index.ts';
import { compilePolicy, type FieldType, type Policy, PolicyBudget, PolicyError } from '../policy/index.ts';
import type { EvidenceSource } from './evidence-source.ts';
import type { Fields } from './fields.ts';
import { type Decision, Undecided } from './judge.ts';
import { fieldsRead, withMoments } from './moments.ts';

export interface ConditionRecord {
  readonly alias: string;
  readonly fields: EvidenceSource['fields'];
}

type Bindings = { [name: string]: unknown };

/** Whether a condition holds of the bound records, or why that cannot be told. */
export type Condition = (own: Fields, partner: Fields | undefined) => boolean | Undecided;

/** CEL has no days and no bare lists or maps by these names. */
const POLICY_TYPES: Readonly<Record<ConfiguredType, FieldType>> = {
  string: 'string',
  bool: 'bool',
  int: 'int',
  double: 'double',
  timestamp: 'timestamp',
  date: 'string',
  list: 'list<any>',
  map: 'map',
  any: 'any',
};

/** Declared fields are all that exist; evidence that declares none may have any. */
function variableType(fields: EvidenceSource['fields']): FieldType {
  if (fields === undefined) return 'map';
  return Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, POLICY_TYPES[type]]));
}

/** Compiles a guardrail's condition and checks its types. Throws PolicyError. */
export function compileCondition(expression: string, records: readonly ConditionRecord[]): Policy {
  const variables = Object.fromEntries(records.map(({ alias, fields }) => [alias, variableType(fields)]));
  return compilePolicy(expression, { variables, result: 'bool' });
}

/** Records between two looks at the clock share this many steps, so that a slow condition cannot hold the process. */
const STEPS_A_STRETCH = 10_000_000;
const RECORDS_A_STRETCH = 1_000;

/** A condition over records as they come from their source. */
export function conditionOf(
  guardrail: Extract<Guardrail, { check: 'records_all' | 'records_none' }> & { readonly expr: string },
  own: ConditionRecord,
  joined: ConditionRecord | undefined,
  constants: { readonly tz: string; readonly now: string },
): Condition {
  const policy = compileCondition(guardrail.expr, joined === undefined ? [own] : [own, joined]);
  const ownTimes = timesOf(guardrail.expr, own);
  const joinedTimes = joined === undefined ? [] : timesOf(guardrail.expr, joined);
  const bindings: Bindings = { tz: constants.tz, now: new Date(constants.now) };
  let budget = new PolicyBudget(STEPS_A_STRETCH);
  let calls = 0;
  return (record, partner) => {
    calls += 1;
    if (calls % RECORDS_A_STRETCH === 0) budget = new PolicyBudget(STEPS_A_STRETCH);
    bindings[own.alias] = withMoments(record, ownTimes);
    if (joined !== undefined) {
      if (partner === undefined) delete bindings[joined.alias];
      else bindings[joined.alias] = withMoments(partner, joinedTimes);
    }
    try {
      return policy(bindings, budget) === true;
    } catch (error) {
      if (error instanceof PolicyError) return new Undecided(reasonOf(error));
      throw error;
    }
  };
}

/** Without the expression, which every reader has before them anyway. */
function reasonOf(error: PolicyError): string {
  return error.message.split(` (${error.code}`)[0] ?? error.code;
}

/** Fields in which undeclared evidence may have a moment written as text. */
function timesOf(expression: string, { alias, fields }: ConditionRecord): readonly string[] {
  const read = fields === undefined ? fieldsRead(expression, alias) : [];
  return read === 'all' ? [] : read;
}

export const decided = (value: boolean | Undecided): Decision =>
  typeof value === 'boolean' ? (value ? 'holds' : 'fails') : value;
