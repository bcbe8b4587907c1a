import { admit } from './admit.ts';
import { checkPolicy } from './checker.ts';
import { compileNode } from './compile.ts';
import { type CustomFunction, customFunctions } from './custom.ts';
import type { Environment } from './environment.ts';
import { Fault, LimitReached, PolicyError } from './errors.ts';
import { Frame, type PolicyBudget, stepsOf, type Thunk } from './frame.ts';
import { LIMITS } from './limits.ts';
import { parsePolicy } from './parse.ts';
import { outward } from './result.ts';
import { STANDARD } from './standard.ts';
import { countNodes } from './syntax.ts';
import { type FieldType, type StaticType, staticType, TYPE_NAMES } from './types.ts';
import { isPlainRecord, type PlainRecord, Timestamp, type Value } from './values.ts';

export interface PolicyOptions {
  /**
   * The variables that exist, each a record of fields or a type. With it the expression is checked: a name, field,
   * function or type that does not fit is refused before anything runs. `now` (timestamp) and `tz` (string) always
   * exist. Without it nothing is checked before evaluation.
   */
  readonly variables?: Readonly<Record<string, FieldType>>;
  /** Functions beside the standard ones. */
  readonly functions?: Readonly<Record<string, CustomFunction>>;
  /** The type that the expression must have. */
  readonly result?: 'bool';
  /** The time for `now` and `age_h` when the bindings give none. */
  readonly now?: Date;
  /** Steps that one call may take, up to 10,000,000; 1,000,000 unless said. */
  readonly maxSteps?: number;
  /** The namespace in which undeclared names are resolved first, as CEL's containers have it. */
  readonly container?: string;
}

/**
 * Evaluates over one set of bindings; a shared budget bounds several calls together.
 * @throws PolicyError with the code of the evaluation error
 */
export type Policy = (bindings?: PlainRecord, budget?: PolicyBudget) => unknown;

const STANDARD_FUNCTIONS = new Map(STANDARD.map((entry) => [`${entry.style}:${entry.name}`, entry]));

/**
 * Compiles a CEL expression.
 * @throws PolicyError when it cannot be read, is too large or too deep, or does not fit its declared variables
 */
export function compilePolicy(expression: string, options: PolicyOptions = {}): Policy {
  const evaluate = compileRaw(expression, options);
  return (bindings = {}, budget) => evaluate(bindings, budget, result);
}

function result(value: Value, frame: Frame): unknown {
  return typeof value === 'boolean' ? value : outward(value, frame);
}

type Finish<T> = (value: Value, frame: Frame) => T;

/** The same with the evaluator's own value handed to `finish`: tests look at types that results do not carry. */
export function compileRaw(expression: string, options: PolicyOptions = {}) {
  const tree = parsePolicy(expression);
  const environment = environmentOf(expression, options);
  if (environment.variables !== undefined) checkPolicy(tree, environment, options.result, expression);
  const { thunk, roots } = compileNode(tree, environment);
  const base = countNodes(tree);
  const maxSteps = stepsOf(options.maxSteps ?? LIMITS.stepsPerCall);
  const now = options.now === undefined ? undefined : admit(options.now, 0);
  if (now instanceof Fault) throw new PolicyError(now.code, now.detail, expression);
  const given = now instanceof Timestamp ? now : undefined;

  return <T>(bindings: PlainRecord, budget: PolicyBudget | undefined, finish: Finish<T>): T => {
    const limit = budget === undefined ? maxSteps : Math.min(maxSteps, budget.remaining);
    const frame = new Frame(bindings, recordsOf(bindings, roots), [], given, limit, base);
    try {
      return finish(checked(thunk, frame, options.result, expression), frame);
    } catch (error) {
      if (error instanceof LimitReached) throw new PolicyError(error.code, error.detail, expression);
      throw error;
    } finally {
      if (budget !== undefined) budget.remaining = Math.max(0, budget.remaining - frame.steps);
    }
  };
}

function checked(thunk: Thunk, frame: Frame, result: 'bool' | undefined, expression: string): Value {
  frame.spend(0);
  const value = thunk(frame);
  if (value instanceof Fault) throw new PolicyError(value.code, value.detail, expression, value.at);
  if (result === 'bool' && typeof value !== 'boolean') {
    throw new PolicyError('type', 'the result is not a bool', expression);
  }
  return value;
}

function recordsOf(bindings: PlainRecord, names: readonly string[]): (PlainRecord | undefined)[] {
  const records: (PlainRecord | undefined)[] = [];
  for (let i = 0; i < names.length; i += 1) {
    const name = names[i] as string;
    const value = Object.hasOwn(bindings, name) ? admit(bindings[name], 0) : undefined;
    records.push(isPlainRecord(value) ? value : undefined);
  }
  return records;
}

function environmentOf(expression: string, options: PolicyOptions): Environment {
  const functions = new Map([...STANDARD_FUNCTIONS, ...customFunctions(options.functions ?? {}, expression)]);
  const container = options.container ?? '';
  if (options.variables === undefined) return { container, variables: undefined, functions };
  const variables = new Map<string, StaticType>([
    ['now', { kind: 'timestamp' }],
    ['tz', { kind: 'string' }],
  ]);
  for (const [name, declared] of Object.entries(options.variables)) {
    const type = staticType(declared);
    if (type === undefined) {
      throw new PolicyError(
        'type',
        `variable ${name} is declared with an unknown type`,
        expression,
        undefined,
        TYPE_NAMES,
      );
    }
    variables.set(name, type);
  }
  return { container, variables, functions };
}
