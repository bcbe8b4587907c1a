/**
 * The policy engine: expressions in CEL, read by @bufbuild/cel, compiled once to closures and evaluated over documents
 * in bounded steps. What a binding may be stands at `admit`, what a result is at `outward`, the bounds at `LIMITS`.
 */
export { type CalendarDay, calendarAge, dayIn, parseDay, yearsBetween } from './calendar-age.ts';
export type { CustomFunction } from './custom.ts';
export { PolicyError, type PolicyErrorCode, type PolicyPosition } from './errors.ts';
export { PolicyBudget } from './frame.ts';
export { LIMITS as POLICY_LIMITS } from './limits.ts';
export { compilePolicy, type Policy, type PolicyOptions } from './program.ts';
export { type PolicyReferences, policyReferences } from './references.ts';
export type { TimeResult } from './result.ts';
export type { FieldType, FieldTypeName, RecordType } from './types.ts';
export { Uint } from './values.ts';
