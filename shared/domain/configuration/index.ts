/** The configuration: everything particular to one user stands in one YAML file, and this is its only reader. */
export { ALERT_EVENTS, ALERT_ROUTES } from './alerts.ts';
export {
  bucketName,
  type Configuration,
  type Dataset,
  type Evidence,
  type MemoryCollection,
  type Repository,
  type Service,
} from './derive.ts';
export { explainMistakes } from './explain.ts';
export { GUARDRAIL_SCOPES, type GuardrailScope } from './guardrail-kinds.ts';
export { GUARDRAIL_CHECKS, type Guardrail, type GuardrailCheck, type GuardrailOf } from './guardrails.ts';
export type { Mistake } from './mistake.ts';
export {
  type ExpressionContext,
  MOST_MISTAKES,
  type ParseOptions,
  type ParseResult,
  parseConfiguration,
} from './parse.ts';
export { FIELD_TYPES, type FieldType } from './primitives.ts';
export { strikeOut } from './secrets.ts';
export { parseSource, type Source } from './sources.ts';
