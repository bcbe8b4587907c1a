import { complianceOperation } from './compliance-operation.ts';

/** Noon: compliance still holds of what is now released. */
export const validateCompliance = complianceOperation({
  name: 'validate-compliance',
  claim: 'every guardrail of the final scope holds after the release',
  scope: 'final',
  timeoutSeconds: 180,
});
