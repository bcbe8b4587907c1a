import { UsageError } from '../errors.ts';
import { LimitReached } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { PlainRecord, Timestamp, Value } from './values.ts';

/** A limit must be a number that steps can exceed: with NaN nothing would ever end. */
export function stepsOf(limit: number): number {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= LIMITS.stepsInAll) return limit;
  throw new UsageError(`a limit of ${limit} steps; allowed are whole numbers from 1 to ${LIMITS.stepsInAll}`);
}

/** Steps that several calls may take together, for example all rules over one document. */
export class PolicyBudget {
  remaining: number;
  constructor(steps: number = LIMITS.stepsInAll) {
    this.remaining = stepsOf(steps);
  }
}

/** What one call carries: its bindings, the variables of its comprehensions, and the steps it has taken. */
export class Frame {
  readonly bindings: PlainRecord;
  /** The bound records whose fields are read, so that each is looked up once; undefined for what is no record. */
  readonly roots: readonly (PlainRecord | undefined)[];
  readonly slots: Value[];
  /** The time that holds where the bindings give none. */
  readonly given: Timestamp | undefined;
  readonly limit: number;
  steps: number;

  constructor(
    bindings: PlainRecord,
    roots: readonly (PlainRecord | undefined)[],
    slots: Value[],
    given: Timestamp | undefined,
    limit: number,
    steps: number,
  ) {
    this.bindings = bindings;
    this.roots = roots;
    this.slots = slots;
    this.given = given;
    this.limit = limit;
    this.steps = steps;
  }

  /** Pays for work before it is done, so that the work itself is bounded. */
  spend(steps: number): void {
    this.steps += steps;
    if (this.steps > this.limit) throw new LimitReached('budget', `more than ${this.limit} steps`);
  }

  /** Text, bytes and lists are read at about 16 units a step. */
  spendOn(units: number): void {
    this.spend(units >> 4);
  }
}

/** A compiled node. */
export type Thunk = (frame: Frame) => Value;
