import { complianceOperation } from './compliance-operation.ts';

/** T-30: every guardrail, whatever its scopes; its results are what drift is measured by. */
export const auditCompliance = complianceOperation({
  name: 'audit-compliance',
  claim: 'every guardrail holds',
  scope: 'audit',
  timeoutSeconds: 240,
});
