/**
 * Why a policy could not be compiled or evaluated. A message names types, fields and positions, never a value read
 * from a document: findings are built from it, and personal data must not leave the evaluator.
 */
export type PolicyErrorCode =
  | 'parse' // not CEL
  | 'too-large' // the source, a string, a pattern or a result is over its limit
  | 'too-deep' // nesting of the source or of a value is over its limit
  | 'type' // found by the checker, or a value that is not of its declared type
  | 'unknown-variable'
  | 'unknown-function'
  | 'no-such-field'
  | 'no-such-overload'
  | 'index-out-of-range'
  | 'duplicate-key'
  | 'overflow'
  | 'divide-by-zero'
  | 'bad-argument' // a conversion or function refused its argument
  | 'bad-regex'
  | 'budget'; // more steps than one call, or all calls together, may take

/** A place in an expression: offset counts UTF-16 units from 0, line and column count from 1. */
export interface PolicyPosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code: PolicyErrorCode;
  readonly expression: string;
  readonly position: PolicyPosition | undefined;
  /** What would have been allowed at this place (fields, variables, functions, types); empty where it says nothing. */
  readonly known: readonly string[];

  constructor(
    code: PolicyErrorCode,
    detail: string,
    expression: string,
    offset?: number,
    known: readonly string[] = [],
  ) {
    const position = offset === undefined ? undefined : positionOf(expression, offset);
    const place = position === undefined ? '' : ` at ${position.line}:${position.column}`;
    const shown = known.length > SHOWN_KNOWN ? [...known.slice(0, SHOWN_KNOWN), '...'] : known;
    const hint = known.length === 0 ? '' : `; known: ${shown.join(', ')}`;
    super(`${detail}${hint} (${code}${place} in: ${clip(expression)})`);
    this.code = code;
    this.expression = expression;
    this.position = position;
    this.known = known;
  }
}

/**
 * An evaluation error as a value, because `&&`, `||`, `all` and `exists` may absorb it: throwing and catching one per
 * element would let a comprehension over bad data run thirty times longer than its steps say.
 */
export class Fault {
  readonly code: PolicyErrorCode;
  readonly detail: string;
  readonly at: number;

  constructor(code: PolicyErrorCode, detail: string, at: number) {
    this.code = code;
    this.detail = detail;
    this.at = at;
  }
}

/** Thrown, never absorbed: an expression that outruns its limits must not be able to go on with `|| true`. */
export class LimitReached {
  readonly code: 'budget' | 'too-large' | 'too-deep';
  readonly detail: string;

  constructor(code: 'budget' | 'too-large' | 'too-deep', detail: string) {
    this.code = code;
    this.detail = detail;
  }
}

/** The parser places an operator at the blank before it. */
function positionOf(expression: string, from: number): PolicyPosition {
  const offset = from + (/^\s*/.exec(expression.slice(from))?.[0].length ?? 0);
  const before = expression.slice(0, offset).split('\n');
  return { offset, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

const SHOWN_EXPRESSION = 200;
const SHOWN_KNOWN = 40;

function clip(expression: string): string {
  return expression.length <= SHOWN_EXPRESSION ? expression : `${expression.slice(0, SHOWN_EXPRESSION)}...`;
}
