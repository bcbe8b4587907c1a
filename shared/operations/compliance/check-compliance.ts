import { complianceOperation } from './compliance-operation.ts';

/** T-90: what stands against this noon is known early enough to be mended. */
export const checkCompliance = complianceOperation({
  name: 'check-compliance',
  claim: 'every guardrail of the pre-flight scope holds',
  scope: 'pre-flight',
  timeoutSeconds: 240,
});
