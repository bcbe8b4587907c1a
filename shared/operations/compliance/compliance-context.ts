import type { ContextOf } from '../define-operation.ts';

/** What the compliance operations see of the world: evidence, and the addresses that guardrails ask themselves. */
export type ComplianceContext = ContextOf<'evidence' | 'http'>;
