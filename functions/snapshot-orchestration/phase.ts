import { scopedCompliance } from '../../shared/operations/compliance/scoped-compliance.ts';
import { definePhase } from '../../shared/operations/define-phase.ts';
import { captureBehavior } from '../../shared/operations/snapshots/capture-behavior.ts';
import { checkFreshness } from '../../shared/operations/snapshots/check-freshness.ts';
import { confirmSnapshot } from '../../shared/operations/snapshots/confirm-snapshot.ts';
import { enforceArchivePolicy } from '../../shared/operations/snapshots/enforce-archive-policy.ts';
import { optimiseStorage } from '../../shared/operations/snapshots/optimise-storage.ts';
import { preserveContext } from '../../shared/operations/snapshots/preserve-context.ts';
import { removeAged } from '../../shared/operations/snapshots/remove-aged.ts';
import { trackPreferences } from '../../shared/operations/snapshots/track-preferences.ts';
import { validateSchema } from '../../shared/operations/snapshots/validate-schema.ts';
import { verifyIntegrity } from '../../shared/operations/snapshots/verify-integrity.ts';

/** A violation must not cost a snapshot: what memory held then is evidence, so the guardrails are judged once it is safe. */
export const snapshotOrchestration = definePhase({
  name: 'snapshot-orchestration',
  operations: [
    captureBehavior,
    preserveContext,
    trackPreferences,
    verifyIntegrity,
    validateSchema,
    checkFreshness,
    confirmSnapshot,
    scopedCompliance('snapshot'),
    removeAged,
    optimiseStorage,
    enforceArchivePolicy,
  ],
  onFailure: 'keep-checking',
});
