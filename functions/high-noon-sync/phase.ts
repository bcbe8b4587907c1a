import { validateCompliance } from '../../shared/operations/compliance/validate-compliance.ts';
import { updateContext } from '../../shared/operations/context/update-context.ts';
import { refreshDataLayer } from '../../shared/operations/data/refresh-data-layer.ts';
import { definePhase } from '../../shared/operations/define-phase.ts';
import { reportHighNoon } from '../../shared/operations/readiness/report-high-noon.ts';
import { verifyTicket } from '../../shared/operations/readiness/verify-ticket.ts';
import { markRelease } from '../../shared/operations/repositories/mark-release.ts';
import { syncRepositories } from '../../shared/operations/repositories/sync-repositories.ts';
import { releaseServices } from '../../shared/operations/services/release-services.ts';
import { validateServiceDeployments } from '../../shared/operations/services/validate-service-deployments.ts';

export const highNoonSync = definePhase({
  name: 'high-noon-sync',
  operations: [
    verifyTicket,
    updateContext,
    syncRepositories,
    refreshDataLayer,
    releaseServices,
    validateServiceDeployments,
    validateCompliance,
    markRelease,
    reportHighNoon,
  ],
  onFailure: 'roll-back',
});
