import type { ContextOf } from '../define-operation.ts';

/**
 * What judging guardrails takes of the world: evidence, the addresses that guardrails ask themselves, and the time. A
 * back-test makes one of a day that is past.
 */
export type ComplianceContext = Pick<
  ContextOf<'evidence' | 'http'>,
  'ports' | 'configuration' | 'environment' | 'waivers' | 'now' | 'signal'
>;
