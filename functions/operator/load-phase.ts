import type { PhaseName } from '../../shared/domain/catalog.ts';
import type { Phase } from '../../shared/engine/engine.ts';

const LOADERS: Readonly<Record<PhaseName, () => Promise<Phase>>> = {
  't-90-prep': async () => (await import('../t-90-prep/phase.ts')).t90Prep,
  't-30-final-check': async () => (await import('../t-30-final-check/phase.ts')).t30FinalCheck,
  'high-noon-sync': async () => (await import('../high-noon-sync/phase.ts')).highNoonSync,
  'weekly-risk-review': async () => (await import('../weekly-risk-review/phase.ts')).weeklyRiskReview,
  'snapshot-orchestration': async () => (await import('../snapshot-orchestration/phase.ts')).snapshotOrchestration,
};

/** A phase is loaded when a dry-run asks for it: the page opens without any. */
export const loadPhase = (name: PhaseName): Promise<Phase> => LOADERS[name]();
