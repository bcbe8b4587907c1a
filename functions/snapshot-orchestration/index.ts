import { cloudEvent } from '@google-cloud/functions-framework';
import { servePhase } from '../../shared/runtime/serve-lazily.ts';

cloudEvent(
  'snapshotOrchestration',
  servePhase('snapshot-orchestration', async () => (await import('./phase.ts')).snapshotOrchestration),
);
