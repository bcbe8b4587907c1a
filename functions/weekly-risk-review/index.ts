import { cloudEvent } from '@google-cloud/functions-framework';
import { servePhase } from '../../shared/runtime/serve-lazily.ts';

cloudEvent(
  'weeklyRiskReview',
  servePhase('weekly-risk-review', async () => (await import('./phase.ts')).weeklyRiskReview),
);
