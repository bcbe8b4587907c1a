import type { Operation } from '../../domain/operation.ts';
import type { PortMap } from '../../ports/port-map.ts';
import { complianceOperation } from './compliance-operation.ts';

/** The weekly review and the snapshots run the guardrails of their own scope: compliance comes first at every stage. */
export function scopedCompliance(scope: 'weekly' | 'snapshot'): Operation<PortMap> {
  return complianceOperation({
    name: `check-compliance-${scope}`,
    claim: `every guardrail of the ${scope} scope holds`,
    scope,
    timeoutSeconds: 180,
  });
}
