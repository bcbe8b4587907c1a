import { checkCompliance } from '../../shared/operations/compliance/check-compliance.ts';
import { adoptContext } from '../../shared/operations/context/adopt-context.ts';
import { validateContextManifest } from '../../shared/operations/context/validate-context-manifest.ts';
import { prepareIngestion } from '../../shared/operations/data/prepare-ingestion.ts';
import { definePhase } from '../../shared/operations/define-phase.ts';
import { adoptRevision } from '../../shared/operations/readiness/adopt-revision.ts';
import { checkSchedules } from '../../shared/operations/readiness/check-schedules.ts';
import { proveRollback } from '../../shared/operations/readiness/prove-rollback.ts';
import { checkTrinityStatus } from '../../shared/operations/repositories/check-trinity-status.ts';

export const t90Prep = definePhase({
  name: 't-90-prep',
  operations: [
    validateContextManifest,
    adoptContext,
    checkTrinityStatus,
    checkCompliance,
    prepareIngestion,
    checkSchedules,
    proveRollback,
    adoptRevision,
  ],
  onFailure: 'keep-checking',
});
