import { auditCompliance } from '../../shared/operations/compliance/audit-compliance.ts';
import { validateContextIntegrity } from '../../shared/operations/context/validate-context-integrity.ts';
import { verifyDataIntegrity } from '../../shared/operations/data/verify-data-integrity.ts';
import { definePhase } from '../../shared/operations/define-phase.ts';
import { reportReadiness } from '../../shared/operations/readiness/report-readiness.ts';
import { checkServiceHealth } from '../../shared/operations/services/check-service-health.ts';
import { checkServiceManifests } from '../../shared/operations/services/check-service-manifests.ts';
import { verifyProtectedDns } from '../../shared/operations/services/verify-protected-dns.ts';

export const t30FinalCheck = definePhase({
  name: 't-30-final-check',
  operations: [
    validateContextIntegrity,
    checkServiceHealth,
    verifyProtectedDns,
    checkServiceManifests,
    verifyDataIntegrity,
    auditCompliance,
    reportReadiness,
  ],
  onFailure: 'keep-checking',
});
