import type { PhaseName } from '../../shared/domain/catalog.ts';
import type { Phase } from '../../shared/engine/engine.ts';
import { highNoonSync } from '../high-noon-sync/phase.ts';
import { snapshotOrchestration } from '../snapshot-orchestration/phase.ts';
import { t30FinalCheck } from '../t-30-final-check/phase.ts';
import { t90Prep } from '../t-90-prep/phase.ts';
import { weeklyRiskReview } from '../weekly-risk-review/phase.ts';

/** Every phase, for programs that run them all in one process. */
export const PHASES: Readonly<Record<PhaseName, Phase>> = {
  't-90-prep': t90Prep,
  't-30-final-check': t30FinalCheck,
  'high-noon-sync': highNoonSync,
  'weekly-risk-review': weeklyRiskReview,
  'snapshot-orchestration': snapshotOrchestration,
};
