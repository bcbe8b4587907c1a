import type { ExpressionContext } from '../domain/configuration/index.ts';
import { compileCondition } from '../domain/guardrails/index.ts';
import { PolicyError } from '../domain/policy/index.ts';

/**
 * What is wrong with a condition, in the words of the policy engine: syntax, names, fields and types, before any run.
 * For `parseConfiguration`'s `checkExpression`.
 */
export function checkExpression(expression: string, { records }: ExpressionContext): readonly string[] {
  try {
    compileCondition(expression, records);
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return [error.message];
    throw error;
  }
}
